package cpu

import (
	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// policyRows is how many rows an item of the policy's own operations covers:
// some microseconds of work.
const policyRows = 2048

type sigmoidTask struct {
	k    *kernels
	p, z []float32
}

// Sigmoid implements compute.Backend.
func (b *Backend) Sigmoid(p, z compute.Tensor) {
	compute.CheckSigmoid(p, z)
	here("Sigmoid", "p", p)
	here("Sigmoid", "z", z)
	t := &b.tasks.sigmoid
	*t = sigmoidTask{b.kernels, p.Host, z.Host}
	b.pool.do(t, grain(len(t.p), policyRows))
}

func (t *sigmoidTask) run(_, item int) {
	lo, hi := span(len(t.p), policyRows, item)
	t.k.sigmoid(t.p[lo:hi], t.z[lo:hi])
}

func sigmoidGo(p, z []float32) {
	for i, z := range z {
		p[i] = 1 / (1 + compute.Exp32(-z))
	}
}

type policyGradTask struct {
	k         *kernels
	scratch   []scratch
	d, z, p   compute.Tensor
	action    []uint8
	advantage []float32
	weight    []float32
	entropy   float32
}

// PolicyGrad implements compute.Backend.
func (b *Backend) PolicyGrad(d, z, p compute.Tensor, action compute.Array[uint8], advantage, weight compute.Tensor, entropy float32) {
	const op = "PolicyGrad"
	compute.CheckPolicyGrad(d, z, p, action, advantage, weight)
	here(op, "d", d)
	here(op, "z", z)
	here(op, "p", p)
	here(op, "action", action)
	here(op, "advantage", advantage)
	here(op, "weight", weight)
	if z.Cols == 0 {
		return
	}
	t := &b.tasks.policyGrad
	*t = policyGradTask{b.kernels, b.scratch, d, z, p, action.Host, advantage.Host, weight.Host, entropy}
	b.reserve(compute.Lanes * z.Cols)
	b.pool.do(t, grain(z.Rows, policyRows))
}

func (t *policyGradTask) run(worker, item int) {
	lo, hi := span(t.z.Rows, policyRows, item)
	if t.z.Cols == 1 {
		t.k.policyGrad(t.d.Host[lo:hi], t.z.Host[lo:hi], t.p.Host[lo:hi], t.action[lo:hi], t.advantage[lo:hi], t.weight[lo:hi], t.entropy)
		return
	}
	room := t.scratch[worker].floats(compute.Lanes * t.z.Cols)
	t.k.policyGrads(t.d.Slice(lo, hi).Host, t.z.Slice(lo, hi).Host, t.p.Slice(lo, hi).Host, t.action[lo:hi], t.advantage[lo:hi], t.weight[lo:hi], t.entropy, t.z.Cols, room)
}

// policyGradGo is the form for one output, over many rows.
func policyGradGo(d, z, p []float32, action []uint8, advantage, weight []float32, entropy float32) {
	for i, p := range p {
		gain := float32((float32(action[i]) - p) * advantage[i])
		spread := float32(float32(float32(entropy*p)*(1-p)) * z[i])
		d[i] = weight[i] * (gain - spread)
	}
}

type sampleTask struct {
	k      *kernels
	action []uint8
	p      compute.Tensor
	u      []float32
}

// Sample implements compute.Backend.
func (b *Backend) Sample(action compute.Array[uint8], p, u compute.Tensor) {
	compute.CheckSample(action, p, u)
	here("Sample", "action", action)
	here("Sample", "p", p)
	here("Sample", "u", u)
	t := &b.tasks.sample
	*t = sampleTask{b.kernels, action.Host, p, u.Host}
	b.pool.do(t, grain(p.Rows, policyRows))
}

func (t *sampleTask) run(_, item int) {
	lo, hi := span(t.p.Rows, policyRows, item)
	if t.p.Cols == 1 {
		t.k.sample(t.action[lo:hi], t.p.Host[lo:hi], t.u[lo:hi])
		return
	}
	t.k.samples(t.action[lo:hi], t.p.Slice(lo, hi).Host, t.u[lo:hi], t.p.Cols)
}

// sampleGo is the form for one probability.
func sampleGo(action []uint8, p, u []float32) {
	for i, p := range p {
		var one uint8
		if u[i] < p {
			one = 1
		}
		action[i] = one
	}
}

// uniformBatch is how many blocks of random words are made at a time.
const uniformBatch = 64

type uniformTask struct {
	k            *kernels
	scratch      []scratch
	u            []float32
	seed         uint64
	purpose      uint32
	stream, tick []uint32
	after        uint32
}

// Uniform implements compute.Backend.
func (b *Backend) Uniform(u compute.Tensor, seed uint64, purpose uint32, stream, tick compute.Array[uint32], after uint32) {
	compute.CheckUniform(u, stream, tick)
	here("Uniform", "u", u)
	here("Uniform", "stream", stream)
	here("Uniform", "tick", tick)
	t := &b.tasks.uniform
	*t = uniformTask{b.kernels, b.scratch, u.Host, seed, purpose, stream.Host, tick.Host, after}
	b.pool.do(t, grain(len(t.u), policyRows))
}

func (t *uniformTask) run(worker, item int) {
	words := &t.scratch[worker].words
	for lo, end := span(len(t.u), policyRows, item); lo < end; lo += uniformBatch {
		hi := min(end, lo+uniformBatch)
		first, rest, tick := words[0][:hi-lo], words[1][:hi-lo], words[2][:hi-lo]
		for i, n := range t.tick[lo:hi] {
			tick[i] = n + t.after
		}
		philox.Blocks(t.seed, t.purpose, tick, t.stream[lo:hi], first, rest, rest, rest)
		t.k.uniform(t.u[lo:hi], first)
	}
}

func uniformGo(u []float32, words []uint32) {
	for i, w := range words {
		u[i] = philox.Float32(w)
	}
}
