//go:build linux && amd64 && cgo

package cuda

import (
	"runtime"
	"time"
	"unsafe"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

// Backend is one queue of a GPU: a stream, and what its operations need beside their
// operands. It is used from one goroutine at a time; Queue gives others their own.
type Backend struct {
	*gpu
	main      bool // what Open returned, which Close closes
	stream    cu.Stream
	recording bool
	recorded  []driver.GraphExec
	names     []string // of operations, while recording

	arguments [maxArguments]uint64
	cells     [maxArguments]unsafe.Pointer // to arguments
	scratches []scratch
	retired   []cu.DevicePtr // scratch memory that grew, which the stream may still use
	bounce    bounce
}

var _ compute.Backend = (*Backend)(nil)

// newQueue returns a queue with a stream of its own. The context must be current.
func (g *gpu) newQueue() (*Backend, error) {
	b := &Backend{gpu: g}
	for i := range b.cells {
		b.cells[i] = unsafe.Pointer(&b.arguments[i])
	}
	var err error
	if b.stream, err = cu.MakeStream(cu.NonBlocking); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queues = append(g.queues, b)
	return b, nil
}

// Name returns the device, as "cuda:0 (NVIDIA H200)".
func (b *Backend) Name() string { return b.name }

// Device returns what was known of the device when it was opened.
func (b *Backend) Device() Device { return b.device }

// Async implements compute.Backend.
func (b *Backend) Async() bool { return true }

// Workers implements compute.Backend.
func (b *Backend) Workers() int { return b.workers }

// Queue implements compute.Backend: a queue is a stream.
func (b *Backend) Queue() compute.Backend {
	b.mustNotRecord("Queue")
	if b.enter("Queue") {
		defer b.leave()
		q, err := b.newQueue()
		if err == nil {
			return q
		}
		b.fail("Queue", false, err)
	}
	return &Backend{gpu: b.gpu} // of a broken device: nothing is called on it
}

// Sync implements compute.Backend.
func (b *Backend) Sync() error {
	b.mustNotRecord("Sync")
	if b.drain("Sync") {
		b.release()
	}
	return b.failure()
}

// impatience is how long wait asks again and again before it sleeps. A rollout's steps take
// tens of microseconds, and to be woken takes about as long.
const impatience = time.Millisecond

// wait waits for the stream. It asks the driver again and again, letting other
// goroutines run in between, and lets the driver block the thread only when it takes long:
// a blocked thread keeps its processor from Go's scheduler for a while.
func (b *Backend) wait(op string) bool {
	var start time.Time
	for {
		if !b.enter(op) {
			return false
		}
		ready, err := driver.StreamReady(unsafe.Pointer(b.stream.C()))
		if !ready && err == nil {
			if start.IsZero() {
				start = time.Now()
			} else if time.Since(start) > impatience {
				err = b.stream.Synchronize()
				ready = err == nil
			}
		}
		b.leave()
		if err != nil {
			b.fail(op, false, err)
			return false
		}
		if ready {
			return true
		}
		runtime.Gosched()
	}
}

// done ends an operation that was put on the stream: with an error, or, when every
// operation is waited for, with its end. The context must be current.
func (b *Backend) done(op string, err error) bool {
	if err == nil && b.synchronous {
		err = b.stream.Synchronize()
	}
	if err != nil {
		b.fail(op, false, err)
	}
	return err == nil
}

// mustNotRecord panics in Record's function, which may not call op.
func (b *Backend) mustNotRecord(op string) {
	if b.recording {
		panic("cuda: Record: " + op + " cannot be recorded; call it before or after")
	}
}
