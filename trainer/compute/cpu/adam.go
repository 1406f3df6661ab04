package cpu

import (
	"math"

	"pongpg/trainer/compute"
)

// adamStep is the numbers of Adam's step t; its rest is 1−β, its correction 1−βᵗ.
type adamStep struct {
	lr, beta1, rest1, correction1, beta2, rest2, correction2, eps float32
}

type adamTask struct {
	k          *kernels
	w, m, v, g []float32
	step       adamStep
}

// Adam implements compute.Backend.
func (b *Backend) Adam(w, m, v, g compute.Tensor, lr, beta1, beta2, eps float32, step int64) {
	const op = "Adam"
	compute.CheckAdam(w, m, v, g, step)
	here(op, "w", w)
	here(op, "m", m)
	here(op, "v", v)
	here(op, "g", g)
	t := &b.tasks.adam
	*t = adamTask{b.kernels, w.Host, m.Host, v.Host, g.Host, adamStep{
		lr: lr, eps: eps,
		beta1: beta1, rest1: 1 - beta1, correction1: compute.BiasCorrection(beta1, step),
		beta2: beta2, rest2: 1 - beta2, correction2: compute.BiasCorrection(beta2, step),
	}}
	b.pool.do(t, grain(len(t.w), elements))
}

func (t *adamTask) run(_, item int) {
	lo, hi := span(len(t.w), elements, item)
	t.k.adam(t.w[lo:hi], t.m[lo:hi], t.v[lo:hi], t.g[lo:hi], &t.step)
}

func adamGo(w, m, v, g []float32, s *adamStep) {
	for i, g := range g {
		m[i] = float32(s.beta1*m[i]) + float32(s.rest1*g)
		v[i] = float32(s.beta2*v[i]) + float32(s.rest2*float32(g*g))
		root := float32(math.Sqrt(float64(v[i] / s.correction2))) // the float32 root, exactly rounded
		w[i] += float32(s.lr*(m[i]/s.correction1)) / (root + s.eps)
	}
}
