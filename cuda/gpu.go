//go:build linux && amd64 && cgo

package cuda

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"gorgonia.org/cu"

	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// gpu is what a backend and its queues share: the context, what was loaded into it and
// allocated in it, and the first error.
type gpu struct {
	device      Device
	handle      cu.Device
	context     cu.CUContext
	name        string
	workers     int
	synchronous bool

	functions map[*kernels.Kernel]cu.Function // read only once open

	failed atomic.Pointer[failure]
	pinned atomic.Pointer[[]hostRange] // sorted by address, replaced as a whole

	mu      sync.Mutex // guards what follows, and clearing
	closed  bool
	modules []cu.Module
	arrays  []cu.DevicePtr
	host    []unsafe.Pointer
	queues  []*Backend
	clear   cu.Stream // for zeroing what was allocated, apart from all queues
}

// failure is an error, boxed so that it can be stored at once.
type failure struct{ err error }

// fail makes err the device's error if it is the first. op is the operation that saw it;
// exact says that it is op's own.
func (g *gpu) fail(op string, exact bool, err error) {
	g.stick(&compute.DeviceError{Device: g.name, Operation: op, Exact: exact || g.synchronous, Err: explain(err)})
}

func (g *gpu) stick(err error) { g.failed.CompareAndSwap(nil, &failure{err}) }

// broken reports whether the device has failed, after which it is left alone.
func (g *gpu) broken() bool { return g.failed.Load() != nil }

func (g *gpu) failure() error {
	if f := g.failed.Load(); f != nil {
		return f.err
	}
	return nil
}

// enter makes the context that of the calling thread, and keeps the goroutine there until
// leave: the driver's idea of the current context is the thread's. It reports false,
// with nothing to leave, if the device is broken.
func (g *gpu) enter(op string) bool {
	if g.broken() {
		return false
	}
	runtime.LockOSThread()
	if err := cu.SetCurrentContext(g.context); err != nil {
		runtime.UnlockOSThread()
		g.fail(op, false, err)
		return false
	}
	return true
}

func (g *gpu) leave() { runtime.UnlockOSThread() }

// elsewhere calls f on another thread: a thread whose stream is being captured may
// not allocate.
func elsewhere(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}
