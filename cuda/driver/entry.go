package driver

import "fmt"

// Entry is a function of the driver.
type Entry int

// Name returns the symbol of the function, as "cuMemAlloc_v2".
func (e Entry) Name() string {
	if e < 0 || e >= Entries {
		return fmt.Sprintf("Entry(%d)", int(e))
	}
	return entries[e].symbol
}

// String is Name.
func (e Entry) String() string { return e.Name() }

// Arity returns the number of the function's parameters.
func (e Entry) Arity() int { return entries[e].arity }

// Result is a CUresult, what every function of the driver returns.
type Result int32

// Error returns the driver's name and number, as "CUDA_ERROR_NO_DEVICE (100)".
func (r Result) Error() string {
	name, ok := resultNames[r]
	if !ok {
		name = "CUresult"
	}
	return fmt.Sprintf("%s (%d)", name, int32(r))
}

// Err returns nil for Success, otherwise r.
func (r Result) Err() error {
	if r == Success {
		return nil
	}
	return r
}

// Attribute is a CUdevice_attribute: what cuDeviceGetAttribute is asked for.
type Attribute int32

// Simulator stands in for libcuda.so.1.
type Simulator interface {
	// Call performs a driver function. args are its arguments in order, each as the 8
	// bytes of a register: a signed integer sign-extended, an unsigned one, an
	// enumeration and the bits of a float zero-extended. args belongs to the caller and
	// is gone after the call.
	//
	// It is called on the goroutine that called the driver, from several at once if they
	// do. Pointers among the arguments are the caller's: Pointer makes them usable
	// until Call returns. Handles that Call hands out (contexts, streams, …) travel as
	// pointers in Go, so they must be 0 or at least 4096, and no address of Go's heap.
	Call(e Entry, args []uint64) Result
}
