package cpu

import "pongpg/trainer/compute"

// turnedWidth is how many numbers of a window's line a row of turned weights has: those of 208
// filters then take 53 KB, and an AVX-512 core adds to 4 vectors side by side as fast as it multiplies.
const turnedWidth = 64

type convInputGradTask struct {
	k       *kernels
	scratch []scratch
	dx, dy  compute.Tensor
	turned  []float32
	g       compute.Window
	images  int
	each    int // images an item
}

// ConvInputGrad implements compute.Backend.
func (b *Backend) ConvInputGrad(dx, dy, w compute.Tensor, g compute.Window) {
	const op = "ConvInputGrad"
	images := compute.CheckConvInputGrad(dx, dy, w, g)
	here(op, "dx", dx)
	here(op, "dy", dy)
	here(op, "w", w)
	g = g.Flat()
	t := &b.tasks.convInputGrad
	*t = convInputGradTask{b.kernels, b.scratch, dx, dy, b.turn(w, &g), g, images, b.imagesEach(images, max(g.OutputLen(), g.ImageLen()/4))}
	b.reserveVisits(t.each*g.OutputLen(), t.each*mostInputs(&t.g))
	b.pool.do(t, grain(images, t.each))
}

func (t *convInputGradTask) run(worker, item int) {
	p := &t.scratch[worker].places
	lo, hi := span(t.images, t.each, item)
	in, out := t.g.ImageLen(), t.g.OutputLen()
	dx := t.dx.Host[lo*in : hi*in]
	clear(dx)
	p.list(t.k, t.dy.Host[lo*out:hi*out])
	p.inputs(&t.g)
	line, together := t.g.Size*t.g.Channels, len(p.visits)
	if line > turnedWidth && t.g.Size > t.g.Stride {
		together = t.g.Size // the visits of one window: what overlaps is in the order of the windows
	}
	for i := 0; i < len(p.visits); i += together {
		for u := 0; u < line; u += turnedWidth {
			t.k.gather(dx[u:], t.turned[u*t.g.Filters:], turnedWidth, p.visits[i:i+together], p.at, p.v, min(turnedWidth, line-u))
		}
	}
}

// turnedLine returns how many turned weights there are for a line of a window.
func turnedLine(g *compute.Window) int {
	return grain(g.Size*g.Channels, turnedWidth) * turnedWidth * g.Filters
}

type turnTask struct {
	turned []float32 // [size][⌈size·channels/turnedWidth⌉][filters][turnedWidth]
	w      []float32
	g      compute.Window
}

// turn returns the weights such that those of a filter are next to each other, as far as they are of one line
// of the window; in memory that the next call reuses.
func (b *Backend) turn(w compute.Tensor, g *compute.Window) []float32 {
	t := &b.tasks.turn
	t.turned, t.w, t.g = grow(t.turned, g.Size*turnedLine(g)), w.Host, *g
	b.pool.do(t, g.Size*grain(g.Size*g.Channels, turnedWidth))
	return t.turned
}

func (t *turnTask) run(_, item int) {
	line, filters := t.g.Size*t.g.Channels, t.g.Filters
	panels := grain(line, turnedWidth)
	lo, hi := span(line, turnedWidth, item%panels)
	w := t.w[(item/panels*line+lo)*filters:]
	for j := lo; j < hi; j += compute.Lanes { // a square at a time, of which the lines stay in the cache
		for f := range filters {
			dst := t.turned[(item*filters+f)*turnedWidth+j-lo:][:min(compute.Lanes, hi-j)]
			for r, from := 0, (j-lo)*filters+f; r < len(dst); r, from = r+1, from+filters {
				dst[r] = w[from]
			}
		}
	}
}
