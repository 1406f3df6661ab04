package computetest

import (
	"fmt"
	"testing"

	"pongpg/trainer/compute"
)

// network is a convolutional policy on a backend, with all that its two passes write.
type network struct {
	b      compute.Backend
	x, m   compute.Sparse
	layers []layer // behind the last is one of the outputs, and the gradient at them
}

// layer is a convolution of x, which the layer before wrote, and the gradient at x. Behind each but the
// last is a ReLU, in place.
type layer struct {
	g         compute.Window
	x, dx     compute.Tensor
	w, dw     compute.Tensor
	inputGrad bool // the first layer's images need none
}

// BenchmarkNetwork measures a policy of four layers on made-up games of Pong: 80×80 pixels, 16
// filters of 8×8, 32 of 4×4, 200 hidden units and 6 outputs.
func BenchmarkNetwork(tb *testing.B, b compute.Backend) {
	for _, channels := range []int{1, 2} {
		for _, rows := range []int{64, 512, 1024} {
			tb.Run(fmt.Sprintf("%d channels/%d rows/forward", channels, rows), func(tb *testing.B) {
				measureNetwork(tb, b, rows, channels, (*network).forward)
			})
			tb.Run(fmt.Sprintf("%d channels/%d rows/both", channels, rows), func(tb *testing.B) {
				measureNetwork(tb, b, rows, channels, func(n *network) { n.forward(); n.backward() })
			})
		}
	}
}

func measureNetwork(tb *testing.B, b compute.Backend, rows, channels int, pass func(n *network)) {
	n := newNetwork(newEnv(tb, b, "network"), rows, channels)
	pass(n)
	for tb.Loop() {
		pass(n)
	}
	if err := b.Sync(); err != nil {
		tb.Fatal(err)
	}
	tb.ReportMetric(float64(rows)*float64(tb.N)/tb.Elapsed().Seconds(), "rows/s")
}

func newNetwork(e *env, rows, channels int) *network {
	n := &network{b: e.b}
	n.observations(e, rows, channels)
	tensor := func(rows, cols int) compute.Tensor { return compute.New[float32](e.b, rows, cols) }
	image := tensor(rows*80*80, channels)
	gradient := tensor(image.Rows, image.Cols)
	for i, g := range []compute.Window{
		{Height: 80, Width: 80, Channels: channels, Size: 8, Stride: 4, Filters: 16},
		{Height: 19, Width: 19, Channels: 16, Size: 4, Stride: 2, Filters: 32},
		{Height: 8, Width: 8, Channels: 32, Size: 8, Stride: 1, Filters: pongUnits},
		{Height: 1, Width: 1, Channels: pongUnits, Size: 1, Stride: 1, Filters: 6},
	} {
		scale := 1 / float64(g.Size) // of the order that keeps the outputs' size
		n.layers = append(n.layers, layer{
			g: g, x: image, dx: gradient, inputGrad: i > 0,
			w: upload(e, e.normal(g.Inputs()*g.Filters, scale), g.Inputs(), g.Filters), dw: tensor(g.Inputs(), g.Filters),
		})
		image = tensor(rows*g.OutHeight()*g.OutWidth(), g.Filters)
		gradient = tensor(image.Rows, image.Cols)
	}
	n.layers = append(n.layers, layer{x: image, dx: upload(e, e.normal(image.Len(), 1), image.Rows, image.Cols)})
	return n
}

// observations makes up the games' codes, and their pixels: of one channel the difference of two
// images, of two channels both.
func (n *network) observations(e *env, rows, channels int) {
	cols := channels * pongCols
	pixels := make([][]uint16, cols)
	rectangle := func(code, top, left, high, wide int) {
		for c := range channels {
			for y := top; y < min(top+high, 80); y++ {
				for x := left; x < left+wide; x++ {
					pixels[c*pongCols+code] = append(pixels[c*pongCols+code], compute.Entry(c*6400+y*80+x, false))
				}
			}
		}
	}
	for p := range pongPaddle {
		rectangle(p, p*72/pongPaddle, 8, 8, 2)
		rectangle(pongPaddle+p, p*72/pongPaddle, 70, 8, 2)
	}
	for ball := range pongBall {
		rectangle(2*pongPaddle+ball, ball%81, min(ball/81, 79), 2, 1)
	}
	entries, width := compute.PackRows(pixels)
	n.m = e.sparse(entries, cols, width, channels*6400)
	codes := e.pong(rows)
	if channels == 2 { // what was subtracted is the other channel
		for i, c := range codes {
			if c != compute.End && c&1 == 1 {
				codes[i] = compute.Entry(pongCols+compute.EntryCol(c), false)
			}
		}
	}
	n.x = e.sparse(codes, rows, pongWidth, cols)
}

func (n *network) forward() {
	n.b.SparseImage(n.layers[0].x, n.x, n.m)
	for i, l := range n.layers[:len(n.layers)-1] {
		y := n.layers[i+1].x
		n.b.Conv(y, l.x, l.w, l.g)
		if i+2 < len(n.layers) {
			n.b.ReLU(y, y)
		}
	}
}

func (n *network) backward() {
	for i := len(n.layers) - 2; i >= 0; i-- {
		l, dy := n.layers[i], n.layers[i+1].dx
		n.b.ConvGrad(l.dw, l.x, dy, l.g)
		if l.inputGrad {
			n.b.ConvInputGrad(l.dx, dy, l.w, l.g)
			n.b.ReLUGrad(l.dx, l.dx, l.x)
		}
	}
}
