package cpu

import (
	"fmt"
	"runtime"

	"pongpg/trainer/compute"
)

// Options says how to compute. Neither option changes any result.
type Options struct {
	// Workers is the number of goroutines that share an operation; 0 is GOMAXPROCS.
	Workers int

	// ISA is the instruction set, one of ISAs(); "" is the first of them.
	ISA string
}

// Backend computes on the processor. It is used from one goroutine; Queue gives
// others their own.
type Backend struct {
	memory  *memory
	kernels *kernels
	workers int   // of the backend, also where this is a queue
	pool    *pool // of one worker, the caller, where this is a queue
	tasks   tasks
	scratch []scratch // one a worker of pool
	uniform []float32 // of SparseMLPSample, one a row
}

var _ compute.Backend = (*Backend)(nil)

// ISAs lists the instruction sets that this machine can run, the fastest first.
func ISAs() []string {
	var names []string
	for _, k := range available() {
		names = append(names, k.name)
	}
	return names
}

// New returns a backend that runs operations on opts.Workers goroutines, the
// caller's and others that live until Close.
func New(opts Options) (*Backend, error) {
	if opts.Workers < 0 {
		return nil, fmt.Errorf("cpu: %d workers; give a positive number, or 0 for one per processor", opts.Workers)
	}
	if opts.Workers == 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	k := findKernels(opts.ISA)
	if k == nil {
		return nil, fmt.Errorf("cpu: no instruction set %q on this machine; choose one of %q", opts.ISA, ISAs())
	}
	return newQueue(&memory{}, k, opts.Workers, newPool(opts.Workers)), nil
}

func newQueue(m *memory, k *kernels, workers int, p *pool) *Backend {
	return &Backend{memory: m, kernels: k, workers: workers, pool: p, scratch: make([]scratch, p.workers)}
}

// findKernels returns the kernels called isa, the first if isa is empty, and nil if
// the machine has none of that name.
func findKernels(isa string) *kernels {
	for _, k := range available() {
		if isa == "" || isa == k.name {
			return k
		}
	}
	return nil
}

// Name implements compute.Backend.
func (b *Backend) Name() string {
	if b.workers == 1 {
		return fmt.Sprintf("cpu (1 worker, %s)", b.kernels.name)
	}
	return fmt.Sprintf("cpu (%d workers, %s)", b.workers, b.kernels.name)
}

// Queue returns a backend over the same memory that runs each operation on the
// calling goroutine.
func (b *Backend) Queue() compute.Backend {
	return newQueue(b.memory, b.kernels, b.workers, newPool(1))
}

// Async implements compute.Backend: operations are done when they return.
func (b *Backend) Async() bool { return false }

// Record implements compute.Backend: nothing is cheaper to start than f.
func (b *Backend) Record(f func()) (replay func()) { return f }

// Workers implements compute.Backend.
func (b *Backend) Workers() int { return b.workers }

// Sync returns the first error of the backend and its queues. Operations are done
// when they return, so it waits for nothing.
func (b *Backend) Sync() error { return b.memory.failure() }

// Close ends the goroutines; the memory goes with the last array over it. A queue
// has no goroutines, so closing one does nothing.
func (b *Backend) Close() error {
	b.pool.close()
	return nil
}
