package compute

import (
	"fmt"
	"unsafe"
)

// Lanes is the number of adjacent hidden units that the hot operations treat
// as one vector: 16 float32 are one AVX-512 register, two AVX2 registers, half
// a warp. Widths of hidden layers are padded to a multiple of it (PadCols).
const Lanes = 16

// PadCols returns the smallest multiple of Lanes that is at least n.
func PadCols(n int) int { return (n + Lanes - 1) / Lanes * Lanes }

// Element is what an Array may hold.
type Element interface {
	uint8 | uint16 | uint32 | int32 | float32
}

// Memory is a piece of a backend's memory. On a backend that computes in host
// memory Host is that memory and Addr is 0; on a device Host is nil and Addr is
// the device address. Memory that both reach (Backend.Shared) has both.
type Memory struct {
	Host []byte
	Addr uintptr
}

// Array is a row-major matrix [Rows][Cols] in a backend's memory. It is a
// view: copying it copies no elements. On a host backend Host holds the
// Rows·Cols elements; on a device Host is nil and Addr is the address of the
// first one; in memory that both reach (NewShared) there are both.
type Array[T Element] struct {
	Rows, Cols int
	Host       []T
	Addr       uintptr
}

// Tensor is a matrix of float32.
type Tensor = Array[float32]

// New allocates a zeroed array [rows][cols] in the memory of b. It belongs to b
// and lives until b.Close. It panics on a negative dimension; running out of
// memory is a sticky error of b (see Backend.Sync).
func New[T Element](b Backend, rows, cols int) Array[T] {
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("compute: array of %d × %d elements", rows, cols))
	}
	var zero T
	return arrayOf[T](b.Malloc(rows*cols*int(unsafe.Sizeof(zero))), rows, cols)
}

// NewShared is New in memory that host and device both reach, where the device has such
// (Backend.Shared).
func NewShared[T Element](b Backend, rows, cols int) Array[T] {
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("compute: array of %d × %d elements", rows, cols))
	}
	var zero T
	return arrayOf[T](b.Shared(rows*cols*int(unsafe.Sizeof(zero))), rows, cols)
}

func arrayOf[T Element](m Memory, rows, cols int) Array[T] {
	a := Array[T]{Rows: rows, Cols: cols, Addr: m.Addr}
	if m.Host != nil {
		a.Host = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(m.Host))), rows*cols)
	}
	return a
}

// Len returns Rows·Cols.
func (a Array[T]) Len() int { return a.Rows * a.Cols }

// Slice returns rows lo to hi (exclusive) as a view. It panics unless
// 0 ≤ lo ≤ hi ≤ a.Rows.
func (a Array[T]) Slice(lo, hi int) Array[T] {
	if lo < 0 || hi < lo || hi > a.Rows {
		panic(fmt.Sprintf("compute: rows %d to %d of %d", lo, hi, a.Rows))
	}
	v := Array[T]{Rows: hi - lo, Cols: a.Cols}
	if a.Host != nil {
		v.Host = a.Host[lo*a.Cols : hi*a.Cols : hi*a.Cols]
	}
	if a.Addr != 0 {
		var zero T
		v.Addr = a.Addr + uintptr(lo*a.Cols)*unsafe.Sizeof(zero)
	}
	return v
}

// Row returns the elements of row i of an array in host memory.
func (a Array[T]) Row(i int) []T { return a.Host[i*a.Cols : (i+1)*a.Cols : (i+1)*a.Cols] }

// bytes returns the elements of s as bytes, without a copy.
func bytes[T Element](s []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(zero)))
}

// Upload copies src to dst on b. It panics if the lengths differ.
func Upload[T Element](b Backend, dst Array[T], src []T) {
	if len(src) != dst.Len() {
		panic(fmt.Sprintf("compute: upload of %d elements to an array of %d × %d", len(src), dst.Rows, dst.Cols))
	}
	b.Upload(Memory{Host: bytes(dst.Host), Addr: dst.Addr}, bytes(src))
}

// Download copies src to dst and waits for it, and for all that the queue b was to do
// before; an error of the device sticks. It panics if the lengths differ.
func Download[T Element](b Backend, dst []T, src Array[T]) {
	Fetch(b, dst, src)
	_ = b.Sync()
}

// Fetch copies src to dst, which holds it after the next Sync. It panics if the lengths
// differ.
func Fetch[T Element](b Backend, dst []T, src Array[T]) {
	if len(dst) != src.Len() {
		panic(fmt.Sprintf("compute: download of an array of %d × %d to %d elements", src.Rows, src.Cols, len(dst)))
	}
	b.Download(bytes(dst), Memory{Host: bytes(src.Host), Addr: src.Addr})
}

// Mirror returns host memory of a's size through which the host exchanges a with
// b: a.Host itself where b computes in host memory, so that Upload and Download
// between the two are free, otherwise memory that b can copy from and to
// without waiting (pinned).
func Mirror[T Element](b Backend, a Array[T]) []T {
	if a.Host != nil || a.Len() == 0 {
		return a.Host
	}
	return Pinned[T](b, a.Len())
}

// Pinned returns zeroed host memory for n elements that b can copy from and to without
// waiting. It lives until b.Close. Running out of it is a sticky error of b, and gives nil.
func Pinned[T Element](b Backend, n int) []T {
	var zero T
	m := b.Pinned(n * int(unsafe.Sizeof(zero)))
	if m == nil {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(m))), n)
}
