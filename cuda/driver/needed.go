//go:build linux && amd64 && cgo

package driver

import "slices"

// needed is what training on a GPU calls. The rest of the table is there because
// gorgonia.org/cu refers to it, and a driver may lack it. So may an old one lack graphs:
// HasGraphs tells.
var needed = []Entry{
	EntryInit, EntryDriverGetVersion,
	EntryDeviceGet, EntryDeviceGetCount, EntryDeviceGetName, EntryDeviceTotalMem, EntryDeviceGetAttribute,
	EntryDevicePrimaryCtxRetain, EntryDevicePrimaryCtxRelease, EntryCtxSetCurrent,
	EntryModuleLoadDataEx, EntryModuleUnload, EntryModuleGetFunction, EntryFuncGetAttribute, EntryLaunchKernel,
	EntryMemGetInfo, EntryMemAlloc, EntryMemFree, EntryMemHostAlloc, EntryMemFreeHost,
	EntryMemcpyHtoDAsync, EntryMemcpyDtoHAsync, EntryMemsetD8Async,
	EntryStreamCreate, EntryStreamDestroy, EntryStreamSynchronize, EntryStreamQuery,
}

// Needed returns the functions whose absence makes a driver unusable, for a test
// that holds this list to what a backend calls.
func Needed() []Entry { return slices.Clone(needed) }
