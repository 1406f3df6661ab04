package cpu

import "pongpg/trainer/compute"

type convTask struct {
	k       *kernels
	scratch []scratch
	y, x, w compute.Tensor
	g       compute.Window
	images  int
	each    int // images an item
}

// Conv implements compute.Backend.
func (b *Backend) Conv(y, x, w compute.Tensor, g compute.Window) {
	const op = "Conv"
	images := compute.CheckConv(y, x, w, g)
	here(op, "y", y)
	here(op, "x", x)
	here(op, "w", w)
	t := &b.tasks.conv
	*t = convTask{b.kernels, b.scratch, y, x, w, g.Flat(), images, b.imagesEach(images, g.ImageLen())}
	b.reserveVisits(t.each*t.g.ImageLen(), t.each*mostWindows(&t.g))
	b.pool.do(t, grain(images, t.each))
}

func (t *convTask) run(worker, item int) {
	p := &t.scratch[worker].places
	lo, hi := span(t.images, t.each, item)
	in, out := t.g.ImageLen(), t.g.OutputLen()
	y := t.y.Host[lo*out : hi*out]
	clear(y)
	p.list(t.k, t.x.Host[lo*in:hi*in])
	p.windows(&t.g, t.g.Filters, t.g.Filters)
	t.k.gather(y, t.w.Host, t.g.Filters, p.visits, p.at, p.v, t.g.Filters)
}

// imagesEach returns how many images an item has whose inputs' numbers that are not 0 are listed,
// n an image.
func (b *Backend) imagesEach(images, n int) int {
	return max(1, min(listed/n, grain(images, b.pool.workers)))
}
