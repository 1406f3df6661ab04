package cpu

import "pongpg/trainer/compute"

// A convolution's images are nearly all zeros, or half of them behind a ReLU, and products
// with zeros are left out. So the numbers that are not 0 are listed first; then each window's
// sum is over stretches of that list, one for each row of its pixels, as what a row of pixels
// and a row of the window have in common is next to each other in the list, and in the
// weights too. Stretches that are empty cost nothing.

// listed is how many numbers of an input an item's list may come from, about: with the
// list they are 400 KiB, which stay in the L2 cache.
const listed = 1 << 15

// visit is a stretch lo…hi−1 of a list that meets width numbers of another array from out on. The
// number at place at of the input goes with the row of weights that begins at base+at·stride.
// The vector forms know this layout.
type visit struct {
	lo, hi    uint32
	out, base int
}

// places is the list of the numbers that are not 0: where, and which.
type places struct {
	at     []uint32
	v      []float32
	visits []visit
}

// listSlack is how far behind its end a list may be written.
const listSlack = compute.Lanes

// reserve makes room for a list of so many numbers, and for visits.
func (p *places) reserve(numbers, visits int) {
	p.at, p.v = grow(p.at, numbers+listSlack), grow(p.v, numbers+listSlack)
	p.visits = grow(p.visits, visits)
}

// mostWindows returns how many visits windows adds for an image, at most, and mostInputs how many
// inputs does.
func mostWindows(g *compute.Window) int {
	return g.Height * g.OutWidth() * grain(g.Size, g.Stride)
}

func mostInputs(g *compute.Window) int { return g.OutHeight() * g.OutWidth() * g.Size }

// list fills p with the numbers of x that are not 0.
func (p *places) list(k *kernels, x []float32) {
	p.at, p.v = grow(p.at, len(x)+listSlack), grow(p.v, len(x)+listSlack)
	n := k.nonzeros(x, p.at, p.v)
	p.at, p.v, p.visits = p.at[:n], p.v[:n], p.visits[:0]
}

// nonzerosGo writes where x is not 0, and what it is there, and returns at how many places.
func nonzerosGo(x []float32, at []uint32, v []float32) (n int) {
	for i, x := range x {
		if x != 0 { // NaN included
			at[n], v[n] = uint32(i), x
			n++
		}
	}
	return n
}

// gatherGo adds to width numbers of y, for each visit and each place of it in order, the place's
// number times the place's row of w.
func gatherGo(y, w []float32, stride int, visits []visit, at []uint32, v []float32, width int) {
	for i := range visits {
		s := &visits[i]
		y := y[s.out:][:width]
		for j := s.lo; j < s.hi; j++ {
			x, row := v[j], w[s.base+int(at[j])*stride:][:len(y)]
			for f := range y {
				y[f] += float32(x * row[f])
			}
		}
	}
}

// scatterGo adds to the first width numbers of the row of dw of each place of each visit
// the place's number times those of dy.
func scatterGo(dw []float32, stride int, dy []float32, visits []visit, at []uint32, v []float32, width int) {
	for i := range visits {
		s := &visits[i]
		dy := dy[s.out:][:width]
		for j := s.lo; j < s.hi; j++ {
			x, row := v[j], dw[s.base+int(at[j])*stride:][:len(dy)]
			for f := range dy {
				row[f] += float32(x * dy[f])
			}
		}
	}
}

// windows adds to p.visits those of the windows of the images listed in p, of which the outputs are
// outStride apart and the weights' rows stride: each window's in the order of its pixels, and those
// of one row of weights in the order of the windows.
func (p *places) windows(g *compute.Window, outStride, stride int) {
	row, high, wide := g.Width*g.Channels, g.OutHeight(), g.OutWidth()
	line := g.Size * g.Channels // of a window
	for lo, hi := 0, 0; lo < len(p.at); lo = hi {
		r := int(p.at[lo]) / row // of all images
		begin, end := r*row, uint32((r+1)*row)
		for hi = lo; hi < len(p.at) && p.at[hi] < end; hi++ {
		}
		image, y := r/g.Height, r%g.Height
		top, bottom := first(y, g), min(high-1, y/g.Stride)
		left := first((int(p.at[lo])-begin)/g.Channels, g)
		right := min(wide-1, (int(p.at[hi-1])-begin)/g.Channels/g.Stride)
		from, to := lo, lo
		for x := left; x <= right; x++ {
			edge := begin + x*g.Stride*g.Channels
			for from < hi && int(p.at[from]) < edge {
				from++
			}
			if from == hi { // in the pixels that the windows leave out
				break
			}
			if next := int(p.at[from]); next >= edge+line {
				x = max(x, first((next-begin)/g.Channels, g)-1)
				continue
			}
			for to = max(to, from); to < hi && int(p.at[to]) < edge+line; to++ {
			}
			for oy := top; oy <= bottom; oy++ {
				p.visits = append(p.visits, visit{uint32(from), uint32(to),
					((image*high+oy)*wide + x) * outStride, ((y-oy*g.Stride)*line - edge) * stride})
			}
		}
	}
}

// first returns the first window that sees a pixel, along one side of the image.
func first(pixel int, g *compute.Window) int {
	return max(0, pixel-g.Size+g.Stride) / g.Stride
}

// inputs adds to p.visits those of the pixels that each window saw, where p lists the outputs of
// images: each pixel's in the order of the window's pixels, which is the windows from last to
// first. The weights are turned.
func (p *places) inputs(g *compute.Window) {
	high, wide, line := g.OutHeight(), g.OutWidth(), turnedLine(g)
	for lo, hi := 0, len(p.at); hi > 0; hi = lo {
		pixel := int(p.at[hi-1]) / g.Filters // of all images
		begin := uint32(pixel * g.Filters)
		for lo = hi - 1; lo > 0 && p.at[lo-1] >= begin; lo-- {
		}
		image, y, x := pixel/(high*wide), pixel/wide%high, pixel%wide
		out := (image*g.Height+y*g.Stride)*g.Width + x*g.Stride
		for ky := range g.Size {
			p.visits = append(p.visits, visit{uint32(lo), uint32(hi),
				(out + ky*g.Width) * g.Channels, ky*line - int(begin)*turnedWidth})
		}
	}
}
