package weights

import (
	"encoding/binary"
	"errors"
)

// message is a Protocol Buffers message in the making: fields in the order of their
// numbers, as the specification's canonical encoding has them.
type message []byte

const (
	wireVarint = 0
	wireFixed8 = 1
	wireBytes  = 2
	wireFixed4 = 5
)

func (m *message) varint(field int, x uint64) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|wireVarint)
	*m = binary.AppendUvarint(*m, x)
}

func (m *message) bytes(field int, b []byte) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|wireBytes)
	*m = binary.AppendUvarint(*m, uint64(len(b)))
	*m = append(*m, b...)
}

func (m *message) text(field int, s string) { m.bytes(field, []byte(s)) }

var errProtobuf = errors.New("it is cut off or damaged; write the file again")

// fields calls visit with each field of a message: its value as a number, or as bytes,
// which alias b, if it has a length.
func fields(b []byte, visit func(field int, x uint64, bytes []byte) error) error {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 || key>>3 == 0 || key>>3 >= 1<<29 {
			return errProtobuf
		}
		b = b[n:]
		var x uint64
		var inside []byte
		switch key & 7 {
		case wireVarint:
			if x, n = binary.Uvarint(b); n <= 0 {
				return errProtobuf
			}
			b = b[n:]
		case wireBytes:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return errProtobuf
			}
			inside, b = b[n:n+int(size):n+int(size)], b[n+int(size):]
		case wireFixed4, wireFixed8:
			size := 4
			if key&7 == wireFixed8 {
				size = 8
			}
			if len(b) < size {
				return errProtobuf
			}
			b = b[size:]
		default:
			return errProtobuf
		}
		if err := visit(int(key>>3), x, inside); err != nil {
			return err
		}
	}
	return nil
}
