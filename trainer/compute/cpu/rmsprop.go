package cpu

import (
	"math"

	"pongpg/trainer/compute"
)

type rmsPropTask struct {
	k                    *kernels
	w, c, g              []float32
	lr, decay, rest, eps float32
}

// RMSProp implements compute.Backend.
func (b *Backend) RMSProp(w, c, g compute.Tensor, lr, decay, eps float32) {
	compute.CheckRMSProp(w, c, g)
	here("RMSProp", "w", w)
	here("RMSProp", "c", c)
	here("RMSProp", "g", g)
	t := &b.tasks.rmsProp
	*t = rmsPropTask{b.kernels, w.Host, c.Host, g.Host, lr, decay, 1 - decay, eps}
	b.pool.do(t, grain(len(t.w), elements))
}

func (t *rmsPropTask) run(_, item int) {
	lo, hi := span(len(t.w), elements, item)
	t.k.rmsProp(t.w[lo:hi], t.c[lo:hi], t.g[lo:hi], t.lr, t.decay, t.rest, t.eps)
}

func rmsPropGo(w, c, g []float32, lr, decay, rest, eps float32) {
	for i, g := range g {
		c[i] = float32(decay*c[i]) + float32(rest*float32(g*g))
		root := float32(math.Sqrt(float64(c[i]))) // the float32 root, exactly rounded
		w[i] += float32(lr*g) / (root + eps)
	}
}
