package pickle

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// byte returns the next byte.
func (m *machine) byte() (byte, error) {
	b, err := m.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// take returns the next n bytes, which alias the pickle.
func (m *machine) take(n uint64) ([]byte, error) {
	if left := len(m.in) - m.at; n > uint64(left) {
		return nil, fmt.Errorf("%w: it is cut off: %d bytes more are needed, %d are left", ErrDamaged, n, left)
	}
	from := m.at
	m.at += int(n)
	return m.in[from:m.at:m.at], nil
}

// line returns the bytes up to the end of the line, which is skipped.
func (m *machine) line() ([]byte, error) {
	n := bytes.IndexByte(m.in[m.at:], '\n')
	if n < 0 {
		return nil, damaged("it is cut off in a line")
	}
	b, err := m.take(uint64(n) + 1)
	return bytes.TrimSuffix(b, []byte("\n")), err
}

// number returns the next bytes as a little-endian number.
func (m *machine) number(size int) (uint64, error) {
	b, err := m.take(uint64(size))
	x := uint64(0)
	for i, v := range b {
		x |= uint64(v) << (8 * i)
	}
	return x, err
}

// decimal returns a line's whole number.
func (m *machine) decimal() (int64, error) {
	line, err := m.line()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(string(line), "L"), 10, 64)
	if err != nil {
		return 0, damaged("%.40q is no whole number that arrays have", line)
	}
	return n, nil
}

func (m *machine) integer(op byte) error {
	var n int64
	var x uint64
	var err error
	switch op {
	case opInt, opLong:
		rest := m.in[m.at:]
		n, err = m.decimal()
		if op == opInt && err == nil && (bytes.HasPrefix(rest, []byte("00\n")) || bytes.HasPrefix(rest, []byte("01\n"))) {
			m.push(n == 1)
			return nil
		}
	case opBinInt:
		x, err = m.number(4)
		n = int64(int32(x))
	case opBinInt1:
		x, err = m.number(1)
		n = int64(x)
	case opBinInt2:
		x, err = m.number(2)
		n = int64(x)
	case opLong1:
		var size uint64
		if size, err = m.number(1); err != nil {
			break
		}
		if size > 8 {
			return fmt.Errorf("it has a number of %d bytes", size)
		}
		x, err = m.number(int(size))
		n = int64(x<<(64-8*size)) >> (64 - 8*size) // with size 0 both shifts give 0
	}
	if err == nil {
		m.push(n)
	}
	return err
}

// sized returns as many bytes as the number before them says.
func (m *machine) sized(width int) ([]byte, error) {
	n, err := m.number(width)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

func (m *machine) text(op byte) error {
	var b []byte
	var err error
	switch op {
	case opString:
		if b, err = m.line(); err == nil {
			b, err = unquoted(b)
		}
	case opUnicode:
		if b, err = m.line(); err == nil {
			b, err = unescaped(b)
		}
	case opBinString, opBinUnicode:
		b, err = m.sized(4)
	case opShortBinString, opShortBinUnicode:
		b, err = m.sized(1)
	case opBinUnicode8:
		b, err = m.sized(8)
	}
	if err != nil {
		return err
	}
	switch op {
	case opString, opBinString, opShortBinString: // a str of Python 2: bytes, or a name
		m.push(b)
		return nil
	}
	if !utf8.Valid(b) {
		return damaged("a text is no UTF-8")
	}
	m.push(text(b))
	return nil
}

func (m *machine) bytes(op byte) error {
	width := map[byte]int{opShortBinBytes: 1, opBinBytes: 4, opBinBytes8: 8, opByteArray8: 8}[op]
	b, err := m.sized(width)
	if err == nil {
		m.push(b)
	}
	return err
}

// unquoted returns the bytes of a str as Python 2's repr writes it.
func unquoted(line []byte) ([]byte, error) {
	if len(line) < 2 || line[0] != line[len(line)-1] || line[0] != '\'' && line[0] != '"' {
		return nil, damaged("%.40q is no quoted text", line)
	}
	in := line[1 : len(line)-1]
	out := make([]byte, 0, len(in))
	for i := 0; i < len(in); i++ {
		if in[i] != '\\' {
			out = append(out, in[i])
			continue
		}
		if i++; i == len(in) {
			return nil, damaged("a quoted text ends within an escape")
		}
		switch in[i] {
		case '\\', '\'', '"':
			out = append(out, in[i])
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'x':
			x, err := hex(in[i+1:], 2)
			if err != nil {
				return nil, err
			}
			out = append(out, byte(x))
			i += 2
		default:
			return nil, damaged("a quoted text has the escape \\%c", in[i])
		}
	}
	return out, nil
}

// unescaped returns the UTF-8 of a raw-unicode-escape: each byte a character of Latin-1,
// but for \uXXXX.
func unescaped(line []byte) ([]byte, error) {
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); i++ {
		r := rune(line[i])
		if r == '\\' && i+1 < len(line) && line[i+1] == 'u' {
			x, err := hex(line[i+2:], 4)
			if err != nil {
				return nil, err
			}
			r = rune(x)
			i += 5
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

// hex returns a number of so many hexadecimal digits.
func hex(b []byte, digits int) (uint64, error) {
	if len(b) < digits {
		return 0, damaged("a text ends within an escape")
	}
	x, err := strconv.ParseUint(string(b[:digits]), 16, 32)
	if err != nil {
		return 0, damaged("%q are no hexadecimal digits", b[:digits])
	}
	return x, nil
}
