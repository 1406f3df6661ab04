package parity

import (
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"pongpg/trainer/compute"
)

// memory is a piece of memory of each device, and the addresses that stand for it.
type memory struct {
	base, size uintptr
	a, b       compute.Memory
}

// memories is all of them. Addresses are handed out in order and never again.
type memories struct {
	mu   sync.RWMutex
	list []memory // by base
	next uintptr
}

// Addresses are aligned as the contract asks; between two memories is a gap, so that the
// end of one is not the beginning of another.
const (
	alignment    = 64
	firstAddress = 1 << 16
)

// add registers a pair and returns its address.
func (m *memories) add(size int, a, b compute.Memory) uintptr {
	m.mu.Lock()
	defer m.mu.Unlock()
	base := max(m.next, firstAddress)
	m.list = append(m.list, memory{base, uintptr(size), a, b})
	m.next = (base+uintptr(size)+alignment)/alignment*alignment + alignment
	return base
}

// find returns the pair that holds size bytes at an address, and how far inside they are.
// It panics if there is none.
func (m *memories) find(at uintptr, size int) (found memory, offset int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, exact := slices.BinarySearchFunc(m.list, at, func(e memory, at uintptr) int {
		switch {
		case e.base < at:
			return -1
		case e.base > at:
			return 1
		}
		return 0
	})
	if !exact {
		i--
	}
	if i < 0 || at+uintptr(size) > m.list[i].base+m.list[i].size {
		panic(fmt.Sprintf("parity: %d bytes at %#x are not in the memory of this backend; allocate them with it", size, at))
	}
	return m.list[i], int(at - m.list[i].base)
}

// part returns size bytes of a device's memory.
func part(m compute.Memory, offset, size int) compute.Memory {
	if m.Host != nil {
		return compute.Memory{Host: m.Host[offset : offset+size : offset+size]}
	}
	return compute.Memory{Addr: m.Addr + uintptr(offset)}
}

// pair returns an array as each device knows it.
func pair[T compute.Element](p *Backend, x compute.Array[T]) (a, b compute.Array[T]) {
	a = compute.Array[T]{Rows: x.Rows, Cols: x.Cols}
	b = a
	if x.Len() == 0 {
		return a, b
	}
	size := bytesOf(x)
	m, offset := p.shared.memories.find(x.Addr, size)
	return in(a, part(m.a, offset, size)), in(b, part(m.b, offset, size))
}

// in returns x with its elements in m.
func in[T compute.Element](x compute.Array[T], m compute.Memory) compute.Array[T] {
	x.Addr = m.Addr
	if m.Host != nil {
		x.Host = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(m.Host))), x.Len())
	}
	return x
}

// bytesOf returns the size of an array.
func bytesOf[T compute.Element](x compute.Array[T]) int {
	var zero T
	return x.Len() * int(unsafe.Sizeof(zero))
}

// sparse returns a sparse batch as each device knows it.
func (p *Backend) sparse(x compute.Sparse) (a, b compute.Sparse) {
	entriesA, entriesB := pair(p, x.Entries)
	return compute.Sparse{Cols: x.Cols, Entries: entriesA}, compute.Sparse{Cols: x.Cols, Entries: entriesB}
}

// Malloc implements compute.Backend with memory of both.
func (p *Backend) Malloc(bytes int) compute.Memory {
	if p.failed() {
		return compute.Memory{}
	}
	a := p.a.Malloc(bytes)
	b := p.b.Malloc(bytes)
	if bytes > 0 && (a.Host == nil && a.Addr == 0 || b.Host == nil && b.Addr == 0) {
		_ = p.Sync() // the error sticks
		return compute.Memory{}
	}
	return compute.Memory{Addr: p.shared.memories.add(bytes, a, b)}
}

// Shared is Malloc: in memory that both devices write, their results could not be told
// apart.
func (p *Backend) Shared(bytes int) compute.Memory { return p.Malloc(bytes) }

// Pinned implements compute.Backend with memory of the tested device's, which the
// reference can copy from and to as well.
func (p *Backend) Pinned(bytes int) []byte {
	host := p.b.Pinned(bytes)
	if len(host) != bytes {
		_ = p.Sync()
	}
	return host
}

// Upload implements compute.Backend.
func (p *Backend) Upload(dst compute.Memory, src []byte) {
	if len(src) == 0 || p.failed() {
		return
	}
	m, offset := p.shared.memories.find(dst.Addr, len(src))
	p.a.Upload(part(m.a, offset, len(src)), src)
	p.b.Upload(part(m.b, offset, len(src)), src)
}

// Download implements compute.Backend. It waits, and compares what came from the tested
// device with what the reference has.
func (p *Backend) Download(dst []byte, src compute.Memory) {
	if len(dst) == 0 || p.failed() {
		return
	}
	call := p.begin("Download")
	m, offset := p.shared.memories.find(src.Addr, len(dst))
	p.b.Download(dst, part(m.b, offset, len(dst)))
	out := output{
		name: "memory", element: byteElement, rows: 1, cols: len(dst),
		a: part(m.a, offset, len(dst)), b: compute.Memory{Host: dst},
	}
	if offset%4 == 0 && len(dst)%4 == 0 {
		out.element, out.cols = wordElement, len(dst)/4
	}
	p.compare("Download", call, out)
}
