package trainer

import (
	"math"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// Learner turns a batch of decisions into a step of the policy's weights: the
// gradient of REINFORCE, and RMSProp.
type Learner struct {
	Policy *Policy

	C1, C2 compute.Tensor // RMSProp's mean squares, of the shapes of W1 and W2

	d      compute.Tensor // [rows][outputs] gradient at the logits
	dTable compute.Tensor // [emu.Codes][units] at the table
	g1, g2 compute.Tensor // at W1 and W2

	queues  []compute.Backend // one a worker, where slices are updated side by side
	squares sums              // of the gradient, as it went to RMSProp
	weights sums              // of the weights after the step
}

// sums is sums of squares: of each slice of W1's rows, then of W2.
type sums struct {
	compute.Tensor           // [weightSlices+1][1]
	host           []float32 // what was fetched of it
}

func newSums(b compute.Backend) sums {
	s := compute.New[float32](b, weightSlices+1, 1)
	return sums{s, compute.Mirror(b, s)}
}

// norm returns the root of all that was fetched.
func (s sums) norm() float64 {
	total := 0.0
	for _, x := range s.host {
		total += float64(x)
	}
	return math.Sqrt(total)
}

// weightSlices is into how many slices of rows W1 is cut to be updated: a slice of the
// gradient, the mean squares and the weights, 0.8 MB for 200 hidden units, stays in the
// second-level cache from the first to the last operation on it. The norms are summed by
// slices: their last bits depend on it.
const weightSlices = 20

// NewLearner returns a learner of policy p, with room for batches of rows decisions,
// which grows as needed.
func NewLearner(b compute.Backend, p *Policy, rows int) *Learner {
	units := p.W1.Cols
	l := &Learner{
		Policy:  p,
		C1:      compute.New[float32](b, emu.ImagePixels, units),
		C2:      compute.New[float32](b, p.Outputs(), units),
		d:       compute.New[float32](b, rows, p.Outputs()),
		dTable:  compute.New[float32](b, emu.Codes, units),
		g1:      compute.New[float32](b, emu.ImagePixels, units),
		g2:      compute.New[float32](b, p.Outputs(), units),
		squares: newSums(b), weights: newSums(b),
	}
	if !b.Async() {
		for range b.Workers() {
			l.queues = append(l.queues, b.Queue())
		}
	}
	return l
}

// Hyper is what a step needs besides the batch.
type Hyper struct {
	Entropy                      float32
	LearningRate, Decay, Epsilon float32
	Blur                         int // radius in pixels
}

// Backward computes the gradient at the table and at W2 of a batch that the policy, as
// it is, has run forward:
//
//	d = w·((a−p)·A + β·∇H)                   at the logits
//	dW2 = Σ h·d,  dTable = Σ xᵀ·(d·W2 where h > 0)
func (l *Learner) Backward(b compute.Backend, batch Batch, h Hyper) {
	if batch.Rows() > l.d.Rows {
		l.d = compute.New[float32](b, max(batch.Rows(), 2*l.d.Rows), l.Policy.Outputs())
	}
	d := l.d.Slice(0, batch.Rows())
	b.PolicyGrad(d, batch.Z, batch.Prob, batch.Action, batch.Advantage, batch.Weight, h.Entropy)
	b.SparseMLPGrad(l.dTable, l.g2, batch.X, batch.Active, d, l.Policy.Table, l.Policy.W2)
}

// Ascend takes a step of gradient ascent with what Backward has computed:
//
//	dW1 = the pixels' share of dTable, blurred over the image
//	c = decay·c + (1−decay)·g²;  W += lr·g/(√c+ε)
func (l *Learner) Ascend(b compute.Backend, h Hyper) {
	p := l.Policy
	if h.Blur > 0 { // which needs the whole image
		p.PixelGrad(b, l.g1, 0, l.dTable)
		b.Blur(l.g1, emu.ImageSize, emu.ImageSize, h.Blur)
	}
	l.rmsProp(b, weightSlices, weightSlices+1, p.W2, l.C2, l.g2, h)
	l.inSlices(b, func(q compute.Backend, slice, end int) {
		lo, hi := emu.ImagePixels*slice/weightSlices, emu.ImagePixels*end/weightSlices
		g := l.g1.Slice(lo, hi)
		if h.Blur == 0 {
			p.PixelGrad(q, g, lo, l.dTable)
		}
		l.rmsProp(q, slice, end, p.W1.Slice(lo, hi), l.C1.Slice(lo, hi), g, h)
	})
	p.Refresh(b)
}

// inSlices calls do for all slices of W1's rows: one by one, on a queue that no other call
// has at the time, or all at once on a device that has no caches to mind.
func (l *Learner) inSlices(b compute.Backend, do func(q compute.Backend, slice, end int)) {
	if b.Async() {
		do(b, 0, weightSlices)
		return
	}
	_ = b.Sync() // queues run beside b; an error sticks
	inParallel(len(l.queues), weightSlices, func(worker, i int) { do(l.queues[worker], i, i+1) })
	for _, q := range l.queues {
		_ = q.Sync()
	}
}

// rmsProp takes RMSProp's step of some weights, and notes the sums of squares of their
// gradient and of what they become, as those of slices slice to end (exclusive).
func (l *Learner) rmsProp(b compute.Backend, slice, end int, w, c, g compute.Tensor, h Hyper) {
	b.SumSquares(l.squares.Slice(slice, end), g)
	b.RMSProp(w, c, g, h.LearningRate, h.Decay, h.Epsilon)
	b.SumSquares(l.weights.Slice(slice, end), w)
}

// fetchNorms asks for what norms returns after the next Sync.
func (l *Learner) fetchNorms(b compute.Backend) {
	compute.Fetch(b, l.squares.host, l.squares.Tensor)
	compute.Fetch(b, l.weights.host, l.weights.Tensor)
}

// norms returns the Euclidean norms of the last step's gradient, as it went to
// RMSProp, and of the weights after it.
func (l *Learner) norms() (gradient, weights float64) { return l.squares.norm(), l.weights.norm() }
