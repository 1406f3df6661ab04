//go:build linux && amd64 && cgo

package cuda

import (
	"cmp"
	"slices"
	"strings"
	"unsafe"

	"pongpg/cuda/driver"
)

// Record implements compute.Backend by a graph: what f puts on the queue is captured and
// made ready once, and replay launches it as a whole. Copies in f are from and to memory
// of Pinned; others panic, as does what waits or allocates. With a driver before CUDA 11.4, if
// every operation is to be waited for, or if there is only one launch or copy, replay is f.
func (b *Backend) Record(f func()) (replay func()) {
	const op = "Record"
	b.mustNotRecord(op)
	if b.synchronous || !driver.HasGraphs() {
		return f
	}
	x := b.capture(op, f)
	switch {
	case x != nil:
	case len(b.names) == 1 && !b.broken():
		return f // a launch is not cheaper as a graph
	default:
		return func() {}
	}
	name := "the replay of " + strings.Join(slices.Compact(b.names), ", ")
	return func() {
		b.mustNotRecord("replay")
		if b.enter(name) {
			b.done(name, driver.GraphLaunch(x, unsafe.Pointer(b.stream.C())))
			b.leave()
		}
	}
}

// capture calls f while the stream is captured, and returns the graph, which belongs
// to the queue; nil if the device is broken, or there are not several operations.
func (b *Backend) capture(op string, f func()) (x driver.GraphExec) {
	if !b.enter(op) { // also keeps the capture on one thread
		return nil
	}
	defer b.leave()
	stream := unsafe.Pointer(b.stream.C())
	if err := driver.BeginCapture(stream); err != nil {
		b.fail(op, false, err)
		return nil
	}
	b.recording, b.names = true, b.names[:0]
	returned := false
	defer func() { // also if f panics: the queue stays usable
		b.recording = false
		graph, err := driver.EndCapture(stream)
		if err == nil && returned && !b.broken() && len(b.names) > 1 {
			x, err = driver.Instantiate(graph)
		}
		if graph != nil {
			err = cmp.Or(err, driver.GraphDestroy(graph))
		}
		if err != nil {
			b.fail(op, false, err)
		}
		if x != nil {
			b.recorded = append(b.recorded, x)
		}
	}()
	f()
	returned = true
	return x
}

// note keeps the name of what is recorded.
func (b *Backend) note(op string) {
	if b.recording {
		b.names = append(b.names, op)
	}
}
