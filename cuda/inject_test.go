//go:build linux && amd64 && cgo

package cuda

import (
	"regexp"
	"sync"
	"testing"

	"pongpg/cuda/driver"
	"pongpg/cuda/simgpu"
)

// injector is a simulated driver in which calls fail, or answer otherwise, when a test says
// so. Its kernels do nothing; what they compute is for other tests.
type injector struct {
	*simgpu.Driver
	answers map[driver.Entry]func(args []uint64) driver.Result // in the simulated driver's place

	mu     sync.Mutex
	calls  []driver.Entry
	at     driver.Entry // whose call fails
	after  int          // that many more of its calls
	fault  driver.Result
	sticky bool // every call afterwards fails too
	broken bool
}

// none stands for no fault.
const none = driver.Entry(-1)

// bodies are those of kernels, in PTX as clang writes it.
var bodies = regexp.MustCompile(`(?s)\n\{.*?\n\}\n`)

// inject puts an injector in the real driver's place for the length of a test.
func inject(t testing.TB, devices ...simgpu.Options) *injector {
	sim, restore := simgpu.Install(simgpu.DriverOptions{
		Devices: devices,
		Edit:    func(ptx string) string { return bodies.ReplaceAllLiteralString(ptx, "\n{\n\tret;\n}\n") },
		Report:  func(err error) { t.Error(err) },
	})
	t.Cleanup(restore)
	d := &injector{Driver: sim, answers: map[driver.Entry]func([]uint64) driver.Result{}, at: none}
	t.Cleanup(driver.Simulate(d))
	return d
}

// Call implements driver.Simulator.
func (d *injector) Call(e driver.Entry, args []uint64) driver.Result {
	fault := d.next(e)
	answer := d.answers[e]
	switch {
	case fault == driver.Success && answer != nil:
		return answer(args)
	case fault == driver.Success:
		return d.Driver.Call(e, args)
	case e == driver.EntryStreamEndCapture: // the capture is over, for all it says
		if d.Driver.Call(e, args) == driver.Success {
			d.Driver.Call(driver.EntryGraphDestroy, []uint64{*(*uint64)(driver.Pointer(args[1]))})
		}
	case e == driver.EntryGraphDestroy: // the graph is gone
		d.Driver.Call(e, args)
	}
	return fault
}

// next notes a call, and returns how it is to fail.
func (d *injector) next(e driver.Entry) driver.Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, e)
	fails := d.broken && d.sticky
	if e == d.at && !d.broken {
		d.after--
		d.broken = d.after < 0
		fails = d.broken
	}
	if !fails || e == driver.EntryDevicePrimaryCtxRelease {
		return driver.Success
	}
	return d.fault
}

// failAt makes the n-th call of e from now on (from 0) fail, and all calls after it if
// sticky.
func (d *injector) failAt(e driver.Entry, n int, r driver.Result, sticky bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.after, d.fault, d.sticky, d.broken = e, n, r, sticky, false
}

// count returns the number of calls of e.
func (d *injector) count(e driver.Entry) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.calls {
		if c == e {
			n++
		}
	}
	return n
}

// put writes a result through a pointer argument.
func put[T any](arg uint64, v T) driver.Result {
	*(*T)(driver.Pointer(arg)) = v
	return driver.Success
}
