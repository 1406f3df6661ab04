//go:build linux && amd64 && cgo

package cuda

import (
	"maps"
	"testing"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/computetest"
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
	x, y := compute.New[float32](b, 300, 10), compute.New[float32](b, 300, 10)
	mirror, host := compute.Mirror(b, y), make([]float32, y.Len())
	calls := computetest.Calls(b)
	maps.Copy(calls, map[string]func(){
		"Upload, pinned":        func() { compute.Upload(b, y, mirror) },
		"Fetch, pinned":         func() { compute.Fetch(b, mirror, y) },
		"Upload, Fetch, Sync":   func() { compute.Upload(b, y, host); compute.Fetch(b, host, y); _ = b.Sync() },
		"Sync":                  func() { _ = b.Sync() },
		"replay of a recording": b.Record(func() { b.ReLU(y, x); b.ReLU(x, y) }),
	})
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
