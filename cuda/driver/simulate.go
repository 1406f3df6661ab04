//go:build linux && amd64 && cgo

package driver

/*
#include <stdint.h>
#include "driver.h"
*/
import "C"

import (
	"sync/atomic"
	"unsafe"
)

// simulator is what the simulated table calls.
var simulator atomic.Pointer[Simulator]

// Simulate puts s in the driver's place: every function of the table calls it, and
// the next Find starts it. restore puts back what was there before; Simulate and
// restore nest, last in first out. Neither may run while a call of the driver is in flight.
func Simulate(s Simulator) (restore func()) {
	source.Lock()
	defer source.Unlock()
	previous, found := source.simulator, source.found
	source.simulator, source.found = s, nil
	simulator.Store(&s)
	C.driver_use_simulated()
	return func() {
		source.Lock()
		defer source.Unlock()
		source.simulator, source.found = previous, found
		switch {
		case previous != nil:
			simulator.Store(&previous)
		case found != nil && found.Path != "":
			C.driver_use_loaded()
		default:
			C.driver_use_none()
		}
	}
}

//export driverSimulate
func driverSimulate(entry C.int, cells *C.uint64_t, n C.int) C.CUresult {
	s := *simulator.Load()
	return C.CUresult(s.Call(Entry(entry), unsafe.Slice((*uint64)(unsafe.Pointer(cells)), n)))
}

// Pointer returns an argument of Simulator.Call as the pointer it is.
func Pointer(arg uint64) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&arg)) }
