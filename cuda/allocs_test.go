//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"testing"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

// quiet passes to an injector what opens, allocates and closes, and answers the rest
// itself, so that nothing but the backend allocates. Streams are ready when they are asked
// for the second time.
type quiet struct {
	*injector
	asked *int
}

func (q quiet) Call(e driver.Entry, args []uint64) driver.Result {
	switch e {
	case driver.EntryStreamQuery:
		if *q.asked++; *q.asked%2 == 1 {
			return driver.NotReady
		}
		return driver.Success
	case driver.EntryCtxSetCurrent, driver.EntryLaunchKernel, driver.EntryMemcpyHtoDAsync, driver.EntryMemcpyDtoHAsync,
		driver.EntryMemsetD8Async, driver.EntryGraphLaunch:
		return driver.Success
	}
	return q.injector.Call(e, args)
}

// TestNoAllocations calls everything that a run calls again and again.
func TestNoAllocations(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	calls := everything(b)
	for _, call := range calls { // makes the scratch memory and the bounce buffer
		call()
	}
	t.Cleanup(driver.Simulate(quiet{d, new(int)}))
	for name, call := range calls {
		if n := testing.AllocsPerRun(20, call); n != 0 {
			t.Errorf("%s: %v allocations per call", name, n)
		}
	}
}

// everything returns a call of each operation, copy and wait.
func everything(b *Backend) map[string]func() {
	const rows, width, cols, units = 3000, 3, 40, 48
	f := func(r, c int) compute.Tensor { return compute.New[float32](b, r, c) }
	x := compute.NewSparse(b, rows, width, cols)
	active := compute.New[uint16](b, rows, units/compute.Lanes)
	action := compute.New[uint8](b, rows, 1)
	words := compute.New[uint32](b, rows, 1)
	y, y2, y3, u, sum := f(rows, units), f(rows, units), f(rows, units), f(rows, 1), f(2, 1)
	w1, dw1, square := f(cols, units), f(cols, units), f(units, units)
	mirror, host := compute.Mirror(b, y), make([]float32, y.Len())
	replay := b.Record(func() { b.ReLU(y, y2) })
	calls := map[string]func(){
		"Zero":                  func() { b.Zero(y) },
		"MatMul":                func() { b.MatMul(1, y, y2, square, false, false) },
		"ReLU":                  func() { b.ReLU(y, y2) },
		"ReLUGrad":              func() { b.ReLUGrad(y, y, y2) },
		"RMSProp":               func() { b.RMSProp(y, y2, y, 1, 1, 1) },
		"Adam":                  func() { b.Adam(y, y2, y3, y, 1, 0.5, 0.5, 1, 7) },
		"AddScaled":             func() { b.AddScaled(y, y2, 0.5) },
		"ClipNorm":              func() { b.ClipNorm(y, sum, 0.5) },
		"Blur in short lines":   func() { b.Blur(y, 60, 50, 2) },
		"Blur in long lines":    func() { b.Blur(y, 2, 1500, 2) },
		"SumSquares":            func() { b.SumSquares(sum, y) },
		"Uniform":               func() { b.Uniform(u, 1, 2, words, words, 3) },
		"SparseMatMul":          func() { b.SparseMatMul(y, x, w1) },
		"SparseMatMulGrad":      func() { b.SparseMatMulGrad(dw1, x, y) },
		"Upload, pinned":        func() { compute.Upload(b, y, mirror) },
		"Fetch, pinned":         func() { compute.Fetch(b, mirror, y) },
		"Upload, Fetch, Sync":   func() { compute.Upload(b, y, host); compute.Fetch(b, host, y); _ = b.Sync() },
		"Sync":                  func() { _ = b.Sync() },
		"replay of a recording": replay,
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

// BenchmarkOverhead measures what an operation costs the host beside the driver.
func BenchmarkOverhead(tb *testing.B) {
	d := inject(tb)
	b := open(tb, d, Options{})
	x := compute.New[float32](b, 10, 10)
	tb.Cleanup(driver.Simulate(quiet{d, new(int)}))
	for tb.Loop() {
		b.ReLU(x, x)
	}
}
