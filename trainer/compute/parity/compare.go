package parity

import (
	"bytes"
	"sync"
	"unsafe"

	"pongpg/trainer/compute"
)

// output is an array that an operation has written, in the memory of each device.
type output struct {
	name       string
	element    element
	rows, cols int
	a, b       compute.Memory
}

// written returns an operation's output.
func written[T compute.Element](name string, a, b compute.Array[T]) output {
	return output{
		name: name, element: elementOf[T](), rows: a.Rows, cols: a.Cols,
		a: memoryOf(a), b: memoryOf(b),
	}
}

func memoryOf[T compute.Element](x compute.Array[T]) compute.Memory {
	if x.Host == nil {
		return compute.Memory{Addr: x.Addr}
	}
	return compute.Memory{Host: unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x.Host))), bytesOf(x))}
}

// piece is a part of an output, from element at on, in host memory.
type piece struct {
	output *output
	at     int
	a, b   []byte
}

// stagingBytes is how much is fetched of an operation's outputs before it is compared.
const stagingBytes = 1 << 20

// staging is host memory that devices' memory is fetched to: a part of it for each
// comparison that is going on.
type staging struct {
	mu   sync.Mutex
	free [][]byte
}

// take returns stagingBytes for one comparison.
func (s *staging) take(b compute.Backend) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		buffer := s.free[n-1]
		s.free = s.free[:n-1]
		return buffer
	}
	return b.Pinned(stagingBytes)
}

func (s *staging) give(buffer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, buffer)
}

// compare waits for both devices and compares what the call of an operation has written.
// What is in host memory is compared where it is; the rest is fetched to staging memory.
func (p *Backend) compare(operation string, call int64, outputs ...output) {
	var buffer []byte
	used := 0
	room := func(n int) []byte {
		if buffer == nil {
			buffer = p.shared.staging.take(p.b)
		}
		used += n
		return buffer[used-n : used : used]
	}
	fetch := func(b compute.Backend, m compute.Memory, offset, n int) []byte {
		from := part(m, offset, n)
		if from.Host != nil {
			return from.Host
		}
		dst := room(n)
		b.Download(dst, from)
		return dst
	}
	p.pieces = p.pieces[:0]
	for i := range outputs {
		o := &outputs[i]
		size, length := o.element.size(), o.rows*o.cols
		const most = stagingBytes / 2 // of an output at a time, as both sides may have to be fetched
		for at := 0; at < length; at += most / size {
			n := min(length-at, most/size)
			if used+2*n*size > stagingBytes {
				p.comparePieces(operation, call)
				used = 0
			}
			p.pieces = append(p.pieces, piece{o, at, fetch(p.a, o.a, at*size, n*size), fetch(p.b, o.b, at*size, n*size)})
		}
	}
	p.comparePieces(operation, call)
	if buffer != nil {
		p.shared.staging.give(buffer)
	}
}

// comparePieces waits for what was fetched and compares it.
func (p *Backend) comparePieces(operation string, call int64) {
	pieces := p.pieces
	p.pieces = p.pieces[:0]
	if p.Sync() != nil {
		return
	}
	for _, x := range pieces {
		size := x.output.element.size()
		p.shared.counts.compared(operation, len(x.a)/size)
		if bytes.Equal(x.a, x.b) {
			continue
		}
		for i := 0; i < len(x.a); i += size {
			valueA, valueB := x.output.element.bits(x.a[i:]), x.output.element.bits(x.b[i:])
			if x.output.element.same(valueA, valueB) {
				continue
			}
			index := x.at + i/size
			p.fail(&Difference{
				Operation: operation, Call: call, Output: x.output.name,
				Row: index / x.output.cols, Col: index % x.output.cols,
				A: valueA, B: valueB, ULP: x.output.element.distance(valueA, valueB),
				Reference: p.a.Name(), Tested: p.b.Name(), element: x.output.element,
			})
			return
		}
	}
}
