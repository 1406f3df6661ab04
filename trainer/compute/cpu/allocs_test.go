package cpu

import (
	"fmt"
	"slices"
	"testing"

	"pongpg/trainer/compute"
)

// TestNoAllocations calls every operation again and again on a pool and on a queue,
// with sizes of more than one item each.
func TestNoAllocations(t *testing.T) {
	for _, isa := range ISAs() {
		b := open(t, Options{Workers: 3, ISA: isa})
		for name, on := range map[string]compute.Backend{"pool": b, "queue": b.Queue()} {
			for op, call := range everyOperation(on) {
				if n := testing.AllocsPerRun(5, call); n != 0 {
					t.Errorf("%s on a %s of %s: %v allocations per call", op, name, b.Name(), n)
				}
			}
		}
	}
}

// everyOperation returns a call of each operation on arrays of its own.
func everyOperation(b compute.Backend) map[string]func() {
	const rows, width, cols, units = 3000, 3, 40, 48
	f := func(r, c int) compute.Tensor { return compute.New[float32](b, r, c) }
	x := compute.NewSparse(b, rows, width, cols)
	for i := range x.Entries.Host {
		x.Entries.Host[i] = compute.Entry(i%cols, i%3 == 0)
	}
	active := compute.New[uint16](b, rows, units/compute.Lanes)
	action := compute.New[uint8](b, rows, 1)
	words := compute.New[uint32](b, rows, 1)
	y, y2, y3, u, sum := f(rows, units), f(rows, units), f(rows, units), f(rows, 1), f(1, 1)
	compute.Upload(b, u, slices.Repeat([]float32{1}, rows)) // a norm to be clipped
	w1, dw1, square := f(cols, units), f(cols, units), f(units, units)
	calls := map[string]func(){
		"Zero":             func() { b.Zero(y) },
		"MatMul":           func() { b.MatMul(1, y, y2, square, false, false) },
		"ReLU":             func() { b.ReLU(y, y2) },
		"ReLUGrad":         func() { b.ReLUGrad(y, y, y2) },
		"RMSProp":          func() { b.RMSProp(y, y2, y, 1, 1, 1) },
		"Adam":             func() { b.Adam(y, y2, y3, y, 1, 0.5, 0.5, 1, 7) },
		"AddScaled":        func() { b.AddScaled(y, y2, 0.5) },
		"ClipNorm":         func() { b.ClipNorm(y, u, 0.5) },
		"Blur":             func() { b.Blur(y, 60, 50, 2) },
		"SumSquares":       func() { b.SumSquares(sum, y) },
		"Uniform":          func() { b.Uniform(u, 1, 2, words, words, 3) },
		"SparseMatMul":     func() { b.SparseMatMul(y, x, w1) },
		"SparseMatMulGrad": func() { b.SparseMatMulGrad(dw1, x, y) },
	}
	for _, k := range []int{1, 3} {
		z, p, w2, dw2 := f(rows, k), f(rows, k), f(k, units), f(k, units)
		for name, call := range map[string]func(){
			"Sigmoid":    func() { b.Sigmoid(p, z) },
			"Softmax":    func() { b.Softmax(p, z) },
			"PolicyGrad": func() { b.PolicyGrad(z, z, p, action, u, u, 0.1) },
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
