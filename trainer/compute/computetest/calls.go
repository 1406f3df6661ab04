package computetest

import (
	"fmt"
	"slices"

	"pongpg/trainer/compute"
)

// Calls returns a call of each operation, by name, on arrays that b has several workers or
// blocks for: for tests of what calls cost beside the arithmetic.
func Calls(b compute.Backend) map[string]func() {
	const rows, width, cols, units = 3000, 3, 40, 48
	f := func(r, c int) compute.Tensor { return compute.New[float32](b, r, c) }
	x := compute.NewSparse(b, rows, width, cols)
	entries := make([]uint16, rows*width)
	for i := range entries {
		entries[i] = compute.Entry(i%cols, i%3 == 0)
	}
	compute.Upload(b, x.Entries, entries)
	active := compute.New[uint16](b, rows, units/compute.Lanes)
	action := compute.New[uint8](b, rows, 1)
	words := compute.New[uint32](b, rows, 1)
	y, y2, y3, u, ones, sums := f(rows, units), f(rows, units), f(rows, units), f(rows, 1), f(rows, 1), f(2, 1)
	compute.Upload(b, ones, slices.Repeat([]float32{1}, rows)) // a norm to be clipped
	w1, dw1, square := f(cols, units), f(cols, units), f(units, units)
	calls := map[string]func(){
		"Zero":                func() { b.Zero(y) },
		"MatMul":              func() { b.MatMul(1, y, y2, square, false, false) },
		"ReLU":                func() { b.ReLU(y, y2) },
		"ReLUGrad":            func() { b.ReLUGrad(y, y, y2) },
		"RMSProp":             func() { b.RMSProp(y, y2, y, 1, 1, 1) },
		"Adam":                func() { b.Adam(y, y2, y3, y, 1, 0.5, 0.5, 1, 7) },
		"AddScaled":           func() { b.AddScaled(y, y2, 0.5) },
		"ClipNorm":            func() { b.ClipNorm(y, ones, 0.5) },
		"Blur in short lines": func() { b.Blur(y, 60, 50, 2) },
		"Blur in long lines":  func() { b.Blur(y, 2, 1500, 2) },
		"SumSquares":          func() { b.SumSquares(sums, y) },
		"Uniform":             func() { b.Uniform(u, 1, 2, words, words, 3) },
		"SparseMatMul":        func() { b.SparseMatMul(y, x, w1) },
		"SparseMatMulGrad":    func() { b.SparseMatMulGrad(dw1, x, y) },
	}
	m, images := compute.NewSparse(b, cols, 1, 2*30), f(rows*30, 2)
	calls["SparseImage"] = func() { b.SparseImage(images, x, m) }
	halves := make([]float32, images.Len())
	for i := range halves {
		halves[i] = float32(i % 2)
	}
	compute.Upload(b, images, halves)
	for name, g := range map[string]compute.Window{
		"of 3×3 of 5×6 pixels": {Height: 5, Width: 6, Channels: 2, Size: 3, Stride: 1, Filters: 7},
		"of all pixels":        {Height: 1, Width: 1, Channels: 60, Size: 1, Stride: 1, Filters: 7},
	} {
		image := compute.Tensor{Rows: rows * g.Height * g.Width, Cols: g.Channels, Host: images.Host, Addr: images.Addr}
		w, y := f(g.Inputs(), g.Filters), f(rows*g.OutHeight()*g.OutWidth(), g.Filters)
		dimage := f(image.Rows, image.Cols)
		calls["Conv "+name] = func() { b.Conv(y, image, w, g) }
		calls["ConvGrad "+name] = func() { b.ConvGrad(w, image, y, g) }
		calls["ConvInputGrad "+name] = func() { b.ConvInputGrad(dimage, y, w, g) }
	}
	for _, k := range []int{1, 3} {
		z, p, w2, dw2 := f(rows, k), f(rows, k), f(k, units), f(k, units)
		zv, dv := f(rows, k+1), f(rows, k+1) // with a value
		for name, call := range map[string]func(){
			"Sigmoid":    func() { b.Sigmoid(p, z) },
			"Softmax":    func() { b.Softmax(p, z) },
			"PolicyGrad": func() { b.PolicyGrad(z, z, p, action, u, u, 0.1) },
			"LogProb":    func() { b.LogProb(u, z, action) },
			"PPOGrad":    func() { b.PPOGrad(dv, zv, action, u, u, u, u, 0.2, 0.1, 0.5) },
			"Sample":     func() { b.Sample(action, p, u) },
			"SparseMLP":  func() { b.SparseMLP(z, active, x, w1, w2) },
			"SparseMLPSample": func() {
				b.SparseMLPSample(action, z, p, active, x, w1, w2, compute.Draw{Stream: words, Tick: words})
			},
			"SparseMLPGrad": func() { b.SparseMLPGrad(dw1, dw2, x, active, z, w1, w2) },
		} {
			calls[fmt.Sprintf("%s of %d outputs", name, k)] = call
		}
	}
	return calls
}
