package meter

import (
	"sync"

	"pongpg/trainer/compute"
)

// Options says which backend to stand in for.
type Options struct {
	Async   bool // as of compute.Backend.Async
	Workers int  // as of compute.Backend.Workers; 0 is 1

	// Scratch returns the pieces of memory, in bytes, that a queue of the backend keeps
	// for an operation beside its operands. A queue's operations share them: of each piece
	// it keeps the largest that was asked for. Nil stands for none. The dims of an operation
	// are
	//
	//	MatMul                    batch, m, n, k
	//	Blur                      height, width, units, radius
	//	SumSquares                rows, cols, slices
	//	SparseMatMul, …Grad       rows, width, columns, units
	//	SparseMLP, …Sample, …Grad rows, width, columns, units, outputs
	//	SparseImage               rows, width, columns, width of m, pixels, channels
	//	Conv, …Grad, …InputGrad   images, and the fields of the Window in their order
	//	the others                rows, cols
	Scratch func(op string, dims ...int) []int
}

// Usage is what was allocated, in bytes, and made.
type Usage struct {
	Device     int64 // of the device's memory, scratch memory of the operations called included
	Pinned     int64 // of host memory
	Queues     int   // the backend itself included
	Recordings int
}

// Backend counts what is allocated on it and its queues.
type Backend struct {
	options Options
	shared  *shared
	pieces  []int64 // of this queue's scratch memory
}

var _ compute.Backend = (*Backend)(nil)

type shared struct {
	mu    sync.Mutex
	usage Usage
	next  uintptr // address
}

// granule is what memory is rounded up to, as drivers do.
const granule = 512

// New returns a backend on which nothing is allocated yet.
func New(options Options) *Backend {
	options.Workers = max(1, options.Workers)
	b := &Backend{options: options, shared: &shared{next: granule}}
	b.shared.usage.Queues = 1
	return b
}

// Usage returns what was allocated up to now, by b and all queues.
func (b *Backend) Usage() Usage {
	b.shared.mu.Lock()
	defer b.shared.mu.Unlock()
	return b.shared.usage
}

// Name implements compute.Backend.
func (b *Backend) Name() string { return "meter" }

// Queue implements compute.Backend. A queue has scratch memory of its own.
func (b *Backend) Queue() compute.Backend {
	b.shared.mu.Lock()
	defer b.shared.mu.Unlock()
	b.shared.usage.Queues++
	return &Backend{options: b.options, shared: b.shared}
}

// Async implements compute.Backend.
func (b *Backend) Async() bool { return b.options.Async }

// Workers implements compute.Backend.
func (b *Backend) Workers() int { return b.options.Workers }

// Malloc counts device memory and returns an address that nothing is at.
func (b *Backend) Malloc(bytes int) compute.Memory {
	if bytes == 0 {
		return compute.Memory{}
	}
	size := rounded(bytes)
	b.shared.mu.Lock()
	defer b.shared.mu.Unlock()
	at := b.shared.next
	b.shared.next += uintptr(size)
	b.shared.usage.Device += size
	return compute.Memory{Addr: at}
}

// Shared counts host memory, and returns it with an address that nothing is at.
func (b *Backend) Shared(bytes int) compute.Memory {
	if bytes == 0 {
		return compute.Memory{}
	}
	host := b.Pinned(bytes)
	b.shared.mu.Lock()
	defer b.shared.mu.Unlock()
	at := b.shared.next
	b.shared.next += uintptr(rounded(bytes))
	return compute.Memory{Host: host, Addr: at}
}

// Pinned counts host memory and returns some, which the garbage collector takes back.
func (b *Backend) Pinned(bytes int) []byte {
	b.shared.mu.Lock()
	b.shared.usage.Pinned += rounded(bytes)
	b.shared.mu.Unlock()
	return make([]byte, bytes)
}

func rounded(bytes int) int64 { return (int64(bytes) + granule - 1) / granule * granule }

// Upload implements compute.Backend by doing nothing.
func (b *Backend) Upload(compute.Memory, []byte) {}

// Download implements compute.Backend by doing nothing: dst stays what it was.
func (b *Backend) Download([]byte, compute.Memory) {}

// Record calls f for what its operations keep, and returns a function that does nothing.
func (b *Backend) Record(f func()) (replay func()) {
	b.shared.mu.Lock()
	b.shared.usage.Recordings++
	b.shared.mu.Unlock()
	f()
	return func() {}
}

// Sync implements compute.Backend: nothing can fail.
func (b *Backend) Sync() error { return nil }

// Close implements compute.Backend.
func (b *Backend) Close() error { return nil }

// operation counts the scratch memory of an operation of these dims.
func (b *Backend) operation(op string, dims ...int) {
	if b.options.Scratch == nil {
		return
	}
	for i, bytes := range b.options.Scratch(op, dims...) {
		if i == len(b.pieces) {
			b.pieces = append(b.pieces, 0)
		}
		if size := rounded(bytes); size > b.pieces[i] {
			b.shared.mu.Lock()
			b.shared.usage.Device += size - b.pieces[i]
			b.shared.mu.Unlock()
			b.pieces[i] = size
		}
	}
}
