//go:build linux && amd64 && cgo

package simgpu

import (
	"unsafe"

	"pongpg/cuda/driver"
)

// inContext is the functions that need a current context.
var inContext map[driver.Entry]func(d *Driver, c *gpuContext, args []uint64) driver.Result

// destroying is those that free something even after a fault; then there is no context.
var destroying map[driver.Entry]func(d *Driver, c *gpuContext, args []uint64) driver.Result

// capturable is those of them that a thread may call while it captures a stream.
var capturable = map[driver.Entry]bool{
	driver.EntryLaunchKernel: true, driver.EntryMemcpyHtoDAsync: true, driver.EntryMemcpyDtoHAsync: true,
	driver.EntryMemsetD8Async: true, driver.EntryStreamEndCapture: true,
}

func init() {
	inContext = map[driver.Entry]func(d *Driver, c *gpuContext, args []uint64) driver.Result{
		driver.EntryModuleLoadDataEx: (*Driver).moduleLoad, driver.EntryModuleGetFunction: (*Driver).moduleGetFunction,
		driver.EntryFuncGetAttribute: (*Driver).funcGetAttribute, driver.EntryLaunchKernel: (*Driver).launchKernel,

		driver.EntryMemGetInfo: (*Driver).memGetInfo, driver.EntryMemAlloc: (*Driver).memAlloc, driver.EntryMemHostAlloc: (*Driver).memHostAlloc,
		driver.EntryMemcpyHtoDAsync: (*Driver).copyUp, driver.EntryMemcpyDtoHAsync: (*Driver).copyDown, driver.EntryMemsetD8Async: (*Driver).memset,

		driver.EntryStreamCreate: (*Driver).streamCreate, driver.EntryStreamSynchronize: (*Driver).streamSynchronize, driver.EntryStreamQuery: (*Driver).streamQuery,

		driver.EntryStreamBeginCapture: (*Driver).beginCapture, driver.EntryStreamEndCapture: (*Driver).endCapture,
		driver.EntryGraphInstantiateWithFlags: (*Driver).graphInstantiate, driver.EntryGraphLaunch: (*Driver).graphLaunch,
	}
	destroying = map[driver.Entry]func(d *Driver, c *gpuContext, args []uint64) driver.Result{
		driver.EntryMemFree: (*Driver).memFree, driver.EntryMemFreeHost: (*Driver).memFreeHost,
		driver.EntryStreamDestroy: (*Driver).streamDestroy, driver.EntryModuleUnload: (*Driver).moduleUnload,
		driver.EntryGraphDestroy: destroy[*graph], driver.EntryGraphExecDestroy: destroy[*executable],
	}
}

func destroy[T any](d *Driver, _ *gpuContext, args []uint64) driver.Result {
	if _, ok := drop[T](d, args[0]); !ok {
		return driver.InvalidHandle
	}
	return driver.Success
}

// text returns a string of C's.
func text(at uint64) string {
	p := (*byte)(driver.Pointer(at))
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

// moduleLoad loads PTX. What is wrong with it goes to Report, as the driver's would to
// its log.
func (d *Driver) moduleLoad(c *gpuContext, args []uint64) driver.Result {
	ptx := text(args[1])
	if d.options.Edit != nil {
		ptx = d.options.Edit(ptx)
	}
	m, err := c.device.Load(ptx)
	if err != nil {
		d.report(err)
		return driver.InvalidPtx
	}
	return put(args[0], d.handle(m))
}

func (d *Driver) moduleUnload(c *gpuContext, args []uint64) driver.Result {
	m, ok := drop[*Module](d, args[0])
	if !ok {
		return driver.InvalidHandle
	}
	d.mu.Lock()
	for h, x := range d.handles {
		if f, ok := x.(*Function); ok && f.module == m {
			delete(d.handles, h)
		}
	}
	d.mu.Unlock()
	if c != nil {
		if r := d.finish(c); r != driver.Success {
			return r
		}
	}
	if m.Unload() != nil {
		return driver.InvalidHandle
	}
	return driver.Success
}

func (d *Driver) moduleGetFunction(c *gpuContext, args []uint64) driver.Result {
	m, ok := object[*Module](d, args[1])
	if !ok {
		return driver.InvalidHandle
	}
	f, err := m.Function(text(args[2]))
	if err != nil {
		return driver.NotFound
	}
	return put(args[0], d.handle(f))
}

// attributeMaxThreads is the one thing that cuFuncGetAttribute can be asked for here:
// threads of a block, at most.
const attributeMaxThreads = 0

func (d *Driver) funcGetAttribute(c *gpuContext, args []uint64) driver.Result {
	f, ok := object[*Function](d, args[2])
	switch {
	case !ok:
		return driver.InvalidHandle
	case args[1] != attributeMaxThreads:
		return driver.InvalidValue
	}
	return put(args[0], int32(f.MaxThreads()))
}

// launchKernel takes the parameters' values when it is called, as the driver does.
func (d *Driver) launchKernel(c *gpuContext, args []uint64) driver.Result {
	f, ok := object[*Function](d, args[0])
	if !ok {
		return driver.InvalidHandle
	}
	if args[10] != 0 { // "extra", another way to pass parameters
		return driver.NotSupported
	}
	grid := [3]uint32{uint32(args[1]), uint32(args[2]), uint32(args[3])}
	block := [3]uint32{uint32(args[4]), uint32(args[5]), uint32(args[6])}
	dynamic := uint32(args[7]) // args are gone when the stream gets there
	var params []byte
	list := unsafe.Slice((*unsafe.Pointer)(driver.Pointer(args[9])), len(f.Params()))
	for i, p := range f.Params() {
		for len(params) < int(p.Offset) {
			params = append(params, 0)
		}
		params = append(params, unsafe.Slice((*byte)(list[i]), int(p.Size))...)
	}
	if f.check(grid, block, dynamic, params) != nil {
		return driver.InvalidValue
	}
	return d.onStream(args[8], func() error { return c.device.Launch(f, grid, block, dynamic, params) })
}
