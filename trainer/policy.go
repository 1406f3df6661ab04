package trainer

import (
	"math"

	"pongpg/emu"
	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// Policy is a network that gives each action a probability, and some the situation a
// value: weights in a backend's memory. It is used on one queue.
type Policy struct {
	Actions int
	Input   emu.Input // what its observations hold

	config Config
	net    network
	run    runner // of batches
	set    []emu.Action
}

// runRows is how many rows of a batch a network is run for at a time that has to keep what is
// between its layers.
const runRows = 512

// NewPolicy returns the policy that a Config describes, with zero weights, in the memory
// of b.
func NewPolicy(b compute.Backend, c *Config) (*Policy, error) {
	set, err := actionSet(c.Actions)
	if err != nil {
		return nil, err
	}
	p := &Policy{Actions: c.Actions, Input: c.input(), config: *c, set: set}
	all := outputs(c.Actions)
	if c.hasValue() {
		all++
	}
	if c.Network == "conv" {
		if p.net, err = newConv(b, c, all); err != nil {
			return nil, err
		}
	} else {
		p.net = newMLP(b, p.Input, c.Hidden, all, c.PermutePixels)
	}
	p.run = p.net.newRunner(b, runRows)
	return p, b.Sync()
}

// Refresh must follow every change of the weights.
func (p *Policy) Refresh(b compute.Backend) { p.net.refresh(b) }

// Outputs returns the number of the policy's own outputs: one, the probability of up, for two
// actions, else one an action.
func (p *Policy) Outputs() int { return outputs(p.Actions) }

// Columns returns the number of columns of its observations.
func (p *Policy) Columns() int { return p.Input.Columns() }

// Forward computes, for observations x [rows][columns], the logits z and the
// probabilities prob [rows][outputs], and which units are active (Batch.Active).
func (p *Policy) Forward(b compute.Backend, z, prob compute.Tensor, active compute.Array[uint16], x compute.Sparse) {
	p.run.forward(b, z, active, x)
	probabilities(b, prob, z)
}

// probabilities computes those of the actions from their logits.
func probabilities(b compute.Backend, prob, z compute.Tensor) {
	if z.Cols == 1 {
		b.Sigmoid(prob, z)
	} else {
		b.Softmax(prob, z)
	}
}

// Init draws the weights from a seed, blurred over the image with a radius of blur pixels.
func (p *Policy) Init(b compute.Backend, seed uint64, blur int) {
	p.net.initialize(b, &normalSource{seed: seed, purpose: philox.PurposeWeights}, blur)
	p.Refresh(b)
}

// normalSource draws standard normal numbers by Marsaglia's polar method, in
// float32 arithmetic that is the same on every machine.
type normalSource struct {
	seed    uint64
	stream  uint32
	purpose uint32
	drawn   uint32
	spare   float32
	has     bool
}

func (s *normalSource) next() float32 {
	if s.has {
		s.has = false
		return s.spare
	}
	for {
		a, b, _, _ := philox.Block(s.seed, s.drawn, s.stream, s.purpose, 0)
		s.drawn++
		x, y := 2*philox.Float32(a)-1, 2*philox.Float32(b)-1
		r := float32(x*x) + float32(y*y)
		if r >= 1 || r == 0 {
			continue
		}
		f := sqrt32(float32(-2*compute.Log32(r)) / r)
		s.spare, s.has = float32(y*f), true
		return float32(x * f)
	}
}

// sqrt32 returns the square root, rounded to float32: exactly rounded, as the
// detour by float64 loses nothing (Figueroa 1995).
func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }
