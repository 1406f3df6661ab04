//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"testing"

	"pongpg/trainer/compute"
)

// TestScratchBytes checks that operations keep exactly what ScratchBytes says.
func TestScratchBytes(t *testing.T) {
	b := open(t, inject(t), Options{})
	f := func(rows, cols int) compute.Tensor { return compute.New[float32](b, rows, cols) }
	type call struct {
		op   string
		dims []int
	}
	var calls []call
	for _, d := range [][]int{{80, 80, 16, 2}, {1, 127, 16, 1}, {300, 2, 16, 5}, {2, 200, 33, 0}, {3, 3, 16, 200}} {
		d[2] = compute.PadCols(d[2])
		calls = append(calls, call{"Blur", d})
	}
	for _, d := range [][]int{{0, 5, 1}, {8, 1024, 1}, {8, 1025, 1}, {160, 207, 4}, {8, 1024, 8}} {
		calls = append(calls, call{"SumSquares", d})
	}
	for _, d := range [][]int{{1, 1, 1, 16}, {5000, 6, 300, 48}, {5000, 300, 10, 16}} {
		calls = append(calls, call{"SparseMatMul", d}, call{"SparseMatMulGrad", d})
		for _, outputs := range []int{1, 3} {
			with := append(d[:4:4], outputs)
			calls = append(calls, call{"SparseMLP", with}, call{"SparseMLPGrad", with})
		}
	}
	for _, images := range []int{0, 64, 65, 300} {
		d := []int{images, 5, 6, 2, 3, 2, 7}
		calls = append(calls, call{"Conv", d}, call{"ConvGrad", d}, call{"ConvInputGrad", d})
	}
	for _, c := range calls {
		q, d := b.Queue().(*Backend), c.dims
		switch c.op {
		case "Blur":
			q.Blur(f(d[0]*d[1], d[2]), d[0], d[1], d[3])
		case "SumSquares":
			q.SumSquares(f(d[2], 1), f(d[0], d[1]))
		case "Conv", "ConvGrad", "ConvInputGrad":
			g := compute.Window{Height: d[1], Width: d[2], Channels: d[3], Size: d[4], Stride: d[5], Filters: d[6]}
			x, w, y := f(d[0]*d[1]*d[2], d[3]), f(g.Inputs(), g.Filters), f(d[0]*g.OutHeight()*g.OutWidth(), g.Filters)
			map[string]func(a, b, c compute.Tensor, g compute.Window){
				"Conv":          func(x, w, y compute.Tensor, g compute.Window) { q.Conv(y, x, w, g) },
				"ConvGrad":      func(x, w, y compute.Tensor, g compute.Window) { q.ConvGrad(w, x, y, g) },
				"ConvInputGrad": func(x, w, y compute.Tensor, g compute.Window) { q.ConvInputGrad(x, y, w, g) },
			}[c.op](x, w, y, g)
		default:
			x := compute.NewSparse(b, d[0], d[1], d[2])
			y, w := f(d[0], d[3]), f(d[2], d[3])
			switch c.op {
			case "SparseMatMul":
				q.SparseMatMul(y, x, w)
			case "SparseMatMulGrad":
				q.SparseMatMulGrad(w, x, y)
			default:
				z, w2, active := f(d[0], d[4]), f(d[4], d[3]), compute.New[uint16](b, d[0], d[3]/compute.Lanes)
				if c.op == "SparseMLP" {
					q.SparseMLP(z, active, x, w, w2)
				} else {
					q.SparseMLPGrad(w, w2, x, active, z, w, w2)
				}
			}
		}
		if err := b.Sync(); err != nil {
			t.Fatal(err)
		}
		var kept []int
		for _, p := range q.scratches {
			kept = append(kept, p.bytes)
		}
		if got, want := trimmed(kept), trimmed(ScratchBytes(c.op, d...)); got != want {
			t.Errorf("%s%v keeps %s bytes, ScratchBytes says %s", c.op, d, got, want)
		}
	}
}

// trimmed writes pieces without the empty ones at the end.
func trimmed(pieces []int) string {
	for len(pieces) > 0 && pieces[len(pieces)-1] == 0 {
		pieces = pieces[:len(pieces)-1]
	}
	return fmt.Sprint(pieces)
}
