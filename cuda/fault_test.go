//go:build linux && amd64 && cgo

package cuda

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pongpg/cuda/driver"
	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// program is a bit of everything that a run does.
func program(b *Backend) {
	q := b.Queue()
	x, y := compute.New[float32](b, 100, 10), compute.New[float32](b, 100, 10)
	host := make([]float32, 1000)
	mirror := compute.Mirror(b, x)
	replay := q.Record(func() {
		compute.Upload(q, x, mirror)
		q.ReLU(y, x)
		compute.Fetch(q, mirror, y)
	})
	for range 2 {
		replay()
		_ = q.Sync()
		compute.Upload(b, x, host)
		b.Zero(y)
		b.RMSProp(x, y, y, 1, 1, 1)
	}
	compute.Download(b, host, x)
}

// faults is where the driver can fail under a program, in which call of the function, and
// what the operation is called that sees it.
var faults = []struct {
	at        driver.Entry
	nth       int
	operation string
}{
	{driver.EntryCtxSetCurrent, 12, ""}, // whichever that is
	{driver.EntryStreamCreate, 0, "Queue"},
	{driver.EntryMemAlloc, 1, "Malloc"},
	{driver.EntryMemHostAlloc, 0, "Pinned"},
	{driver.EntryMemHostAlloc, 1, "Upload: pinned memory"}, // its bounce buffer
	{driver.EntryStreamBeginCapture, 0, "Record"},
	{driver.EntryStreamEndCapture, 0, "Record"},
	{driver.EntryGraphInstantiateWithFlags, 0, "Record"},
	{driver.EntryGraphDestroy, 0, "Record"},
	{driver.EntryGraphLaunch, 1, "the replay of Upload, ReLU, Download"},
	{driver.EntryMemcpyHtoDAsync, 0, "Upload"}, // while it is recorded
	{driver.EntryMemcpyHtoDAsync, 1, "Upload"},
	{driver.EntryMemcpyDtoHAsync, 1, "Download"},
	{driver.EntryMemsetD8Async, 2, "Zero"},
	{driver.EntryLaunchKernel, 0, "ReLU"}, // while it is recorded
	{driver.EntryLaunchKernel, 1, "RMSProp"},
	{driver.EntryStreamQuery, 0, "Sync"},
	{driver.EntryStreamSynchronize, 0, "Malloc"}, // of its zeros
}

// usual are errors that devices really have, and a word that their hint must have.
var usual = map[driver.Result]string{
	driver.IllegalAddress:    "PONGPG_CUDA_SYNC=1",
	driver.LaunchTimeout:     "screen",
	driver.EccUncorrectable:  "Xid",
	driver.LaunchFailed:      "report it",
	driver.DeviceUnavailable: "another process",
	driver.Unknown:           "restart",
	driver.Timeout:           "Xid", // one without a line of its own
}

// TestFaults has each call fail, for once and for good, and one with each usual error.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		for _, sticky := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v/%d/%v", f.at, f.nth, sticky), func(t *testing.T) {
				testFault(t, f.at, f.nth, driver.IllegalAddress, sticky, "in or before "+f.operation)
			})
		}
	}
	for result := range usual {
		t.Run(result.Error(), func(t *testing.T) { testFault(t, driver.EntryStreamQuery, 0, result, true, "in or before Sync") })
	}
}

// testFault has a call fail, and expects one DeviceError that says what failed and what to
// do, in every queue; no further work; and nothing left after Close.
func testFault(t *testing.T, at driver.Entry, nth int, result driver.Result, sticky bool, where string) {
	d := inject(t)
	b, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	d.failAt(at, nth, result, sticky)
	program(b)
	err = b.Sync()
	var device *compute.DeviceError
	if !errors.As(err, &device) || !errors.Is(err, result) {
		t.Fatalf("Sync returns %v", err)
	}
	text := err.Error()
	if !strings.HasPrefix(text, "cuda:0 (simulated GPU): "+where) || !strings.Contains(text, result.Error()) || !strings.Contains(text, usual[result]) {
		t.Errorf("%q", text)
	}
	before := len(d.calls)
	q := b.Queue()
	program(b)
	if again, other := b.Sync(), q.Sync(); again != err || other != err {
		t.Errorf("the error changed to %v, and is %v in another queue", again, other)
	}
	if n := len(d.calls) - before; n != 0 {
		t.Errorf("%d calls of the driver after the error: %v", n, d.calls[before:])
	}
	if err := b.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if leaks := d.Leaks(); len(leaks) > 0 && !sticky {
		t.Errorf("not given back: %q", leaks)
	}
}

// TestOutOfMemory checks that an allocation that fails says how much was asked for, and is
// the allocation's own error.
func TestOutOfMemory(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	b.Malloc(1 << 20)
	if m := b.Malloc(5 << 30); m.Addr != 0 {
		t.Error("memory that is not there")
	}
	err := b.Sync()
	want := "cuda:0 (simulated GPU): Malloc of 5.0 GiB with 1023.0 MiB of 1.0 GiB free: out of memory, CUDA_ERROR_OUT_OF_MEMORY (2): train fewer games at a time"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s…", err, want)
	}
	compute.New[float32](b, 3, 3) // nothing but a sticky error may come of going on
	b.Zero(compute.New[float32](b, 3, 3))

	d = inject(t)
	b = open(t, d, Options{})
	b.scratch("SumSquares", 0, 2<<30)
	if err := b.Sync(); err == nil || !strings.Contains(err.Error(), ": SumSquares: scratch memory of 2.0 GiB with 1.0 GiB of 1.0 GiB free: out of memory") {
		t.Error(err)
	}
}

// TestOutOfHostMemory is TestOutOfMemory for pinned memory, whose slices are there all the
// same.
func TestOutOfHostMemory(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	d.failAt(driver.EntryMemHostAlloc, 0, driver.OutOfMemory, false)
	if p := b.Pinned(100 << 20); len(p) != 100<<20 {
		t.Errorf("%d bytes", len(p))
	}
	want := "cuda:0 (simulated GPU): Pinned of 100.0 MiB: the host has no more memory to pin, CUDA_ERROR_OUT_OF_MEMORY (2): train fewer"
	if err := b.Sync(); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s…", err, want)
	}
}

// TestSynchronous checks that every operation is waited for if it is asked for, so that its
// error is its own.
func TestSynchronous(t *testing.T) {
	for _, env := range []bool{false, true} {
		d := inject(t)
		if env {
			t.Setenv("PONGPG_CUDA_SYNC", "1")
		}
		b := open(t, d, Options{Synchronous: !env})
		x := compute.New[float32](b, 100, 10)
		replay := b.Record(func() { b.Sigmoid(x, x); b.ReLU(x, x) })
		d.failAt(driver.EntryStreamSynchronize, 1, driver.IllegalAddress, false)
		replay()
		b.Zero(x)
		if err := b.Sync(); err == nil || !strings.HasPrefix(err.Error(), "cuda:0 (simulated GPU): ReLU: illegal address, CUDA_ERROR_ILLEGAL_ADDRESS (700): ") {
			t.Error(err)
		}
	}
}

// TestClosed checks that after Close nothing is done, and Sync says why.
func TestClosed(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	x := compute.New[float32](b, 3, 3)
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	before := len(d.calls)
	b.ReLU(x, x)
	if err := b.Sync(); !errors.Is(err, errClosed) {
		t.Error(err)
	}
	if len(d.calls) != before {
		t.Errorf("calls after Close: %v", d.calls[before:])
	}
}

// TestWrongArguments checks that what is not on the device, or does not fit a kernel's
// description, panics and is not launched.
func TestWrongArguments(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	x := compute.New[float32](b, 2, 3)
	host := compute.Tensor{Rows: 2, Cols: 3, Host: make([]float32, 6)}
	for want, call := range map[string]func(){
		"cuda: ReLU: y is not in this device's memory":                  func() { b.ReLU(host, x) },
		"cuda: ReLU: x is not in this device's memory":                  func() { b.ReLU(x, compute.Tensor{Rows: 2, Cols: 3}) },
		"cuda: Zero: x is not in this device's memory":                  func() { b.Zero(host) },
		"cuda: Upload: the array is not in this device's memory":        func() { compute.Upload(b, host, make([]float32, 6)) },
		"cuda: test: 1 arguments for relu, which has 3 parameters":      func() { b.launch("test", kernels.ReLU, 1, u64(1)) },
		"cuda: test: argument x of relu is a u64; it must be a pointer": func() { b.launch("test", kernels.ReLU, 1, pointer(x), u64(1), u64(1)) },
		"cuda: test: argument n of relu is a u32; it must be a u64":     func() { b.launch("test", kernels.ReLU, 1, pointer(x), pointer(x), u32(1)) },
		"cuda: test: 2147483648 blocks of relu, at most 2147483647":     func() { b.launch("test", kernels.ReLU, 1<<31, pointer(x), pointer(x), u64(1)) },
		"cuda: 4294967296 as an argument of 32 bits":                    func() { u32(1 << 32) },
		"cuda: test: kernel relu is not one of kernels.All":             func() { k := *kernels.ReLU; b.launch("test", &k, 1, pointer(x), pointer(x), u64(1)) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			call()
		}()
	}
	if n := d.count(driver.EntryLaunchKernel); n != 0 {
		t.Errorf("%d launches", n)
	}
	b.launch("test", kernels.ReLU, 0, pointer(x), pointer(x), u64(1))
	if n := d.count(driver.EntryLaunchKernel); n != 0 {
		t.Error("no blocks, and a launch")
	}
}
