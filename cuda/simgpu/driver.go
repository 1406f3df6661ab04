//go:build linux && amd64 && cgo

package simgpu

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"

	"pongpg/cuda/driver"
)

// DriverOptions describe a simulated driver and its devices.
type DriverOptions struct {
	Devices []Options // one a device; none at all is one of the zero Options

	// Edit changes PTX before it is loaded, to plant a fault. Nil changes nothing.
	Edit func(ptx string) string

	// Report is told what each fault was, which a real driver keeps to itself behind a
	// number. Nil ignores it.
	Report func(error)
}

// Driver answers the calls of a CUDA driver for simulated devices (driver.Simulator). It
// has the functions that package cuda calls, and is as strict as a driver may be, so that
// nothing works here by chance: what is put on a stream is performed only when somebody
// waits for the stream; copies on a stream are from and to pinned memory; a call without a
// current context is an error, as is one by a thread that captures a stream and may not
// make it then; after a fault every call returns it.
type Driver struct {
	options DriverOptions
	devices []*Device
	broken  atomic.Int32 // the Result that every call returns after a fault

	mu        sync.Mutex // guards what follows
	handles   map[uint64]any
	next      uint64
	primary   map[int]int    // of each device: how often its primary context is retained
	current   map[int]uint64 // of each thread: its context
	capturing map[int]*stream
	host      map[uint64][]byte // pinned memory by address
}

// Install puts a simulated driver in the place of the machine's (driver.Simulate).
// restore undoes it; everything made with it must be closed by then.
func Install(options DriverOptions) (d *Driver, restore func()) {
	if len(options.Devices) == 0 {
		options.Devices = []Options{{}}
	}
	d = &Driver{
		options: options, next: firstHandle,
		handles: map[uint64]any{}, primary: map[int]int{}, current: map[int]uint64{},
		capturing: map[int]*stream{}, host: map[uint64][]byte{},
	}
	for _, o := range options.Devices {
		d.devices = append(d.devices, New(o))
	}
	return d, driver.Simulate(d)
}

// Leaks describes what was made and not destroyed: memory of devices and of the host,
// streams, graphs, modules, contexts.
func (d *Driver) Leaks() (leaks []string) {
	for i, device := range d.devices {
		for _, a := range device.Leaks() {
			leaks = append(leaks, fmt.Sprintf("device %d: %v", i, a))
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for at, p := range d.host {
		leaks = append(leaks, fmt.Sprintf("%d bytes of pinned memory at %#x", len(p), at))
	}
	for h, x := range d.handles {
		if _, ok := x.(*Function); !ok { // which belongs to its module
			leaks = append(leaks, fmt.Sprintf("%T %#x", x, h))
		}
	}
	for i, n := range d.primary {
		if n > 0 {
			leaks = append(leaks, fmt.Sprintf("the primary context of device %d, retained %d times", i, n))
		}
	}
	return leaks
}

// Handles look like nothing that is in memory.
const (
	firstHandle = 1 << 20
	handleStep  = 16
)

// handle returns a new handle of x.
func (d *Driver) handle(x any) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next += handleStep
	d.handles[d.next] = x
	return d.next
}

// object returns what a handle is of.
func object[T any](d *Driver, handle uint64) (x T, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x, ok = d.handles[handle].(T)
	return x, ok
}

// drop forgets a handle and returns what it was of.
func drop[T any](d *Driver, handle uint64) (x T, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x, ok = d.handles[handle].(T); ok {
		delete(d.handles, handle)
	}
	return x, ok
}

// put writes a result through a pointer argument.
func put[T any](arg uint64, v T) driver.Result {
	if arg == 0 {
		return driver.InvalidValue
	}
	*(*T)(driver.Pointer(arg)) = v
	return driver.Success
}

// thread is the calling thread; a callback runs on its caller's.
func thread() int { return syscall.Gettid() }

func (d *Driver) report(err error) {
	if d.options.Report != nil {
		d.options.Report(err)
	}
}

// fault makes an error of a kernel or a copy the driver's answer to everything from
// now on, as a real one's is after an illegal address.
func (d *Driver) fault(err error) driver.Result {
	r := driver.LaunchFailed
	var f *Fault
	if errors.As(err, &f) {
		switch f.Kind {
		case OutOfBounds, UseAfterFree:
			r = driver.IllegalAddress
		case Misaligned:
			r = driver.MisalignedAddress
		case Trap, IllegalInstruction:
			r = driver.IllegalInstruction
		case Timeout:
			r = driver.LaunchTimeout
		}
	}
	d.report(err)
	d.broken.CompareAndSwap(0, int32(r))
	return r
}

// Call implements driver.Simulator.
func (d *Driver) Call(e driver.Entry, args []uint64) driver.Result {
	if call, ok := global[e]; ok {
		return call(d, args)
	}
	if r := driver.Result(d.broken.Load()); r != driver.Success {
		if call, ok := destroying[e]; ok { // which frees all the same
			call(d, nil, args)
		}
		return r
	}
	call, ok := inContext[e]
	if !ok {
		call, ok = destroying[e]
	}
	if !ok {
		return driver.NotSupported
	}
	d.mu.Lock()
	context, captures := d.current[thread()], d.capturing[thread()] != nil
	d.mu.Unlock()
	c, ok := object[*gpuContext](d, context)
	if !ok {
		return driver.InvalidContext
	}
	if captures && !capturable[e] {
		return driver.StreamCaptureUnsupported
	}
	return call(d, c, args)
}
