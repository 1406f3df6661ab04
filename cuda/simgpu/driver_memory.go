//go:build linux && amd64 && cgo

package simgpu

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"pongpg/cuda/driver"
)

func (d *Driver) memGetInfo(c *gpuContext, args []uint64) driver.Result {
	free, total := c.device.Memory()
	if r := put(args[0], uint64(free)); r != driver.Success {
		return r
	}
	return put(args[1], uint64(total))
}

func (d *Driver) memAlloc(c *gpuContext, args []uint64) driver.Result {
	at, err := c.device.Malloc(args[1])
	switch {
	case errors.Is(err, ErrOutOfMemory):
		return driver.OutOfMemory
	case err != nil:
		return driver.InvalidValue
	}
	return put(args[0], at)
}

// memFree waits for all work, as the driver does.
func (d *Driver) memFree(c *gpuContext, args []uint64) driver.Result {
	if c != nil {
		if r := d.finish(c); r != driver.Success {
			return r
		}
	}
	for _, device := range d.devices {
		if device.Free(args[0]) == nil {
			return driver.Success
		}
	}
	return driver.InvalidValue
}

// memHostAlloc maps memory of its own for each piece: none of Go's.
func (d *Driver) memHostAlloc(c *gpuContext, args []uint64) driver.Result {
	if args[1] == 0 {
		return driver.InvalidValue
	}
	p, err := syscall.Mmap(-1, 0, int(args[1]), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return driver.OutOfMemory
	}
	fill(p, 0xcd) // what the driver gives is not zeroed either
	at := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(p))))
	for _, device := range d.devices {
		if err := device.RegisterHost(at, p); err != nil {
			return driver.OutOfMemory
		}
	}
	d.mu.Lock()
	d.host[at] = p
	d.mu.Unlock()
	return put(args[0], unsafe.Pointer(unsafe.SliceData(p)))
}

func (d *Driver) memFreeHost(c *gpuContext, args []uint64) driver.Result {
	if c != nil {
		if r := d.finish(c); r != driver.Success {
			return r
		}
	}
	d.mu.Lock()
	p, ok := d.host[args[0]]
	delete(d.host, args[0])
	d.mu.Unlock()
	if !ok {
		return driver.InvalidValue
	}
	for _, device := range d.devices {
		_ = device.UnregisterHost(args[0])
	}
	_ = syscall.Munmap(p)
	return driver.Success
}

// pinned returns n bytes at an address of the host if they are pinned memory. A driver also
// copies other memory on a stream; but Go may move or free what it owns.
func (d *Driver) pinned(at, n uint64) ([]byte, driver.Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for base, p := range d.host {
		if at >= base && at-base <= uint64(len(p)) && n <= uint64(len(p))-(at-base) {
			return p[at-base:][:n], driver.Success
		}
	}
	d.report(fmt.Errorf("simgpu: a copy on a stream from or to %d bytes at %#x, which are not pinned", n, at))
	return nil, driver.InvalidValue
}

func (d *Driver) copyUp(c *gpuContext, args []uint64) driver.Result {
	to := args[0]
	from, r := d.pinned(args[1], args[2])
	if r != driver.Success {
		return r
	}
	return d.onStream(args[3], func() error { return c.device.Write(to, from) })
}

func (d *Driver) copyDown(c *gpuContext, args []uint64) driver.Result {
	to, r := d.pinned(args[0], args[2])
	if r != driver.Success {
		return r
	}
	from := args[1]
	return d.onStream(args[3], func() error { return c.device.Read(from, to) })
}

func (d *Driver) memset(c *gpuContext, args []uint64) driver.Result {
	to, value, n := args[0], byte(args[1]), args[2]
	return d.onStream(args[3], func() error { return c.device.Memset(to, value, n) })
}
