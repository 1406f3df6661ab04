//go:build linux && amd64 && cgo

package cuda

import (
	"syscall"
	"unsafe"

	"pongpg/cuda/driver"
)

// work performs what needs a context.
func (s *strict) work(e driver.Entry, args []uint64, thread int) driver.Result {
	switch e {
	case driver.EntryMemGetInfo:
		put(args[0], uint64(s.room))
		put(args[1], uint64(1<<30))
	case driver.EntryModuleLoadDataEx:
		if s.log != "" { // the options are the log's address and size
			values := unsafe.Slice((*uint64)(driver.Pointer(args[4])), args[2])
			copy(unsafe.Slice((*byte)(driver.Pointer(values[0])), values[1]), s.log+"\x00")
			return driver.InvalidPtx
		}
		put(args[0], s.make("module"))
	case driver.EntryModuleUnload:
		return s.drop(args[0], "module")
	case driver.EntryModuleGetFunction:
		s.next += 64
		put(args[0], s.next)
	case driver.EntryFuncGetAttribute:
		put(args[0], s.threads)
	case driver.EntryMemAlloc, driver.EntryMemFree, driver.EntryMemHostAlloc, driver.EntryMemFreeHost:
		return s.allocate(e, args)
	case driver.EntryLaunchKernel:
		return s.enqueue(args[8], func() {})
	case driver.EntryMemsetD8Async:
		to, n := args[0], args[2]
		return s.enqueue(args[3], func() { clear(s.onDevice(to, n)) })
	case driver.EntryMemcpyHtoDAsync:
		to, from, n, stream := args[0], args[1], args[2], args[3]
		s.wantPinned(from, n)
		return s.enqueue(stream, func() { copy(s.onDevice(to, n), s.pinned(from, n)) })
	case driver.EntryMemcpyDtoHAsync:
		to, from, n, stream := args[0], args[1], args[2], args[3]
		s.wantPinned(to, n)
		return s.enqueue(stream, func() { copy(s.pinned(to, n), s.onDevice(from, n)) })
	default:
		return s.stream(e, args, thread)
	}
	return driver.Success
}

func (s *strict) stream(e driver.Entry, args []uint64, thread int) driver.Result {
	if e == driver.EntryStreamCreate {
		h := s.make("stream")
		s.streams[h] = &strictStream{}
		put(args[0], h)
		return driver.Success
	}
	x := s.streams[args[0]]
	switch e {
	case driver.EntryStreamQuery:
		if len(x.pending) > 0 && (!x.asked || s.slow) {
			x.asked = true
			return driver.NotReady
		}
		s.run(x)
	case driver.EntryStreamSynchronize:
		s.run(x)
	case driver.EntryStreamDestroy:
		s.run(x)
		delete(s.streams, args[0])
		return s.drop(args[0], "stream")
	case driver.EntryStreamBeginCapture:
		if args[1] != 1 {
			s.Errorf("a capture of mode %d; 1 is thread-local", args[1])
		}
		x.capturing, x.captured = thread, nil
	case driver.EntryStreamEndCapture:
		if x.capturing != thread {
			s.Errorf("a capture ends on another thread")
			return driver.StreamCaptureWrongThread
		}
		x.capturing = 0
		h := s.make("graph")
		s.graphs[h] = x.captured
		put(args[1], h)
	case driver.EntryGraphInstantiateWithFlags:
		h := s.make("executable graph")
		s.graphs[h] = s.graphs[args[1]]
		put(args[0], h)
	case driver.EntryGraphLaunch:
		for _, f := range s.graphs[args[0]] {
			s.enqueue(args[1], f)
		}
	case driver.EntryGraphDestroy:
		return s.drop(args[0], "graph")
	case driver.EntryGraphExecDestroy:
		return s.drop(args[0], "executable graph")
	default:
		s.Errorf("unexpected call of %v", e)
		return driver.NotSupported
	}
	return driver.Success
}

// enqueue puts something on a stream, or into what is captured of it.
func (s *strict) enqueue(stream uint64, f func()) driver.Result {
	x := s.streams[stream]
	if x == nil {
		s.Errorf("work for stream %#x, which is none", stream)
		return driver.InvalidHandle
	}
	if x.capturing != 0 {
		x.captured = append(x.captured, f)
	} else {
		x.pending, x.asked = append(x.pending, f), false
	}
	return driver.Success
}

func (s *strict) run(x *strictStream) {
	for _, f := range x.pending {
		f()
	}
	x.pending = nil
}

// allocate gives and takes memory, with garbage in it. Pinned memory is mapped, so that no
// address of Go's heap can be mistaken for it, and its use after it was freed is found.
func (s *strict) allocate(e driver.Entry, args []uint64) driver.Result {
	switch e {
	case driver.EntryMemAlloc:
		if int64(args[1]) > s.room {
			return driver.OutOfMemory
		}
		s.next = (s.next + 511) &^ 255
		h := s.make("device memory")
		delete(s.handles, h)
		h = (h + 255) &^ 255
		s.handles[h] = "device memory"
		s.memory[h] = make([]byte, args[1])
		for i := range s.memory[h] {
			s.memory[h][i] = 0xA5
		}
		s.next = h + args[1]
		s.room -= int64(args[1])
		put(args[0], h)
	case driver.EntryMemFree:
		for _, x := range s.streams {
			if len(x.pending) > 0 {
				s.Errorf("memory is freed while a stream works")
			}
		}
		s.room += int64(len(s.memory[args[0]]))
		delete(s.memory, args[0])
		return s.drop(args[0], "device memory")
	case driver.EntryMemHostAlloc:
		host, err := syscall.Mmap(-1, 0, int(args[1]), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			return driver.OutOfMemory
		}
		host[0] = 0xA5
		at := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(host))))
		s.host[at], s.handles[at] = host, "pinned memory"
		put(args[0], at)
	case driver.EntryMemFreeHost:
		if err := syscall.Munmap(s.host[args[0]]); err != nil {
			s.Error(err)
		}
		delete(s.host, args[0])
		return s.drop(args[0], "pinned memory")
	}
	return driver.Success
}

// onDevice returns n bytes of device memory, all of one allocation.
func (s *strict) onDevice(at, n uint64) []byte {
	for base, m := range s.memory {
		if at >= base && at+n <= base+uint64(len(m)) {
			return m[at-base:][:n]
		}
	}
	s.Errorf("%d bytes at %#x are no device memory", n, at)
	return nil
}

func (s *strict) pinned(at, n uint64) []byte {
	for base, m := range s.host {
		if at >= base && at+n <= base+uint64(len(m)) {
			return m[at-base:][:n]
		}
	}
	return nil
}

func (s *strict) wantPinned(at, n uint64) {
	if s.pinned(at, n) == nil {
		s.Errorf("%d bytes at %#x are not pinned, and the device copies from or to them by itself", n, at)
	}
}
