//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"pongpg/cuda/driver"
)

// strict is a driver without a GPU that holds its caller to the rules of the driver API
// and takes the liberties that a real one has: what is put on a stream is done as late as
// can be, when the stream is waited for. Kernels do nothing; what they compute is for
// other tests. It counts what is not given back.
type strict struct {
	testing.TB
	mu      sync.Mutex
	calls   []driver.Entry
	thrift  map[driver.Entry]int // calls of each
	next    uint64               // handle
	handles map[uint64]string    // what each stands for
	current map[int]uint64       // context of each thread
	streams map[uint64]*strictStream
	graphs  map[uint64][]func() // also instantiated ones
	memory  map[uint64][]byte   // device memory, by address
	host    map[uint64][]byte   // pinned memory, by address

	room    int64 // device memory that is left
	devices int
	major   int
	after   int // calls until fault
	fault   driver.Result
	at      driver.Entry // whose call faults
	sticky  bool         // every call afterwards faults too
	broken  bool

	slow    bool   // streams are ready only once they are waited for
	log     string // of the compiler, if it fails
	threads int32  // of a block, that kernels can have
}

type strictStream struct {
	pending   []func()
	capturing int // thread, 0 if none
	captured  []func()
	asked     bool // since something was pending
}

// none stands for no fault.
const none = driver.Entry(-1)

// useStrict puts a strict driver in the real one's place for the length of a test.
func useStrict(t testing.TB) *strict {
	s := &strict{
		TB: t, next: 1 << 20, handles: map[uint64]string{}, current: map[int]uint64{},
		thrift: map[driver.Entry]int{}, streams: map[uint64]*strictStream{}, graphs: map[uint64][]func(){},
		memory: map[uint64][]byte{}, host: map[uint64][]byte{},
		room: 1 << 30, devices: 1, major: 9, at: none, threads: 1024,
	}
	t.Cleanup(driver.Simulate(s))
	return s
}

// leaks returns what was not given back.
func (s *strict) leaks() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h, name := range s.handles {
		names = append(names, fmt.Sprintf("%s %#x", name, h))
	}
	slices.Sort(names)
	return names
}

// count returns the number of calls of e.
func (s *strict) count(e driver.Entry) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.thrift[e]
}

// failAt makes the n-th call of e from now on (from 0) fail, and all calls after it if
// sticky.
func (s *strict) failAt(e driver.Entry, n int, r driver.Result, sticky bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.after, s.fault, s.sticky, s.broken = e, n, r, sticky, false
}

// faulty reports whether this call of e is to fail.
func (s *strict) faulty(e driver.Entry) bool {
	if s.broken {
		return s.sticky
	}
	if e == s.at {
		s.after--
		s.broken = s.after < 0
	}
	return s.broken
}

func (s *strict) make(name string) uint64 {
	s.next += 64
	s.handles[s.next] = name
	return s.next
}

// drop gives back a handle.
func (s *strict) drop(h uint64, name string) driver.Result {
	if s.handles[h] != name {
		s.Errorf("%#x is given back as a %s and is %q", h, name, s.handles[h])
		return driver.InvalidHandle
	}
	delete(s.handles, h)
	return driver.Success
}

func put[T any](arg uint64, v T) { *(*T)(driver.Pointer(arg)) = v }

// contextFree are functions that need no current context.
var contextFree = map[driver.Entry]bool{
	driver.EntryInit: true, driver.EntryDriverGetVersion: true, driver.EntryDeviceGet: true, driver.EntryDeviceGetCount: true,
	driver.EntryDeviceGetName: true, driver.EntryDeviceGetUuid: true, driver.EntryDeviceTotalMem: true, driver.EntryDeviceGetAttribute: true,
	driver.EntryDevicePrimaryCtxRetain: true, driver.EntryDevicePrimaryCtxRelease: true, driver.EntryDevicePrimaryCtxSetFlags: true,
	driver.EntryCtxSetCurrent: true,
}

// capturable are functions that a thread may call while it captures a stream.
var capturable = map[driver.Entry]bool{
	driver.EntryCtxSetCurrent: true, driver.EntryLaunchKernel: true, driver.EntryMemcpyHtoDAsync: true, driver.EntryMemcpyDtoHAsync: true,
	driver.EntryMemsetD8Async: true, driver.EntryStreamEndCapture: true,
}

// Call implements driver.Simulator.
func (s *strict) Call(e driver.Entry, args []uint64) driver.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, e)
	s.thrift[e]++
	thread := syscall.Gettid()
	if !contextFree[e] && s.handles[s.current[thread]] != "context" {
		s.Errorf("%v without a current context", e)
		return driver.InvalidContext
	}
	if !capturable[e] {
		for _, x := range s.streams {
			if x.capturing == thread {
				s.Errorf("%v on a thread that captures", e)
				return driver.StreamCaptureUnsupported
			}
		}
	}
	if s.faulty(e) && e != driver.EntryDevicePrimaryCtxRelease {
		switch e { // which have done their work, for all they say
		case driver.EntryStreamEndCapture:
			s.streams[args[0]].capturing = 0
		case driver.EntryGraphDestroy:
			s.drop(args[0], "graph")
		}
		return s.fault
	}
	switch {
	case e <= driver.EntryDevicePrimaryCtxReset:
		return s.device(e, args)
	case e == driver.EntryCtxSetCurrent:
		s.current[thread] = args[0]
		return driver.Success
	}
	return s.work(e, args, thread)
}

func (s *strict) device(e driver.Entry, args []uint64) driver.Result {
	switch e {
	case driver.EntryInit, driver.EntryDevicePrimaryCtxSetFlags:
	case driver.EntryDriverGetVersion:
		put(args[0], int32(13000))
	case driver.EntryDeviceGetCount:
		put(args[0], int32(s.devices))
	case driver.EntryDeviceGet:
		put(args[0], int32(args[1]))
	case driver.EntryDeviceGetName:
		copy(unsafe.Slice((*byte)(driver.Pointer(args[0])), args[1]), "strict GPU\x00")
	case driver.EntryDeviceTotalMem:
		put(args[0], uint64(1<<30))
	case driver.EntryDeviceGetUuid:
		put(args[0], [16]byte{1, 2, 3})
	case driver.EntryDeviceGetAttribute:
		put(args[0], int32(map[driver.Attribute]int{
			driver.AttributeComputeCapabilityMajor: s.major, driver.AttributeMultiprocessorCount: 132,
			driver.AttributeClockRate: 1980000, driver.AttributePciBusId: 0x3b,
		}[driver.Attribute(args[1])]))
	case driver.EntryDevicePrimaryCtxRetain:
		put(args[0], s.make("context"))
	case driver.EntryDevicePrimaryCtxRelease:
		for h, name := range s.handles {
			if name == "context" {
				delete(s.handles, h)
				return driver.Success
			}
		}
		s.Errorf("the context is let go twice")
	default:
		s.Errorf("unexpected call of %v", e)
		return driver.NotSupported
	}
	return driver.Success
}
