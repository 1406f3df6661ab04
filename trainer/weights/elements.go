package weights

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// decode returns an array of float32 from its bytes: elements of 4 or 8 bytes in either
// order, whole numbers or not, row by row, or the first dimension fastest if fortran. len(data)
// must be what the shape takes, or it is an error.
func decode(data []byte, size int, whole bool, order binary.ByteOrder, shape []int, fortran bool) (array, error) {
	n, err := elements(shape)
	if err != nil {
		return array{}, err
	}
	if len(data) != n*size {
		return array{}, fmt.Errorf("shape %v takes %d bytes, but there are %d; write the file again", shape, n*size, len(data))
	}
	a := array{shape: shape, values: make([]float32, n)}
	switch {
	case whole && size == 4:
		for i := range a.values {
			a.values[i] = float32(int32(order.Uint32(data[4*i:])))
		}
	case whole:
		for i := range a.values {
			a.values[i] = float32(int64(order.Uint64(data[8*i:])))
		}
	case size == 4:
		for i := range a.values {
			a.values[i] = math.Float32frombits(order.Uint32(data[4*i:]))
		}
	default:
		for i := range a.values {
			x := math.Float64frombits(order.Uint64(data[8*i:]))
			a.values[i] = float32(x)
			if float64(a.values[i]) != x && !math.IsNaN(x) {
				a.rounded++
			}
		}
	}
	if fortran {
		a.values = transposed(a.values, shape)
	}
	return a, nil
}

// maxElements is what the largest W1 has, and no other array may exceed.
const maxElements = maxHidden * maxImages * Pixels

// elements returns how many elements an array of a shape has.
func elements(shape []int) (int, error) {
	n := 1
	for _, dim := range shape {
		if dim < 0 || dim > maxElements || n*dim > maxElements {
			return 0, fmt.Errorf("shape %v is larger than any weights; pongpg takes up to %d hidden units, and %d weights in an array", shape, maxHidden, maxElements)
		}
		n *= dim
	}
	return n, nil
}

// transposed returns values of a shape, given with the first dimension fastest, with the last
// one fastest.
func transposed(values []float32, shape []int) []float32 {
	out := make([]float32, len(values))
	index := make([]int, len(shape))
	for _, v := range values {
		at := 0
		for d, i := range index {
			at = at*shape[d] + i
		}
		out[at] = v
		for d := 0; d < len(shape); d++ {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return out
}

// encode returns values as little-endian float32.
func encode(values []float32) []byte {
	b := make([]byte, 4*len(values))
	for i, v := range values {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(v))
	}
	return b
}

// encode64 returns values as little-endian float64, exactly.
func encode64(values []float32) []byte {
	b := make([]byte, 8*len(values))
	for i, v := range values {
		binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(float64(v)))
	}
	return b
}

// encodeStrides returns the strides as little-endian int64.
func encodeStrides(convs []Conv) (b []byte) {
	for _, c := range convs {
		b = binary.LittleEndian.AppendUint64(b, uint64(c.Stride))
	}
	return b
}

func names[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// list returns names for an error, the first few of them.
func list(names []string) string {
	const most = 8
	if len(names) == 0 {
		return "nothing"
	}
	quoted := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		quoted = append(quoted, shortened(name))
	}
	text := strings.Join(quoted, ", ")
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}

// shortened returns a name from a file as an error may show it.
func shortened(name string) string { return fmt.Sprintf("%.40q", name) }
