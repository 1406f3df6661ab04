package trainer

import "pongpg/trainer/compute"

// The optimizers' names.
const (
	RMSProp = "rmsprop" // compute.Backend.RMSProp
	Adam    = "adam"    // compute.Backend.Adam
)

var optimizers = []string{RMSProp, Adam}

// optimizer is what is kept of the gradients of earlier steps, of each parameter.
type optimizer struct {
	name string
	c    []compute.Tensor // mean squares
	m    []compute.Tensor // means; RMSProp has none
}

func newOptimizer(b compute.Backend, parameters []parameter, name string) optimizer {
	o := optimizer{name: name}
	for _, p := range parameters {
		o.c = append(o.c, compute.New[float32](b, p.w.Rows, p.w.Cols))
		if name == Adam {
			o.m = append(o.m, compute.New[float32](b, p.w.Rows, p.w.Cols))
		}
	}
	return o
}

// slice returns what belongs to rows lo to hi (exclusive) of a parameter.
func (o *optimizer) slice(parameter, lo, hi int) (c, m compute.Tensor) {
	if o.name == Adam {
		m = o.m[parameter].Slice(lo, hi)
	}
	return o.c[parameter].Slice(lo, hi), m
}

// step takes a step of the weights of a part.
func (o *optimizer) step(b compute.Backend, x part, h Hyper) {
	if o.name == Adam {
		b.Adam(x.w, x.m, x.c, x.g, h.LearningRate, h.Beta1, h.Beta2, h.Epsilon, h.Step)
		return
	}
	b.RMSProp(x.w, x.c, x.g, h.LearningRate, h.Decay, h.Epsilon)
}

// kept is what an optimizer keeps of a parameter, under the name that it has in a
// checkpoint.
type kept struct {
	prefix string
	of     []compute.Tensor
}

// kept lists it.
func (o *optimizer) kept() []kept {
	if o.name == Adam {
		return []kept{{"adam.m.", o.m}, {"adam.v.", o.c}}
	}
	return []kept{{"rmsprop.", o.c}}
}
