//go:build linux && amd64 && cgo

package driver

// #include "driver.h"
import "C"

import "unsafe"

// StreamReady reports whether all that was put on a stream is done. It neither waits nor
// allocates: gorgonia.org/cu's Stream.Query makes an error of each "not yet".
func StreamReady(stream unsafe.Pointer) (bool, error) {
	r := C.cuStreamQuery(C.CUstream(stream))
	if r == C.CUDA_ERROR_NOT_READY {
		return false, nil
	}
	return r == C.CUDA_SUCCESS, wrap("ask a stream whether it is done", r)
}
