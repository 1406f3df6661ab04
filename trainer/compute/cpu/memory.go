package cpu

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"pongpg/trainer/compute"
)

// alignment of what Malloc returns: a cache line and an AVX-512 register.
const alignment = 64

// memory is what a backend and its queues share: the first error.
// Host memory itself belongs to the garbage collector.
type memory struct {
	err atomic.Pointer[error] // read for each decision, by all workers: no lock
}

func (m *memory) fail(err error) { m.err.CompareAndSwap(nil, &err) }

func (m *memory) failure() error {
	if err := m.err.Load(); err != nil {
		return *err
	}
	return nil
}

// Malloc returns zeroed memory, aligned to 64 bytes. It lives as long as something
// points to it.
func (b *Backend) Malloc(bytes int) compute.Memory {
	return compute.Memory{Host: b.Pinned(bytes)}
}

// Shared is Malloc: all memory here is the host's.
func (b *Backend) Shared(bytes int) compute.Memory { return b.Malloc(bytes) }

// Pinned is Malloc: all memory here is the host's.
func (b *Backend) Pinned(bytes int) []byte {
	host, err := allocate(bytes)
	if err != nil {
		b.memory.fail(err)
	}
	return host
}

// allocate returns zeroed aligned memory, or an error for more than the address
// space holds. (Memory that the system promised and does not have ends the
// process, as everywhere in Go.)
func allocate(bytes int) (host []byte, err error) {
	defer func() {
		if recover() != nil {
			host, err = nil, fmt.Errorf("cpu: cannot allocate %d bytes; train fewer games at a time", bytes)
		}
	}()
	unit := alignment
	if bytes >= pageSize {
		unit = pageSize
	}
	raw := make([]byte, bytes+unit)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % uintptr(unit))
	host = raw[skip : skip+bytes : skip+bytes]
	if whole := bytes / pageSize * pageSize; whole > 0 {
		advisePages(host[:whole])
	}
	return host, nil
}

// floats returns aligned scratch memory of n float32 that is not counted as the
// backend's.
func floats(n int) []float32 {
	raw := make([]float32, n+alignment/4)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(raw)))%alignment) / 4
	return raw[skip : skip+n : skip+n]
}

// Upload copies src to dst; nothing if they are the same memory.
func (b *Backend) Upload(dst compute.Memory, src []byte) { move(dst.Host, src) }

// Download copies src to dst; nothing if they are the same memory.
func (b *Backend) Download(dst []byte, src compute.Memory) { move(dst, src.Host) }

func move(dst, src []byte) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("cpu: copy of %d bytes to %d; the memory is of another backend", len(src), len(dst)))
	}
	if unsafe.SliceData(dst) != unsafe.SliceData(src) {
		copy(dst, src)
	}
}
