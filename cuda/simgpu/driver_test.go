//go:build linux && amd64 && cgo

package simgpu

import (
	"testing"
	"unsafe"

	"pongpg/cuda/driver"
)

// driven is a driver with a current context and a stream.
type driven struct {
	*Driver
	t       testing.TB
	stream  uint64
	reports []error
	cell    uint64 // where functions leave results; the heap's, which does not move
}

func drive(t testing.TB) *driven {
	d := &driven{t: t}
	var restore func()
	d.Driver, restore = Install(DriverOptions{Report: func(err error) { d.reports = append(d.reports, err) }})
	t.Cleanup(restore)
	d.want(driver.Success, driver.EntryDevicePrimaryCtxRetain, address(&d.cell), 0)
	d.want(driver.Success, driver.EntryCtxSetCurrent, d.cell)
	d.want(driver.Success, driver.EntryStreamCreate, address(&d.stream), 0)
	return d
}

func address[T any](p *T) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }

// want calls a function and expects a result.
func (d *driven) want(r driver.Result, e driver.Entry, args ...uint64) {
	d.t.Helper()
	if got := d.Call(e, args); got != r {
		d.t.Errorf("%v: %v, want %v", e, got, r)
	}
}

// memory returns n bytes of the device's and n pinned ones.
func (d *driven) memory(n uint64) (device, host uint64, bytes []byte) {
	d.t.Helper()
	d.want(driver.Success, driver.EntryMemAlloc, address(&d.cell), n)
	device = d.cell
	d.want(driver.Success, driver.EntryMemHostAlloc, address(&d.cell), n, 0)
	host = d.cell
	return device, host, unsafe.Slice((*byte)(driver.Pointer(host)), n)
}

// TestDriverIsLate checks that work is done when its stream is waited for, and not before:
// a copy has what its memory holds then.
func TestDriverIsLate(t *testing.T) {
	d := drive(t)
	device, host, bytes := d.memory(4)
	copy(bytes, "then")
	d.want(driver.Success, driver.EntryMemcpyHtoDAsync, device, host, 4, d.stream)
	copy(bytes, "when")
	d.want(driver.NotReady, driver.EntryStreamQuery, d.stream) // and does it
	copy(bytes, "late")
	d.want(driver.Success, driver.EntryStreamQuery, d.stream)
	d.want(driver.Success, driver.EntryMemcpyDtoHAsync, host, device, 4, d.stream)
	if string(bytes) != "late" {
		t.Errorf("%q before the wait", bytes)
	}
	d.want(driver.Success, driver.EntryStreamSynchronize, d.stream)
	if string(bytes) != "when" {
		t.Errorf("%q after the wait", bytes)
	}
}

// TestDriverRefuses checks what a driver may let pass and this one does not.
func TestDriverRefuses(t *testing.T) {
	d := drive(t)
	device, host, _ := d.memory(4)
	mine := make([]byte, 4)
	d.want(driver.InvalidValue, driver.EntryMemcpyHtoDAsync, device, address(&mine[0]), 4, d.stream)
	d.want(driver.InvalidValue, driver.EntryMemcpyHtoDAsync, device, host+1, 4, d.stream)
	if len(d.reports) != 2 {
		t.Errorf("reports %v, want 2", d.reports)
	}
	d.want(driver.InvalidHandle, driver.EntryMemsetD8Async, device, 0, 4, 0) // the null stream
	d.want(driver.InvalidHandle, driver.EntryGraphDestroy, d.stream)
	d.want(driver.InvalidValue, driver.EntryMemFree, device+1)
	d.want(driver.NotSupported, driver.EntryCtxSynchronize)

	d.want(driver.NotSupported, driver.EntryStreamBeginCapture, d.stream, 0) // global mode
	d.want(driver.Success, driver.EntryStreamBeginCapture, d.stream, threadLocal)
	d.want(driver.Success, driver.EntryMemsetD8Async, device, 0, 4, d.stream)
	for e, args := range map[driver.Entry][]uint64{
		driver.EntryMemAlloc: {address(&d.cell), 4}, driver.EntryMemFree: {device}, driver.EntryMemHostAlloc: {address(&d.cell), 4, 0},
		driver.EntryStreamQuery: {d.stream}, driver.EntryStreamSynchronize: {d.stream}, driver.EntryStreamCreate: {address(&d.cell), 0},
	} {
		d.want(driver.StreamCaptureUnsupported, e, args...)
	}
	d.want(driver.Success, driver.EntryStreamEndCapture, d.stream, address(&d.cell))
	d.want(driver.Success, driver.EntryGraphDestroy, d.cell)

	d.want(driver.Success, driver.EntryCtxSetCurrent, 0)
	d.want(driver.InvalidContext, driver.EntryMemAlloc, address(&d.cell), 4)
}

// TestDriverBreaks checks that after a fault every call returns it, but what is destroyed is
// gone, and that it goes with the context.
func TestDriverBreaks(t *testing.T) {
	d := drive(t)
	device, host, _ := d.memory(4)
	d.want(driver.Success, driver.EntryMemcpyDtoHAsync, host, device+1, 4, d.stream)
	d.want(driver.IllegalAddress, driver.EntryStreamSynchronize, d.stream)
	if len(d.reports) != 1 {
		t.Errorf("reports %v, want 1", d.reports)
	}
	d.want(driver.IllegalAddress, driver.EntryMemAlloc, address(&d.cell), 4)
	if leaks := d.Leaks(); len(leaks) != 5 { // with the context, and it retained
		t.Errorf("%d leaks, want 5: %q", len(leaks), leaks)
	}
	d.want(driver.IllegalAddress, driver.EntryMemFree, device)
	d.want(driver.IllegalAddress, driver.EntryMemFreeHost, host)
	d.want(driver.IllegalAddress, driver.EntryStreamDestroy, d.stream)
	d.want(driver.Success, driver.EntryDevicePrimaryCtxRelease, 0)
	if leaks := d.Leaks(); len(leaks) != 0 {
		t.Errorf("leaks %q", leaks)
	}
	d.want(driver.InvalidContext, driver.EntryMemAlloc, address(&d.cell), 4)
}
