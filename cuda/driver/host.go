//go:build linux && amd64 && cgo

package driver

// #include "driver.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// HostAlloc returns pinned host memory, which the device copies from and to without
// waiting for the CPU, and which kernels can read at the same address. It is not
// zeroed. A context must be current on the calling thread. HostFree frees it.
func HostAlloc(bytes int) (unsafe.Pointer, error) {
	if bytes <= 0 {
		return nil, fmt.Errorf("pinned memory of %d bytes: %w", bytes, InvalidValue)
	}
	var p unsafe.Pointer
	r := Result(C.cuMemHostAlloc(&p, C.size_t(bytes), C.CU_MEMHOSTALLOC_PORTABLE|C.CU_MEMHOSTALLOC_DEVICEMAP))
	if r != Success {
		return nil, fmt.Errorf("pinned memory of %d bytes: %w", bytes, r)
	}
	return p, nil
}

// HostFree frees what HostAlloc returned.
func HostFree(p unsafe.Pointer) error {
	if err := Result(C.cuMemFreeHost(p)).Err(); err != nil {
		return fmt.Errorf("free pinned memory: %w", err)
	}
	return nil
}
