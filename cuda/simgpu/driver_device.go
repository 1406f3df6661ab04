//go:build linux && amd64 && cgo

package simgpu

import (
	"unsafe"

	"pongpg/cuda/driver"
)

// gpuContext is a context of a device.
type gpuContext struct {
	device  *Device
	streams map[*stream]bool
}

// cudaVersion is the driver's, 12.4.
const cudaVersion = 12040

// global is the functions that need no context.
var global map[driver.Entry]func(d *Driver, args []uint64) driver.Result

func init() {
	global = map[driver.Entry]func(d *Driver, args []uint64) driver.Result{
		driver.EntryInit:             func(*Driver, []uint64) driver.Result { return driver.Success },
		driver.EntryDriverGetVersion: func(d *Driver, args []uint64) driver.Result { return put(args[0], int32(cudaVersion)) },
		driver.EntryDeviceGetCount:   func(d *Driver, args []uint64) driver.Result { return put(args[0], int32(len(d.devices))) },

		driver.EntryDeviceGet:          (*Driver).deviceGet,
		driver.EntryDeviceGetName:      (*Driver).deviceGetName,
		driver.EntryDeviceGetUuid:      (*Driver).deviceGetUUID,
		driver.EntryDeviceTotalMem:     (*Driver).deviceTotalMem,
		driver.EntryDeviceGetAttribute: (*Driver).deviceGetAttribute,

		driver.EntryDevicePrimaryCtxRetain:   (*Driver).primaryRetain,
		driver.EntryDevicePrimaryCtxRelease:  (*Driver).primaryRelease,
		driver.EntryDevicePrimaryCtxSetFlags: func(*Driver, []uint64) driver.Result { return driver.Success },
		driver.EntryCtxSetCurrent:            (*Driver).contextSetCurrent,
	}
}

// device returns the device of an ordinal.
func (d *Driver) device(ordinal uint64) *Device {
	if i := int32(ordinal); i >= 0 && int(i) < len(d.devices) {
		return d.devices[i]
	}
	return nil
}

func (d *Driver) deviceGet(args []uint64) driver.Result {
	if d.device(args[1]) == nil {
		return driver.InvalidDevice
	}
	return put(args[0], int32(args[1]))
}

func (d *Driver) deviceGetName(args []uint64) driver.Result {
	device, size := d.device(args[2]), int(int32(args[1]))
	if device == nil {
		return driver.InvalidDevice
	}
	if size <= 0 {
		return driver.InvalidValue
	}
	to := unsafe.Slice((*byte)(driver.Pointer(args[0])), size)
	to[copy(to[:size-1], device.Name())] = 0
	return driver.Success
}

func (d *Driver) deviceGetUUID(args []uint64) driver.Result {
	if d.device(args[1]) == nil {
		return driver.InvalidDevice
	}
	return put(args[0], [16]byte{'s', 'i', 'm', 'u', 'l', 'a', 't', 'e', 'd', ' ', 'G', 'P', 'U', ' ', ' ', byte(args[1])})
}

func (d *Driver) deviceTotalMem(args []uint64) driver.Result {
	device := d.device(args[1])
	if device == nil {
		return driver.InvalidDevice
	}
	_, total := device.Memory()
	return put(args[0], uint64(total))
}

// attributes of a simulated device: a card of compute capability 6.0 that no shop has.
var attributes = map[driver.Attribute]int32{
	driver.AttributeMaxThreadsPerBlock: maxThreads, driver.AttributeMaxBlockDimX: maxThreads,
	driver.AttributeMaxBlockDimY: maxThreads, driver.AttributeMaxBlockDimZ: maxBlockZ,
	driver.AttributeMaxGridDimX: maxGridX, driver.AttributeMaxGridDimY: maxGridYZ, driver.AttributeMaxGridDimZ: maxGridYZ,
	driver.AttributeMaxSharedMemoryPerBlock: maxShared, driver.AttributeWarpSize: 32,
	driver.AttributeMultiprocessorCount: 1, driver.AttributeComputeCapabilityMajor: 6, driver.AttributeComputeCapabilityMinor: 0,
	driver.AttributeUnifiedAddressing: 1, driver.AttributeCanMapHostMemory: 1,
	driver.AttributePciBusId: 0, driver.AttributePciDeviceId: 0, driver.AttributePciDomainId: 0,
	driver.AttributeClockRate: 0, driver.AttributeMemoryClockRate: 0,
}

func (d *Driver) deviceGetAttribute(args []uint64) driver.Result {
	if d.device(args[2]) == nil {
		return driver.InvalidDevice
	}
	v, ok := attributes[driver.Attribute(int32(args[1]))]
	if !ok {
		return driver.InvalidValue
	}
	return put(args[0], v)
}

// primaryHandle finds the primary context of a device.
func (d *Driver) primaryHandle(device *Device) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	for h, x := range d.handles {
		if c, ok := x.(*gpuContext); ok && c.device == device {
			return h
		}
	}
	return 0
}

func (d *Driver) primaryRetain(args []uint64) driver.Result {
	device := d.device(args[1])
	if device == nil {
		return driver.InvalidDevice
	}
	h := d.primaryHandle(device)
	if h == 0 {
		h = d.handle(&gpuContext{device: device, streams: map[*stream]bool{}})
	}
	d.mu.Lock()
	d.primary[int(int32(args[1]))]++
	d.mu.Unlock()
	return put(args[0], h)
}

func (d *Driver) primaryRelease(args []uint64) driver.Result {
	device := d.device(args[0])
	if device == nil {
		return driver.InvalidDevice
	}
	i := int(int32(args[0]))
	d.mu.Lock()
	n := d.primary[i]
	if n > 0 {
		d.primary[i]--
	}
	d.mu.Unlock()
	switch n {
	case 0:
		return driver.InvalidContext
	case 1:
		drop[*gpuContext](d, d.primaryHandle(device))
		d.broken.Store(0) // with the context goes its error
	}
	return driver.Success
}

func (d *Driver) contextSetCurrent(args []uint64) driver.Result {
	if _, ok := object[*gpuContext](d, args[0]); !ok && args[0] != 0 {
		return driver.InvalidContext
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.current[thread()] = args[0]
	return driver.Success
}
