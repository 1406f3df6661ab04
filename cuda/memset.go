//go:build linux && amd64 && cgo

package cuda

import "gorgonia.org/cu"

// memset sets so many bytes of device memory to 0.
func (b *Backend) memset(op string, at uint64, bytes int) {
	if bytes == 0 || !b.enter(op) {
		return
	}
	b.note(op)
	b.done(op, cu.MemsetD8Async(cu.DevicePtr(at), 0, int64(bytes), b.stream))
	b.leave()
}
