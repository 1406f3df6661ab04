//go:build linux && amd64 && cgo

package cuda

import "gorgonia.org/cu"

// scratch is a piece of device memory that operations of a queue use in turn.
type scratch struct {
	at    cu.DevicePtr
	bytes int
}

// scratch returns the address of at least so many bytes, aligned to 256, of
// whatever was there before; 0 if the device is broken. An operation that needs several
// pieces at a time gives each a slot, from 0. Operations of a queue run in order and
// share the slots. What an operation asks for must be what ScratchBytes says.
func (b *Backend) scratch(op string, slot, bytes int) uint64 {
	for slot >= len(b.scratches) {
		b.scratches = append(b.scratches, scratch{})
	}
	s := &b.scratches[slot]
	if bytes > s.bytes && !b.grow(op, s, bytes) {
		return 0
	}
	return uint64(s.at)
}

// grow replaces a piece by a larger one. A piece that grows again gets room to spare, so
// that slowly growing batches do not do it every time. What was there is
// freed once the stream no longer uses it (release).
func (b *Backend) grow(op string, s *scratch, bytes int) (ok bool) {
	if b.broken() {
		return false
	}
	if s.at != 0 {
		b.retired = append(b.retired, s.at)
		bytes = max(bytes, s.bytes+s.bytes/4)
		*s = scratch{}
	}
	alloc := func() {
		if !b.enter(op) {
			return
		}
		defer b.leave()
		at, err := cu.MemAlloc(int64(bytes))
		if err != nil {
			b.failAlloc(op+": scratch memory", bytes, err)
			return
		}
		*s, ok = scratch{at, bytes}, true
	}
	if b.recording {
		elsewhere(alloc)
	} else {
		alloc()
	}
	return ok
}

// release frees scratch memory that was replaced, when the stream is idle; with recordings
// it stays until Close, since they hold its address.
func (b *Backend) release() {
	const op = "Sync"
	if len(b.retired) == 0 || len(b.recorded) > 0 || !b.enter(op) {
		return
	}
	defer b.leave()
	for _, at := range b.retired {
		if err := cu.MemFree(at); err != nil {
			b.fail(op, false, err)
			return
		}
	}
	b.retired = b.retired[:0]
}
