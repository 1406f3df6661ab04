package trainer

import (
	"pongpg/trainer/compute"
)

// The optimizers' names.
const (
	RMSProp = "rmsprop" // compute.Backend.RMSProp
	Adam    = "adam"    // compute.Backend.Adam
)

var optimizers = []string{RMSProp, Adam}

// optimizer is what is kept of the gradients of earlier steps.
type optimizer struct {
	name   string
	c1, c2 compute.Tensor // mean squares, of the shapes of W1 and W2
	m1, m2 compute.Tensor // means, likewise; RMSProp has none
}

func newOptimizer(b compute.Backend, p *Policy, name string) optimizer {
	like := func(rows int) compute.Tensor { return compute.New[float32](b, rows, p.W1.Cols) }
	o := optimizer{name: name, c1: like(p.W1.Rows), c2: like(p.Outputs())}
	if name == Adam {
		o.m1, o.m2 = like(p.W1.Rows), like(p.Outputs())
	}
	return o
}

// step takes a step of the weights of a part.
func (o *optimizer) step(b compute.Backend, x part, h Hyper) {
	if o.name == Adam {
		b.Adam(x.w, x.m, x.c, x.g, h.LearningRate, h.Beta1, h.Beta2, h.Epsilon, h.Step)
		return
	}
	b.RMSProp(x.w, x.c, x.g, h.LearningRate, h.Decay, h.Epsilon)
}
