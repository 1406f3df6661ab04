package cpu

import (
	"math"

	"pongpg/trainer/compute"
)

type addScaledTask struct {
	k    *kernels
	y, x []float32
	a    float32
}

// AddScaled implements compute.Backend.
func (b *Backend) AddScaled(y, x compute.Tensor, a float32) {
	compute.CheckAddScaled(y, x)
	here("AddScaled", "y", y)
	here("AddScaled", "x", x)
	t := &b.tasks.addScaled
	*t = addScaledTask{b.kernels, y.Host, x.Host, a}
	b.pool.do(t, grain(len(t.y), elements))
}

func (t *addScaledTask) run(_, item int) {
	lo, hi := span(len(t.y), elements, item)
	t.k.addScaled(t.y[lo:hi], t.x[lo:hi], t.a)
}

func addScaledGo(y, x []float32, a float32) {
	for i, x := range x {
		y[i] += float32(a * x)
	}
}

type scaleTask struct {
	k *kernels
	x []float32
	a float32
}

// ClipNorm implements compute.Backend.
func (b *Backend) ClipNorm(x, squares compute.Tensor, limit float32) {
	compute.CheckClipNorm(x, squares, limit)
	here("ClipNorm", "x", x)
	here("ClipNorm", "squares", squares)
	var sum float32
	for _, s := range squares.Host {
		sum += s
	}
	scale := limit / float32(math.Sqrt(float64(sum))) // the float32 root, exactly rounded
	if !(scale < 1) {
		return
	}
	t := &b.tasks.scale
	*t = scaleTask{b.kernels, x.Host, scale}
	b.pool.do(t, grain(len(t.x), elements))
}

func (t *scaleTask) run(_, item int) {
	lo, hi := span(len(t.x), elements, item)
	t.k.scale(t.x[lo:hi], t.a)
}

func scaleGo(x []float32, a float32) {
	for i := range x {
		x[i] *= a
	}
}
