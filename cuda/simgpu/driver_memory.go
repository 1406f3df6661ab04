//go:build linux && amd64 && cgo

package simgpu

import (
	"encoding/binary"
	"errors"
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

// mayWait returns an error for what a thread may not do while it captures a stream.
func (d *Driver) mayWait() driver.Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.capturing[thread()] != nil {
		return driver.StreamCaptureUnsupported
	}
	return driver.Success
}

func (d *Driver) memAlloc(c *gpuContext, args []uint64) driver.Result {
	if r := d.mayWait(); r != driver.Success {
		return r
	}
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
		if r := d.mayWait(); r != driver.Success {
			return r
		}
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

// pinned returns n bytes at an address of the host if they are pinned memory.
func (d *Driver) pinned(at, n uint64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for base, p := range d.host {
		if at >= base && at-base <= uint64(len(p)) && n <= uint64(len(p))-(at-base) {
			return true
		}
	}
	return false
}

// hostBytes are n bytes of the caller's.
func hostBytes(at, n uint64) []byte { return unsafe.Slice((*byte)(driver.Pointer(at)), n) }

func (d *Driver) copyUp(c *gpuContext, args []uint64) driver.Result {
	if err := c.device.Write(args[0], hostBytes(args[1], args[2])); err != nil {
		return d.fault(err)
	}
	return driver.Success
}

func (d *Driver) copyDown(c *gpuContext, args []uint64) driver.Result {
	if err := c.device.Read(args[1], hostBytes(args[0], args[2])); err != nil {
		return d.fault(err)
	}
	return driver.Success
}

// copyUpAsync reads pinned memory when the stream gets there, other memory at once, as the
// driver does.
func (d *Driver) copyUpAsync(c *gpuContext, args []uint64) driver.Result {
	to, from := args[0], hostBytes(args[1], args[2])
	if !d.pinned(args[1], args[2]) {
		from = append([]byte(nil), from...)
	}
	return d.onStream(c, args[3], func() error { return c.device.Write(to, from) })
}

// copyDownAsync writes pinned memory when the stream gets there; for other memory it waits
// for that.
func (d *Driver) copyDownAsync(c *gpuContext, args []uint64) driver.Result {
	to, from := hostBytes(args[0], args[2]), args[1]
	r := d.onStream(c, args[3], func() error { return c.device.Read(from, to) })
	if r != driver.Success || d.pinned(args[0], args[2]) {
		return r
	}
	return d.streamSynchronize(c, args[3:])
}

func (d *Driver) copyAsync(c *gpuContext, args []uint64) driver.Result {
	to, from, n := args[0], args[1], args[2]
	return d.onStream(c, args[3], func() error { return c.device.Copy(to, from, n) })
}

// memset returns the call that sets words of so many bytes.
func memset(size int) func(d *Driver, c *gpuContext, args []uint64) driver.Result {
	return func(d *Driver, c *gpuContext, args []uint64) driver.Result {
		pattern := binary.LittleEndian.AppendUint64(nil, args[1])[:size]
		to, n, stream := args[0], args[2], uint64(0)
		set := func() error { return c.device.Fill(to, pattern, n) }
		if len(args) > 3 {
			stream = args[3]
			return d.onStream(c, stream, set)
		}
		if err := set(); err != nil {
			return d.fault(err)
		}
		return driver.Success
	}
}
