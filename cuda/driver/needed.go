//go:build linux && amd64 && cgo

package driver

// needed is what training on a GPU calls. The rest of the table is there because
// gorgonia.org/cu refers to it, and a driver may lack it. So may an old one lack graphs:
// Has tells.
var needed = []Entry{
	EntryInit, EntryDriverGetVersion,
	EntryDeviceGet, EntryDeviceGetCount, EntryDeviceGetName, EntryDeviceTotalMem, EntryDeviceGetAttribute,
	EntryCtxCreate, EntryCtxDestroy, EntryCtxSetCurrent, EntryCtxSynchronize,
	EntryModuleLoadData, EntryModuleLoadDataEx, EntryModuleUnload, EntryModuleGetFunction, EntryLaunchKernel,
	EntryMemGetInfo, EntryMemAlloc, EntryMemFree, EntryMemHostAlloc, EntryMemFreeHost,
	EntryMemcpyHtoD, EntryMemcpyDtoH, EntryMemcpyHtoDAsync, EntryMemcpyDtoHAsync, EntryMemcpyDtoDAsync,
	EntryMemsetD8, EntryMemsetD8Async, EntryMemsetD32Async,
	EntryStreamCreate, EntryStreamDestroy, EntryStreamSynchronize, EntryStreamQuery, EntryStreamWaitEvent,
	EntryEventCreate, EntryEventDestroy, EntryEventRecord, EntryEventQuery, EntryEventSynchronize,
	EntryEventElapsedTime,
}
