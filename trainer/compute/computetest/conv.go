package computetest

import (
	"math"

	"pongpg/trainer/compute"
)

// images, height, width, channels, size, stride, filters, and how many of 1,000 numbers are not 0:
// images of one pixel, one channel, several chunks; windows that are the image, that leave
// pixels out and that skip some; widths around vectors and around what fits registers.
var convShapes = [][]int{
	{0, 4, 5, 2, 3, 1, 7, 500}, {1, 1, 1, 1, 1, 1, 1, 1000}, {2, 3, 3, 1, 3, 1, 1, 500}, {3, 6, 7, 2, 3, 2, 3, 400},
	{5, 9, 8, 1, 4, 3, 6, 300}, {2, 20, 20, 1, 8, 4, 16, 50}, {1, 24, 28, 2, 8, 4, 16, 30}, {3, 6, 6, 16, 4, 2, 32, 300},
	{70, 2, 3, 3, 2, 1, 7, 500}, {130, 1, 1, 33, 1, 1, 5, 500}, {3, 4, 4, 16, 4, 1, 200, 300}, {66, 1, 1, 208, 1, 1, 1, 500},
	{2, 7, 5, 1, 2, 3, 17, 600}, {2, 1, 40, 3, 1, 1, 31, 500}, {1, 2, 90, 2, 2, 2, 4, 20}, {2, 3, 3, 5, 3, 2, 300, 500},
	{2, 2, 3, 9, 2, 1, 257, 700}, {1, 5, 4, 3, 3, 1, 33, 0}, {65, 3, 2, 1, 2, 1, 2, 900}, {1, 1, 1, 300, 1, 1, 127, 900},
	{2, 3, 4, 40, 2, 1, 5, 500}, {5, 60, 60, 2, 8, 4, 3, 20},
}

// With special values: sums of several products, and each operation's of one, where no other value hides
// what one was taken for.
var convSpecial = [][]int{
	{3, 6, 7, 2, 3, 2, 17, 700}, {66, 2, 2, 5, 2, 1, 6, 700}, {40, 1, 1, 1, 1, 1, 3, 700}, {1, 4, 4, 3, 4, 1, 5, 700}, {5, 3, 3, 4, 1, 1, 1, 700},
}

// The layers of BenchmarkNetwork's policy, with about as many numbers that are not 0.
var convLayers = [][]int{
	{64, 80, 80, 1, 8, 4, 16, 5}, {64, 19, 19, 16, 4, 2, 32, 25}, {64, 8, 8, 32, 8, 1, 208, 90}, {64, 1, 1, 208, 1, 1, 6, 500},
	{1024, 80, 80, 1, 8, 4, 16, 5}, {1024, 19, 19, 16, 4, 2, 32, 25}, {1024, 8, 8, 32, 8, 1, 208, 90}, {1024, 1, 1, 208, 1, 1, 6, 500},
}

// conv is the numbers of a convolution and of its gradients.
type conv struct {
	g      compute.Window
	images int
	x, w   []float32
	dy     []float32
}

// newConv makes up a convolution's numbers; of x and dy most are 0, some −0.
func (e *env) newConv(dim []int) conv {
	g := compute.Window{Height: dim[1], Width: dim[2], Channels: dim[3], Size: dim[4], Stride: dim[5], Filters: dim[6]}
	c := conv{g: g, images: dim[0]}
	c.x = e.thinned(c.images*g.ImageLen(), dim[7])
	c.w = e.normal(g.Inputs()*g.Filters, 1)
	c.dy = e.thinned(c.images*g.OutputLen(), dim[7])
	return c
}

// thinned returns n numbers as normal does, all but so many of 1,000 replaced by 0 or −0.
func (e *env) thinned(n, permille int) []float32 {
	x := e.normal(n, 1)
	for i := range x {
		if e.rng.IntN(1000) >= permille {
			x[i] = float32(math.Copysign(0, float64(e.rng.IntN(4))-0.5))
		}
	}
	return x
}

// tooLarge reports whether an instance is for measuring only.
func (c conv) tooLarge() bool { return c.images*c.g.OutputLen()*c.g.Inputs() > 1<<26 }

// each calls f with the indices of what is multiplied, in the order of images, windows, the
// windows' pixels, channels and filters.
func (c conv) each(f func(image, x, w, y int)) {
	g := c.g
	for i := range c.images {
		for oy := range g.OutHeight() {
			for ox := range g.OutWidth() {
				for ky := range g.Size {
					for kx := range g.Size {
						for ch := range g.Channels {
							x := ((i*g.Height+oy*g.Stride+ky)*g.Width+ox*g.Stride+kx)*g.Channels + ch
							w := ((ky*g.Size+kx)*g.Channels + ch) * g.Filters
							y := ((i*g.OutHeight()+oy)*g.OutWidth() + ox) * g.Filters
							for k := range g.Filters {
								f(i, x, w+k, y+k)
							}
						}
					}
				}
			}
		}
	}
}

// sums is sums of products in float64, with the sums of their absolute values and how many they are.
type sums struct {
	sum, abs []float64
	n        []int
}

func newSums(n int) sums { return sums{make([]float64, n), make([]float64, n), make([]int, n)} }

func (s sums) add(at int, a, b float32) {
	p := float64(a) * float64(b)
	s.sum[at], s.abs[at] = s.sum[at]+p, s.abs[at]+math.Abs(p)
	s.n[at]++
}

func (c conv) forward() (y []float32, ex []exact) {
	y = make([]float32, c.images*c.g.OutputLen())
	s := newSums(len(y))
	c.each(func(_, ix, iw, iy int) {
		if x := c.x[ix]; x != 0 {
			y[iy] += float32(x * c.w[iw])
		}
		s.add(iy, c.x[ix], c.w[iw])
	})
	return y, bounded(s.sum, s.abs, s.n)
}

func (c conv) gradient() (dw []float32, ex []exact) {
	dw = make([]float32, len(c.w))
	chunk := make([]float32, len(c.w))
	s := newSums(len(dw))
	last := 0
	c.each(func(i, ix, iw, iy int) {
		if i/64 != last {
			addTo(dw, chunk)
			clear(chunk)
			last = i / 64
		}
		if x := c.x[ix]; x != 0 {
			chunk[iw] += float32(x * c.dy[iy])
		}
		s.add(iw, c.x[ix], c.dy[iy])
	})
	addTo(dw, chunk)
	return dw, bounded(s.sum, s.abs, s.n)
}

func (c conv) inputGradient() (dx []float32, ex []exact) {
	g := c.g
	dx = make([]float32, len(c.x))
	s := newSums(len(dx))
	for at := range dx {
		ch, x, y, i := at%g.Channels, at/g.Channels%g.Width, at/g.Channels/g.Width%g.Height, at/g.ImageLen()
		for ky := range g.Size {
			for kx := range g.Size {
				oy, ox := (y-ky)/g.Stride, (x-kx)/g.Stride
				if y < ky || x < kx || (y-ky)%g.Stride != 0 || (x-kx)%g.Stride != 0 || oy >= g.OutHeight() || ox >= g.OutWidth() {
					continue
				}
				dy, w := ((i*g.OutHeight()+oy)*g.OutWidth()+ox)*g.Filters, ((ky*g.Size+kx)*g.Channels+ch)*g.Filters
				for f := range g.Filters {
					if d := c.dy[dy+f]; d != 0 {
						dx[at] += float32(d * c.w[w+f])
					}
					s.add(at, c.dy[dy+f], c.w[w+f])
				}
			}
		}
	}
	return dx, bounded(s.sum, s.abs, s.n)
}

// arrays returns x, w and dy on the backend.
func (c conv) arrays(e *env) (x, w, dy compute.Tensor) {
	g := c.g
	return upload(e, c.x, c.images*g.Height*g.Width, g.Channels), upload(e, c.w, g.Inputs(), g.Filters),
		upload(e, c.dy, c.images*g.OutHeight()*g.OutWidth(), g.Filters)
}

// instance is one whose output, of the shape of like, is what want says.
func (c conv) instance(e *env, name string, like compute.Tensor, call func(out compute.Tensor), want func() ([]float32, []exact)) instance {
	out := upload(e, e.normal(like.Len(), 1), like.Rows, like.Cols)
	check := floats{name: name, got: out}
	if !c.tooLarge() {
		check.want, check.exact = want()
	}
	return instance{func() { call(out) }, []output{check}, c.images}
}

// as convShapes
func buildConv(e *env, dim []int) instance {
	c := e.newConv(dim)
	x, w, dy := c.arrays(e)
	return c.instance(e, "y", dy, func(y compute.Tensor) { e.b.Conv(y, x, w, c.g) }, c.forward)
}

// as convShapes
func buildConvGrad(e *env, dim []int) instance {
	c := e.newConv(dim)
	x, w, dy := c.arrays(e)
	return c.instance(e, "dw", w, func(dw compute.Tensor) { e.b.ConvGrad(dw, x, dy, c.g) }, c.gradient)
}

// as convShapes
func buildConvInputGrad(e *env, dim []int) instance {
	c := e.newConv(dim)
	x, w, dy := c.arrays(e)
	return c.instance(e, "dx", x, func(dx compute.Tensor) { e.b.ConvInputGrad(dx, dy, w, c.g) }, c.inputGradient)
}

// rows, width, columns, width of m, pixels, channels
func buildSparseImage(e *env, dim []int) instance {
	rows, width, cols, mWidth, pixels, channels := dim[0], dim[1], dim[2], dim[3], dim[4], dim[5]
	hx, hm := e.rows(rows, width, cols), e.rows(cols, mWidth, channels*pixels)
	want := make([]float32, rows*pixels*channels)
	for i := range rows {
		for _, r := range decode(hx, width, i) {
			for _, c := range decode(hm, mWidth, r.col) {
				want[(i*pixels+c.col%pixels)*channels+c.col/pixels] += r.sign * c.sign
			}
		}
	}
	x, m := e.sparse(hx, rows, width, cols), e.sparse(hm, cols, mWidth, channels*pixels)
	y := upload(e, e.normal(len(want), 1), rows*pixels, channels)
	return instance{
		func() { e.b.SparseImage(y, x, m) },
		[]output{floats{"y", y, want, nil}}, rows,
	}
}
