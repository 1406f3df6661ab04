//go:build linux && amd64 && cgo

package simgpu

import (
	"sync"

	"pongpg/cuda/driver"
)

// work is something on a stream.
type work func() error

// stream is work that waits to be performed, by whoever waits for it.
type stream struct {
	context *gpuContext

	mu      sync.Mutex
	waiting []work
	graph   *graph // what is captured
}

// graph is captured work; an executable one is its own.
type graph struct{ work []work }

type executable struct{ graph }

// put adds work to the stream, or to what is captured of it.
func (s *stream) put(w work) driver.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.graph != nil {
		s.graph.work = append(s.graph.work, w)
	} else {
		s.waiting = append(s.waiting, w)
	}
	return driver.Success
}

// run performs what waits, and reports whether there was something.
func (s *stream) run(d *Driver) (some bool, r driver.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.graph != nil {
		return false, driver.StreamCaptureUnsupported
	}
	some = len(s.waiting) > 0
	for len(s.waiting) > 0 {
		w := s.waiting[0]
		s.waiting = s.waiting[1:]
		if err := w(); err != nil {
			s.waiting = nil
			return some, d.fault(err)
		}
	}
	return some, driver.Success
}

// onStream puts work on the stream of a handle.
func (d *Driver) onStream(handle uint64, w work) driver.Result {
	s, ok := object[*stream](d, handle)
	if !ok { // the null stream is none either
		return driver.InvalidHandle
	}
	return s.put(w)
}

// finish performs all work of a context.
func (d *Driver) finish(c *gpuContext) driver.Result {
	d.mu.Lock()
	var streams []*stream
	for s := range c.streams {
		streams = append(streams, s)
	}
	d.mu.Unlock()
	for _, s := range streams {
		if _, r := s.run(d); r != driver.Success && r != driver.StreamCaptureUnsupported {
			return r
		}
	}
	return driver.Success
}

func (d *Driver) streamCreate(c *gpuContext, args []uint64) driver.Result {
	s := &stream{context: c}
	h := d.handle(s)
	d.mu.Lock()
	c.streams[s] = true
	d.mu.Unlock()
	return put(args[0], h)
}

func (d *Driver) streamDestroy(c *gpuContext, args []uint64) driver.Result {
	s, ok := drop[*stream](d, args[0])
	if !ok {
		return driver.InvalidHandle
	}
	d.mu.Lock()
	delete(s.context.streams, s)
	d.mu.Unlock()
	if c == nil {
		return driver.Success
	}
	_, r := s.run(d)
	return r
}

func (d *Driver) streamSynchronize(c *gpuContext, args []uint64) driver.Result {
	s, ok := object[*stream](d, args[0])
	if !ok {
		return driver.InvalidHandle
	}
	_, r := s.run(d)
	return r
}

// streamQuery says that the stream is not ready if there was something to do, and does it.
func (d *Driver) streamQuery(c *gpuContext, args []uint64) driver.Result {
	s, ok := object[*stream](d, args[0])
	if !ok {
		return driver.InvalidHandle
	}
	some, r := s.run(d)
	if r == driver.Success && some {
		return driver.NotReady
	}
	return r
}

// threadLocal is the mode of captures that leave other threads alone, the only one here.
const threadLocal = 1

func (d *Driver) beginCapture(c *gpuContext, args []uint64) driver.Result {
	s, ok := object[*stream](d, args[0])
	if !ok {
		return driver.StreamCaptureUnsupported // of the null stream too
	}
	if args[1] != threadLocal {
		return driver.NotSupported
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.graph != nil {
		return driver.IllegalState
	}
	s.graph = &graph{}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.capturing[thread()] = s
	return driver.Success
}

func (d *Driver) endCapture(c *gpuContext, args []uint64) driver.Result {
	s, ok := object[*stream](d, args[0])
	if !ok {
		return driver.InvalidHandle
	}
	d.mu.Lock()
	mine := d.capturing[thread()] == s
	delete(d.capturing, thread())
	d.mu.Unlock()
	if !mine {
		return driver.StreamCaptureWrongThread
	}
	s.mu.Lock()
	g := s.graph
	s.graph = nil
	s.mu.Unlock()
	return put(args[1], d.handle(g))
}

func (d *Driver) graphInstantiate(c *gpuContext, args []uint64) driver.Result {
	g, ok := object[*graph](d, args[1])
	if !ok {
		return driver.InvalidHandle
	}
	return put(args[0], d.handle(&executable{*g}))
}

func (d *Driver) graphLaunch(c *gpuContext, args []uint64) driver.Result {
	x, ok := object[*executable](d, args[0])
	if !ok {
		return driver.InvalidHandle
	}
	for _, w := range x.work {
		if r := d.onStream(args[1], w); r != driver.Success {
			return r
		}
	}
	return driver.Success
}
