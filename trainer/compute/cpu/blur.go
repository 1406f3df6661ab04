package cpu

import "pongpg/trainer/compute"

type blurTask struct {
	k              *kernels
	scratch        []scratch
	g              []float32
	units, panel   int // units of a pixel; blocks of an item
	lines, n       int // lines of the image in this direction, pixels of one
	lineStep, step int // from line to line and from pixel to pixel, in elements
	radius         int
	inverse        float32
}

// blurPanel is how many blocks of a line an item filters, and boxLine at once: 80
// pixels of 4 blocks are 20 KiB, which stay in a 32 KiB L1 cache between the passes.
const blurPanel = 4

// Blur implements compute.Backend. A line is filtered twice by one item, from the
// image to scratch memory and back.
func (b *Backend) Blur(g compute.Tensor, height, width, radius int) {
	blocks := compute.CheckBlur(g, height, width, radius)
	here("Blur", "g", g)
	if radius == 0 || g.Len() == 0 {
		return
	}
	t := &b.tasks.blur
	*t = blurTask{
		k: b.kernels, scratch: b.scratch, g: g.Host, units: g.Cols, panel: blurPanel,
		radius: radius, inverse: 1 / float32(2*radius+1),
	}
	b.reserve(max(width, height) * t.panel * compute.Lanes)
	t.lines, t.lineStep, t.n, t.step = width, g.Cols, height, width*g.Cols
	b.pool.do(t, t.lines*grain(blocks, t.panel))
	t.lines, t.lineStep, t.n, t.step = height, width*g.Cols, width, g.Cols
	b.pool.do(t, t.lines*grain(blocks, t.panel))
}

func (t *blurTask) run(worker, item int) {
	lo, hi := span(t.units/compute.Lanes, t.panel, item/t.lines)
	line := t.g[item%t.lines*t.lineStep+lo*compute.Lanes:]
	width := (hi - lo) * compute.Lanes
	once := t.scratch[worker].floats(t.n * width)
	t.k.boxLine(once, width, line, t.step, t.n, t.radius, t.inverse, hi-lo)
	t.k.boxLine(line, t.step, once, width, t.n, t.radius, t.inverse, hi-lo)
}

func boxLineGo(dst []float32, dstStride int, src []float32, srcStride, n, radius int, inverse float32, blocks int) {
	units := blocks * compute.Lanes
	for u := range units {
		var s float32
		for i := range min(radius, n) {
			s += src[i*srcStride+u]
		}
		for i := range n {
			if i+radius < n {
				s += src[(i+radius)*srcStride+u]
			}
			if i-radius-1 >= 0 {
				s -= src[(i-radius-1)*srcStride+u]
			}
			dst[i*dstStride+u] = s * inverse
		}
	}
}
