//go:build linux && amd64 && cgo

package cuda

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"unsafe"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

// hostRange is pinned memory.
type hostRange struct{ from, to uintptr }

// Malloc returns zeroed device memory, aligned to 256 bytes or more. Each is an allocation of
// the driver's own: they are made once, at the start of a run, the driver packs small
// ones into its pages itself, and what checks memory (compute-sanitizer, cuda/simgpu)
// sees where each array ends.
func (b *Backend) Malloc(bytes int) compute.Memory {
	b.mustNotRecord("Malloc")
	if bytes == 0 {
		return compute.Memory{}
	}
	const op = "Malloc"
	if !b.enter(op) {
		return compute.Memory{}
	}
	defer b.leave()
	at, err := cu.MemAlloc(int64(bytes))
	if err != nil {
		b.failAlloc(op, bytes, err)
		return compute.Memory{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.arrays = append(b.arrays, at)
	if err = cu.MemsetD8Async(at, 0, int64(bytes), b.clear); err == nil {
		err = b.clear.Synchronize()
	}
	if err != nil {
		b.fail(op, false, err)
		return compute.Memory{}
	}
	return compute.Memory{Addr: uintptr(at)}
}

// failAlloc is fail for an allocation of the device's memory: it says how much was asked for
// and how much there is.
func (g *gpu) failAlloc(op string, bytes int, err error) {
	if !errors.Is(err, cu.OutOfMemory) {
		g.fail(op, false, err)
		return
	}
	op = fmt.Sprintf("%s of %s", op, size(int64(bytes)))
	if free, total, err := cu.MemInfo(); err == nil {
		op += fmt.Sprintf(" with %s of %s free", size(free), size(total))
	}
	g.fail(op, true, err)
}

// failHost is fail for an allocation of pinned memory.
func (g *gpu) failHost(op string, bytes int, err error) {
	if !errors.Is(err, driver.OutOfMemory) {
		g.fail(op, false, err)
		return
	}
	g.stick(&compute.DeviceError{Device: g.name, Operation: fmt.Sprintf("%s of %s", op, size(int64(bytes))), Exact: true,
		Err: fmt.Errorf("the host has no more memory to pin, %w: train fewer games at a time, or end other programs (free -h)", driver.OutOfMemory)})
}

// size writes a number of bytes.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// Pinned returns zeroed host memory that stays where it is, so that the device copies
// from and to it by itself.
func (b *Backend) Pinned(bytes int) []byte {
	b.mustNotRecord("Pinned")
	if bytes == 0 {
		return []byte{}
	}
	const op = "Pinned"
	if !b.enter(op) {
		return make([]byte, bytes)
	}
	defer b.leave()
	p, err := driver.HostAlloc(bytes)
	if err != nil {
		b.failHost(op, bytes, err)
		return make([]byte, bytes) // so that the caller's slices are as long as they should be
	}
	host := unsafe.Slice((*byte)(p), bytes)
	clear(host)
	b.keepHost(p, bytes)
	return host
}

// Shared is Pinned, at the same address for the host and the device (unified addressing,
// which every 64-bit driver has).
func (b *Backend) Shared(bytes int) compute.Memory {
	host := b.Pinned(bytes)
	if bytes == 0 || b.broken() {
		return compute.Memory{}
	}
	return compute.Memory{Host: host, Addr: uintptr(unsafe.Pointer(unsafe.SliceData(host)))}
}

// keepHost notes pinned memory, for isPinned and Close.
func (g *gpu) keepHost(p unsafe.Pointer, bytes int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.host = append(g.host, p)
	var ranges []hostRange
	if old := g.pinned.Load(); old != nil {
		ranges = slices.Clone(*old)
	}
	r := hostRange{uintptr(p), uintptr(p) + uintptr(bytes)}
	i, _ := slices.BinarySearchFunc(ranges, r, func(a, b hostRange) int { return cmp.Compare(a.from, b.from) })
	ranges = slices.Insert(ranges, i, r)
	g.pinned.Store(&ranges)
}

// isPinned reports whether all of s is in memory of Pinned.
func (g *gpu) isPinned(s []byte) bool {
	ranges := g.pinned.Load()
	if ranges == nil {
		return false
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	i := sort.Search(len(*ranges), func(i int) bool { return (*ranges)[i].to > at })
	return i < len(*ranges) && (*ranges)[i].from <= at && at+uintptr(len(s)) <= (*ranges)[i].to
}
