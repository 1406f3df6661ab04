package pickle

import (
	"bytes"
	"encoding/binary"
)

// Named is an array of little-endian float64, row by row.
type Named struct {
	Name  string // ASCII, shorter than 256 bytes
	Shape []int  // one or two dimensions
	Data  []byte
}

// Encode returns a pickle of protocol 2 of a dictionary of arrays. Python 2 and 3 load it
// with pickle.load, without an encoding, and its keys are str in both.
func Encode(arrays []Named) []byte {
	var w writer
	w.op(opProto, 2)
	w.op(opEmptyDict)
	w.op(opMark)
	for _, a := range arrays {
		w.str(a.Name)
		w.array(a)
	}
	w.op(opSetItems)
	w.op(opStop)
	return w.Bytes()
}

type writer struct{ bytes.Buffer }

func (w *writer) op(op byte, arguments ...byte) {
	w.WriteByte(op)
	w.Write(arguments)
}

// str writes a text that is str in Python 2 and 3.
func (w *writer) str(s string) {
	w.op(opShortBinString, byte(len(s)))
	w.WriteString(s)
}

func (w *writer) global(module, name string) {
	w.op(opGlobal)
	w.WriteString(module + "\n" + name + "\n")
}

func (w *writer) int(n int) {
	w.op(opBinInt, binary.LittleEndian.AppendUint32(nil, uint32(n))...)
}

// array writes numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), 'b') with the
// state (1, shape, dtype, False, data).
func (w *writer) array(a Named) {
	w.global("numpy.core.multiarray", "_reconstruct")
	w.global("numpy", "ndarray")
	w.int(0)
	w.op(opTuple1)
	w.str("b")
	w.op(opTuple3)
	w.op(opReduce)
	w.op(opMark)
	w.int(1)
	for _, dim := range a.Shape {
		w.int(dim)
	}
	w.op([]byte{opTuple1, opTuple2}[len(a.Shape)-1])
	w.float64()
	w.op(opNewFalse)
	w.bytes(a.Data)
	w.op(opTuple)
	w.op(opBuild)
}

// float64 writes numpy.dtype('f8', False, True) with the state (3, '<', None, None, None,
// -1, -1, 0), little-endian.
func (w *writer) float64() {
	w.global("numpy", "dtype")
	w.str("f8")
	w.op(opNewFalse)
	w.op(opNewTrue)
	w.op(opTuple3)
	w.op(opReduce)
	w.op(opMark)
	w.int(3)
	w.str("<")
	w.op(opNone)
	w.op(opNone)
	w.op(opNone)
	w.int(-1)
	w.int(-1)
	w.int(0)
	w.op(opTuple)
	w.op(opBuild)
}

// bytes writes _codecs.encode(text, 'latin1'), the one way to write bytes that Python 2
// takes and Python 3 does not take for text.
func (w *writer) bytes(data []byte) {
	w.global("_codecs", "encode")
	text := make([]byte, 0, len(data)*3/2)
	for _, b := range data {
		if b < 0x80 {
			text = append(text, b)
		} else { // UTF-8 of U+0080 … U+00FF
			text = append(text, 0xC0|b>>6, 0x80|b&0x3F)
		}
	}
	w.op(opBinUnicode, binary.LittleEndian.AppendUint32(nil, uint32(len(text)))...)
	w.Write(text)
	w.str("latin1")
	w.op(opTuple2)
	w.op(opReduce)
}
