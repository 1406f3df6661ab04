//go:build linux && amd64 && cgo

package driver_test

import (
	"errors"
	"slices"
	"testing"
	"unsafe"

	"pongpg/cuda/driver"
)

func TestSimulatedHostMemory(t *testing.T) {
	memory := new([64]byte)
	r := simulate(t, func(e driver.Entry, args []uint64) driver.Result {
		if e == driver.EntryMemHostAlloc {
			write(args[0], unsafe.Pointer(memory))
		}
		return driver.Success
	})
	p, err := driver.HostAlloc(len(memory))
	if err != nil || p != unsafe.Pointer(memory) {
		t.Errorf("pinned memory at %p, %v; want %p", p, err, memory)
	}
	wantArgs(t, r.only(t, driver.EntryMemHostAlloc)[1:], uint64(len(memory)), 3)
	if err := driver.HostFree(p); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryMemFreeHost), uint64(uintptr(p)))
	for _, n := range []int{0, -1} {
		if _, err := driver.HostAlloc(n); !errors.Is(err, driver.InvalidValue) {
			t.Errorf("pinned memory of %d bytes: %v", n, err)
		}
	}
}

func TestSimulatedGraphs(t *testing.T) {
	r := simulate(t, func(e driver.Entry, args []uint64) driver.Result {
		switch e {
		case driver.EntryStreamEndCapture:
			write(args[1], uint64(0x8000))
		case driver.EntryGraphInstantiateWithFlags:
			write(args[0], uint64(0x9000))
		}
		return driver.Success
	})
	if !driver.HasGraphs() {
		t.Error("the simulated driver has no graphs")
	}
	stream := driver.Pointer(0x5000)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	check(driver.BeginCapture(stream))
	g, err := driver.EndCapture(stream)
	check(err)
	x, err := driver.Instantiate(g)
	check(err)
	check(driver.GraphLaunch(x, stream))
	check(driver.GraphExecDestroy(x))
	check(driver.GraphDestroy(g))
	want := []recorded{
		{driver.EntryStreamBeginCapture, []uint64{0x5000, 1}},
		{driver.EntryStreamEndCapture, []uint64{0x5000}},
		{driver.EntryGraphInstantiateWithFlags, []uint64{0x8000, 0}},
		{driver.EntryGraphLaunch, []uint64{0x9000, 0x5000}},
		{driver.EntryGraphExecDestroy, []uint64{0x9000}},
		{driver.EntryGraphDestroy, []uint64{0x8000}},
	}
	for i, call := range r.calls {
		switch call.entry { // the addresses of results are the binding's own
		case driver.EntryStreamEndCapture:
			call.args = call.args[:1]
		case driver.EntryGraphInstantiateWithFlags:
			call.args = call.args[1:]
		}
		if i >= len(want) || call.entry != want[i].entry || !slices.Equal(call.args, want[i].args) {
			t.Errorf("call %d is %v %#x", i, call.entry, call.args)
		}
	}
	if len(r.calls) != len(want) {
		t.Errorf("%d calls, want %d", len(r.calls), len(want))
	}
	r.answer = func(driver.Entry, []uint64) driver.Result { return driver.StreamCaptureInvalidated }
	if _, err := driver.EndCapture(stream); !errors.Is(err, driver.StreamCaptureInvalidated) {
		t.Errorf("capture ended with %v", err)
	}
}

// TestSimulatedStreamReady checks what is made of a stream's answers.
func TestSimulatedStreamReady(t *testing.T) {
	answer := driver.Success
	r := simulate(t, func(driver.Entry, []uint64) driver.Result { return answer })
	stream := driver.Pointer(0x5000)
	if ready, err := driver.StreamReady(stream); !ready || err != nil {
		t.Errorf("of an idle stream: %v, %v", ready, err)
	}
	wantArgs(t, r.only(t, driver.EntryStreamQuery), 0x5000)
	answer = driver.NotReady
	if ready, err := driver.StreamReady(stream); ready || err != nil {
		t.Errorf("of a busy stream: %v, %v", ready, err)
	}
	answer = driver.IllegalAddress
	if ready, err := driver.StreamReady(stream); ready || !errors.Is(err, driver.IllegalAddress) {
		t.Errorf("of a broken stream: %v, %v", ready, err)
	}
}
