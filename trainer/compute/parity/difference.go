package parity

import (
	"encoding/binary"
	"fmt"
	"math"

	"pongpg/trainer/compute"
)

// Difference is the first value on which two devices do not agree.
type Difference struct {
	Operation string // the method of compute.Backend
	Call      int64  // of the operation, from 1; those of all queues count, in the order they began
	Output    string // as compute.Backend names it; "memory" of a Download
	Row, Col  int    // in the array that the operation was called with

	A, B uint32 // the reference's bits, the tested device's
	ULP  int64  // how many float32 lie from one to the other (of integers, the difference); −1 if one is NaN

	Reference, Tested string // the devices' names

	element element
	product *product // of a MatMul
}

// Error names the operation, the place, both values and both devices.
func (d *Difference) Error() string {
	text := fmt.Sprintf("%s, call %d: %s[%d][%d] is %s on %s, %s on %s", d.Operation, d.Call, d.Output, d.Row, d.Col,
		d.element.format(d.A), d.Reference, d.element.format(d.B), d.Tested)
	switch {
	case d.product != nil:
		return text + d.product.text()
	case d.element != floatElement:
		return text
	case d.ULP < 0:
		return text + ": one is not a number"
	}
	return text + fmt.Sprintf(": %d ulp apart", d.ULP)
}

// element is what an output's values are.
type element int

const (
	floatElement element = iota
	halfElement          // uint16
	byteElement          // uint8
	wordElement          // 4 bytes of who knows what
)

func elementOf[T compute.Element]() element {
	var zero T
	switch any(zero).(type) {
	case float32:
		return floatElement
	case uint16:
		return halfElement
	case uint8:
		return byteElement
	}
	return wordElement
}

// size returns an element's size in bytes.
func (e element) size() int { return [...]int{4, 2, 1, 4}[e] }

// bits returns the first of some elements.
func (e element) bits(x []byte) uint32 {
	switch e.size() {
	case 1:
		return uint32(x[0])
	case 2:
		return uint32(binary.NativeEndian.Uint16(x))
	}
	return binary.NativeEndian.Uint32(x)
}

// same reports whether two elements are equal: by their bits, or both NaN, whose payload
// does not count.
func (e element) same(a, b uint32) bool {
	return a == b || e.size() == 4 && isNaN(a) && isNaN(b)
}

func isNaN(bits uint32) bool { return bits&^(1<<31) > 0x7f800000 }

// distance returns how many values lie from a to b; −1 if one is NaN.
func (e element) distance(a, b uint32) int64 {
	if e != floatElement {
		return abs(int64(b) - int64(a))
	}
	if isNaN(a) || isNaN(b) {
		return -1
	}
	return abs(order(b) - order(a))
}

// order returns a float32's place among all of them; 0 and −0 are neighbours.
func order(bits uint32) int64 {
	if bits>>31 != 0 {
		return -int64(bits&^(1<<31)) - 1
	}
	return int64(bits)
}

func abs(x int64) int64 { return max(x, -x) }

func (e element) format(bits uint32) string {
	switch e {
	case floatElement:
		return fmt.Sprintf("%v (%#08x)", math.Float32frombits(bits), bits)
	case wordElement:
		return fmt.Sprintf("%#08x", bits)
	}
	return fmt.Sprintf("%d (%#0*x)", bits, 2+2*e.size(), bits)
}
