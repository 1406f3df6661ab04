//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

// bounceBytes is the size of a queue's bounce buffer: a copy of a mebibyte takes some
// 40 µs, beside which the few microseconds of waiting for it do not count.
const bounceBytes = 1 << 20

// bounce is pinned memory by which a queue copies from and to memory that Go may move or
// free while the device copies. It is used from the front; when it is full, or at Sync, the
// queue is waited for, and what came down is handed out.
type bounce struct {
	host    []byte
	used    int
	landing []landing
}

// landing is a piece of a download that is on its way.
type landing struct{ dst, from []byte }

// Upload implements compute.Backend. From memory of Pinned it waits for nothing, and src
// must stay as it is until Sync; other memory is copied before it returns.
func (b *Backend) Upload(dst compute.Memory, src []byte) {
	const op = "Upload"
	if same(dst.Host, src) || !b.ready(op, dst, len(src)) {
		return
	}
	if b.isPinned(src) {
		b.up(op, dst.Addr, src)
		return
	}
	b.mustBePinned(op)
	for len(src) > 0 {
		room := b.room(op, len(src))
		if room == nil {
			return
		}
		n := copy(room, src)
		if !b.up(op, dst.Addr, room) {
			return
		}
		dst.Addr, src = dst.Addr+uintptr(n), src[n:]
	}
}

// Download implements compute.Backend. To memory of Pinned the device copies by
// itself; in other memory the data is at the next Sync, or before.
func (b *Backend) Download(dst []byte, src compute.Memory) {
	const op = "Download"
	if same(src.Host, dst) || !b.ready(op, src, len(dst)) {
		return
	}
	if b.isPinned(dst) {
		b.down(op, dst, src.Addr)
		return
	}
	b.mustBePinned(op)
	for len(dst) > 0 {
		room := b.room(op, len(dst))
		if room == nil || !b.down(op, room, src.Addr) {
			return
		}
		n := len(room)
		b.bounce.landing = append(b.bounce.landing, landing{dst[:n], room})
		src.Addr, dst = src.Addr+uintptr(n), dst[n:]
	}
}

// same reports whether two pieces of host memory are one, which nothing need be copied
// between.
func same(a, b []byte) bool {
	return len(a) > 0 && len(a) == len(b) && unsafe.SliceData(a) == unsafe.SliceData(b)
}

// ready reports whether there is something to copy, and panics if m is not the device's.
func (b *Backend) ready(op string, m compute.Memory, n int) bool {
	if n == 0 || b.broken() {
		return false
	}
	if m.Addr == 0 {
		panic(fmt.Sprintf("cuda: %s: the array is not in this device's memory; allocate it with this backend", op))
	}
	return true
}

func (b *Backend) mustBePinned(op string) {
	if b.recording {
		panic("cuda: Record: " + op + " of memory that the device cannot reach by itself; use memory of Pinned (compute.Mirror)")
	}
}

func (b *Backend) up(op string, to uintptr, from []byte) (ok bool) {
	if !b.enter(op) {
		return false
	}
	defer b.leave()
	b.note(op)
	return b.done(op, cu.MemcpyHtoDAsync(cu.DevicePtr(to), unsafe.Pointer(unsafe.SliceData(from)), int64(len(from)), b.stream))
}

func (b *Backend) down(op string, to []byte, from uintptr) (ok bool) {
	if !b.enter(op) {
		return false
	}
	defer b.leave()
	b.note(op)
	return b.done(op, cu.MemcpyDtoHAsync(unsafe.Pointer(unsafe.SliceData(to)), cu.DevicePtr(from), int64(len(to)), b.stream))
}

// room returns up to n bytes of the bounce buffer that nothing uses, nil if the device
// is broken.
func (b *Backend) room(op string, n int) []byte {
	if b.bounce.host == nil && !b.makeBounce(op) {
		return nil
	}
	if b.bounce.used == bounceBytes && !b.drain(op) {
		return nil
	}
	from := b.bounce.used
	to := min(from+n, bounceBytes)
	b.bounce.used = (to + 63) / 64 * 64
	return b.bounce.host[from:to:to]
}

func (b *Backend) makeBounce(op string) bool {
	if !b.enter(op) {
		return false
	}
	defer b.leave()
	p, err := driver.HostAlloc(bounceBytes)
	if err != nil {
		b.failHost(op+": pinned memory", bounceBytes, err)
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gpu.host = append(b.gpu.host, p)
	b.bounce.host = unsafe.Slice((*byte)(p), bounceBytes)
	return true
}

// drain waits for the queue and hands out what came down.
func (b *Backend) drain(op string) bool {
	ok := b.wait(op)
	if ok {
		for _, l := range b.bounce.landing {
			copy(l.dst, l.from)
		}
	}
	clear(b.bounce.landing)
	b.bounce.landing, b.bounce.used = b.bounce.landing[:0], 0
	return ok
}
