package simgpu

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Where memory lies. Device addresses are none that a process has, so that one that is
// used on the host fails there at once.
const (
	deviceBase   = 1 << 48
	sharedWindow = 2 << 48
	localWindow  = 3 << 48
	constWindow  = 4 << 48
	windowSize   = 1 << 48

	chunkShift = 16
	chunkSize  = 1 << chunkShift
	// An allocation starts this far into a chunk: aligned to 256, and to no more.
	firstByte = 256
)

// generic splits a generic address into a space and an address in it.
func generic(addr uint64) (space, uint64) {
	switch addr / windowSize {
	case sharedWindow / windowSize:
		return spaceShared, addr - sharedWindow
	case localWindow / windowSize:
		return spaceLocal, addr - localWindow
	case constWindow / windowSize:
		return spaceConst, addr - constWindow
	}
	return spaceGlobal, addr
}

// region is an allocation, a variable of a module or registered host memory.
type region struct {
	base, size uint64
	data       []byte
	written    []byte // 1 for a byte that was written; nil if all were
	number     int
	name       string // of a module's variable
	host       bool
	freed      bool
	shadow     [][]*page // of each worker: see shadow.go
}

func (r *region) String() string {
	switch {
	case r.host:
		return fmt.Sprintf("host memory of %d bytes at %#x", r.size, r.base)
	case r.name != "":
		return fmt.Sprintf("variable %s of %d bytes at %#x", r.name, r.size, r.base)
	}
	return Allocation{r.base, r.size, r.number}.String()
}

// ErrOutOfMemory is Malloc's error when MemoryBytes would be exceeded.
var ErrOutOfMemory = errors.New("out of device memory")

// Malloc allocates n bytes, aligned to 256, uninitialised. There are guard bytes around
// an allocation, and its addresses are never used again. n must not be 0.
func (d *Device) Malloc(n uint64) (addr uint64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, err := d.allocate(n)
	if err != nil {
		return 0, err
	}
	d.count++
	r.number = d.count
	d.live[r.base] = r
	return r.base, nil
}

func (d *Device) allocate(n uint64) (*region, error) {
	if n == 0 {
		return nil, errors.New("an allocation of 0 bytes; ask for at least one")
	}
	if n > uint64(d.opt.MemoryBytes-d.used) {
		return nil, fmt.Errorf("%w: %d bytes asked for, %d of %d are free", ErrOutOfMemory, n, d.opt.MemoryBytes-d.used, d.opt.MemoryBytes)
	}
	d.used += int64(n)
	r := &region{
		base: deviceBase + uint64(len(d.table))<<chunkShift + firstByte, size: n,
		data: make([]byte, n), written: make([]byte, n), shadow: make([][]*page, len(d.workers)),
	}
	for i := range r.data {
		r.data[i] = 0xcd // so that what is uninitialised is not 0 by chance
	}
	// At least a chunk's start, free of data, lies between two allocations.
	for range (n+firstByte-1)>>chunkShift + 1 {
		d.table = append(d.table, r)
	}
	return r, nil
}

// Free frees an allocation, given its first address.
func (d *Device) Free(addr uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.live[addr]
	if r == nil {
		if r := d.find(addr); r != nil && r.freed {
			return fmt.Errorf("%#x is freed twice: %v", addr, r)
		}
		return fmt.Errorf("%#x is no allocation; %s", addr, d.nearest(addr))
	}
	delete(d.live, addr)
	d.release(r)
	return nil
}

// release drops a region's bytes. Its addresses stay known, as freed.
func (d *Device) release(r *region) {
	d.used -= int64(r.size)
	r.freed, r.data, r.written, r.shadow = true, nil, nil, nil
}

// Leaks returns what is allocated and not freed, in the order of allocation.
func (d *Device) Leaks() []Allocation {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Allocation
	for _, r := range d.live {
		list = append(list, Allocation{r.base, r.size, r.number})
	}
	slices.SortFunc(list, func(a, b Allocation) int { return a.Number - b.Number })
	return list
}

// RegisterHost lets kernels, and the methods of d, use p as the memory at addr: pinned host memory,
// whose address is the same for device and host. p must not be empty, and counts as
// initialised.
func (d *Device) RegisterHost(addr uint64, p []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := uint64(len(p))
	if n == 0 || addr == 0 || addr >= deviceBase || n > deviceBase-addr {
		return fmt.Errorf("%d bytes at %#x are no host memory", n, addr)
	}
	for _, r := range d.host {
		if addr < r.base+r.size && r.base < addr+n {
			return fmt.Errorf("%d bytes at %#x overlap %v", n, addr, r)
		}
	}
	d.host = append(d.host, &region{base: addr, size: n, data: p, host: true, shadow: make([][]*page, len(d.workers))})
	slices.SortFunc(d.host, func(a, b *region) int { return cmp.Compare(a.base, b.base) })
	return nil
}

// UnregisterHost ends what RegisterHost began, given the same address.
func (d *Device) UnregisterHost(addr uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, r := range d.host {
		if r.base == addr {
			d.host = slices.Delete(d.host, i, i+1)
			return nil
		}
	}
	return fmt.Errorf("no host memory is registered at %#x", addr)
}

// find is the region of an address, or the one before it up to the next; it may be freed.
// nil if there is none.
func (d *Device) find(addr uint64) *region {
	if addr >= deviceBase {
		if i := (addr - deviceBase) >> chunkShift; i < uint64(len(d.table)) {
			return d.table[i]
		}
		return nil
	}
	i, found := slices.BinarySearchFunc(d.host, addr, func(r *region, a uint64) int { return cmp.Compare(r.base, a) })
	if !found {
		i--
	}
	if i < 0 {
		return nil
	}
	return d.host[i]
}

// nearest says where an address lies, for an error.
func (d *Device) nearest(addr uint64) string {
	if addr == 0 {
		return "a null pointer"
	}
	var best *region
	var far uint64
	look := func(r *region) {
		dist := r.distance(addr)
		if best == nil || dist < far || dist == far && best.freed {
			best, far = r, dist
		}
	}
	for _, r := range d.table {
		look(r)
	}
	for _, r := range d.host {
		look(r)
	}
	if best == nil {
		return "nothing is allocated"
	}
	what := best.String()
	if best.freed {
		what = "freed " + what
	}
	switch {
	case addr < best.base:
		return fmt.Sprintf("%d bytes before %s, the nearest", far, what)
	case far > 0:
		return fmt.Sprintf("%d bytes behind the end of %s, the nearest", far-1, what)
	}
	return fmt.Sprintf("%d bytes into %s", addr-best.base, what)
}

// distance is 0 inside, and 1 for the first byte outside.
func (r *region) distance(addr uint64) uint64 {
	switch {
	case addr < r.base:
		return r.base - addr
	case addr >= r.base+r.size:
		return addr - (r.base + r.size) + 1
	}
	return 0
}
