package cpu

import "pongpg/trainer/compute"

// The forms of the policy's operations for several outputs: over rows, each of which
// vectors take in a lane.

type softmaxTask struct {
	k       *kernels
	scratch []scratch
	p, z    compute.Tensor
}

// Softmax implements compute.Backend.
func (b *Backend) Softmax(p, z compute.Tensor) {
	compute.CheckSoftmax(p, z)
	here("Softmax", "p", p)
	here("Softmax", "z", z)
	if z.Cols == 0 {
		return
	}
	t := &b.tasks.softmax
	*t = softmaxTask{b.kernels, b.scratch, p, z}
	b.reserve(compute.Lanes * z.Cols)
	b.pool.do(t, grain(z.Rows, policyRows))
}

func (t *softmaxTask) run(worker, item int) {
	lo, hi := span(t.z.Rows, policyRows, item)
	room := t.scratch[worker].floats(compute.Lanes * t.z.Cols)
	t.k.softmax(t.p.Slice(lo, hi).Host, t.z.Slice(lo, hi).Host, t.z.Cols, room)
}

func softmaxGo(p, z []float32, outputs int, _ []float32) {
	for ; len(z) > 0; p, z = p[outputs:], z[outputs:] {
		p, z := p[:outputs], z[:outputs]
		top := maximum(z)
		var sum float32
		for k, z := range z {
			p[k] = compute.Exp32(z - top)
			sum += p[k]
		}
		for k := range p {
			p[k] /= sum
		}
	}
}

// maximum returns the largest of z, where a NaN counts only if it is the first.
func maximum(z []float32) float32 {
	top := z[0]
	for _, z := range z[1:] {
		if z > top {
			top = z
		}
	}
	return top
}

// policyGradsGo is the form for several outputs, over many rows.
func policyGradsGo(d, z, p []float32, action []uint8, advantage, weight []float32, entropy float32, outputs int, _ []float32) {
	for i, a := range action {
		row := func(x []float32) []float32 { return x[i*outputs:][:outputs] }
		policyGradRow(row(d), row(z), row(p), a, advantage[i], weight[i], entropy)
	}
}

// policyGradRow is the form for several outputs, over one row.
func policyGradRow(d, z, p []float32, action uint8, advantage, weight, entropy float32) {
	top := maximum(z)
	var sum float32
	for _, z := range z {
		sum += compute.Exp32(z - top)
	}
	logSum := compute.Log32(sum)
	var h float32
	for k, p := range p {
		h -= float32(p * (z[k] - top - logSum))
	}
	for k, p := range p {
		var taken float32
		if int(action) == k {
			taken = 1
		}
		gain := float32((taken - p) * advantage)
		spread := float32(float32(entropy*p) * (z[k] - top - logSum + h))
		d[k] = weight * (gain - spread)
	}
}

// samplesGo is the form for several probabilities.
func samplesGo(action []uint8, p, u []float32, outputs int) {
	for i, u := range u {
		var below float32
		chosen := 0
		for _, p := range p[i*outputs:][:outputs] {
			below += p
			if u >= below {
				chosen++
			}
		}
		action[i] = uint8(min(chosen, outputs-1))
	}
}
