package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"unsafe"
)

// Element is what the typed helpers encode and decode.
type Element interface {
	uint8 | uint16 | uint32 | uint64 | int32 | int64 | float32 | float64
}

// Tensor is one named array. Data holds its elements in row-major order,
// little-endian on every host; its length is the product of Shape (1 for an
// empty Shape) times the element size of DType.
type Tensor struct {
	Name  string
	DType string // safetensors' name: "F32", "I32", "U32", "I64", "U8", …
	Shape []int
	Data  []byte
}

// NewTensor encodes a copy of values. Without a shape the tensor is a vector of
// len(values) elements. It panics if the shape does not hold len(values)
// elements, which is a mistake in the calling code.
func NewTensor[E Element](name string, values []E, shape ...int) Tensor {
	if len(shape) == 0 {
		shape = []int{len(values)}
	}
	dtype := dtypeOf[E]()
	size, err := tensorSize(dtype, shape)
	if err != nil || size != len(values)*dtypeSize[dtype] {
		panic(fmt.Sprintf("checkpoint: tensor %s: %d values in shape %v", name, len(values), shape))
	}
	data := make([]byte, 0, size)
	if littleEndian {
		data = append(data, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), size)...)
	} else if data, err = binary.Append(data, binary.LittleEndian, values); err != nil {
		panic(err) // impossible: Element has fixed-size types only
	}
	return Tensor{Name: name, DType: dtype, Shape: append([]int(nil), shape...), Data: data}
}

// Values returns the elements of t, which the caller must not change: where they are in t.Data if
// the host has numbers as t has them, else decoded. It is an error if t holds another type than E.
func Values[E Element](t *Tensor) ([]E, error) {
	if values, ok := inPlace[E](t); ok {
		return values, nil
	}
	values := make([]E, len(t.Data)/dtypeSize[dtypeOf[E]()])
	if err := decode(values, t); err != nil {
		return nil, err
	}
	return values, nil
}

// inPlace returns the elements of t as they are in the host's memory; false if its processor would not
// read them there as t has them.
func inPlace[E Element](t *Tensor) ([]E, bool) {
	size := dtypeSize[dtypeOf[E]()]
	data := unsafe.Pointer(unsafe.SliceData(t.Data))
	if !littleEndian || t.DType != dtypeOf[E]() || len(t.Data)%size != 0 || uintptr(data)%uintptr(size) != 0 {
		return nil, false
	}
	return unsafe.Slice((*E)(data), len(t.Data)/size), true
}

// littleEndian is whether the host has the lowest byte first.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// decode writes the elements of t into dst.
func decode[E Element](dst []E, t *Tensor) error {
	want := dtypeOf[E]()
	if t.DType != want {
		return fmt.Errorf("tensor %s holds %s where this program expects %s; %s", t.Name, t.DType, want, adviceOther)
	}
	if len(t.Data) != len(dst)*dtypeSize[want] {
		return fmt.Errorf("tensor %s has %d bytes where %d elements of %s are expected; %s",
			t.Name, len(t.Data), len(dst), want, adviceOther)
	}
	if floats, ok := any(dst).([]float32); ok { // nearly all that there is to decode
		decodeFloats(floats, t.Data)
		return nil
	}
	_, err := binary.Decode(t.Data, binary.LittleEndian, dst)
	return err
}

// decodeFloats decodes 4·len(dst) bytes, of which the compiler checks the bounds of four floats
// at once.
func decodeFloats(dst []float32, src []byte) {
	for len(dst) >= 4 && len(src) >= 16 {
		d, s := dst[:4:4], src[:16:16]
		d[0] = math.Float32frombits(binary.LittleEndian.Uint32(s))
		d[1] = math.Float32frombits(binary.LittleEndian.Uint32(s[4:]))
		d[2] = math.Float32frombits(binary.LittleEndian.Uint32(s[8:]))
		d[3] = math.Float32frombits(binary.LittleEndian.Uint32(s[12:]))
		dst, src = dst[4:], src[16:]
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

// dtypeSize is the bytes of one element of the types safetensors has with whole
// bytes. A checkpoint may hold any of them; Element lists those with helpers.
var dtypeSize = map[string]int{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1,
	"U16": 2, "I16": 2, "F16": 2, "BF16": 2,
	"U32": 4, "I32": 4, "F32": 4,
	"U64": 8, "I64": 8, "F64": 8,
}

// dtypeOf is safetensors' name of E.
func dtypeOf[E Element]() string {
	var zero E
	switch any(zero).(type) {
	case uint8:
		return "U8"
	case uint16:
		return "U16"
	case uint32:
		return "U32"
	case uint64:
		return "U64"
	case int32:
		return "I32"
	case int64:
		return "I64"
	case float32:
		return "F32"
	default:
		return "F64"
	}
}

// tensorSize is the bytes of a tensor. Errors: an unknown dtype, a negative
// dimension, more bytes than an int counts.
func tensorSize(dtype string, shape []int) (int, error) {
	size, ok := dtypeSize[dtype]
	if !ok {
		return 0, fmt.Errorf("dtype %q, which this program does not know", dtype)
	}
	n := uint64(size)
	for _, dim := range shape {
		if dim < 0 {
			return 0, fmt.Errorf("shape %v with a negative dimension", shape)
		}
		var over uint64
		over, n = bits.Mul64(n, uint64(dim))
		if over != 0 || n > math.MaxInt {
			return 0, fmt.Errorf("shape %v, which overflows", shape)
		}
	}
	return int(n), nil
}
