package pickle

import "fmt"

// value is what is on the machine's stack: mark, none, bool, int64, text, []byte, tuple,
// *dict, global, *dtype or *Array.
type value any

type (
	mark   struct{}
	none   struct{}
	text   string // str or unicode, as UTF-8; a str of Python 2 that is no ASCII is []byte
	tuple  []value
	global struct{ module, name string }
)

type dict struct {
	names  []string
	arrays map[string]*Array
}

// dtype is a numpy.dtype.
type dtype struct {
	name string // "f8"
	big  bool
	set  bool // its state, which has the order of the bytes
}

// Array is a NumPy array.
type Array struct {
	Type      string // "f8": NumPy's name without the order of bytes
	BigEndian bool
	Shape     []int
	Fortran   bool   // Data is column by column
	Data      []byte // may alias the pickle
	set       bool
}

// describe says what a value is, for an error.
func describe(v value) string {
	switch v := v.(type) {
	case mark:
		return "a mark"
	case none:
		return "None"
	case bool, int64:
		return fmt.Sprint(v)
	case text:
		return fmt.Sprintf("the text %.40q", string(v))
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	case tuple:
		return fmt.Sprintf("a tuple of %d", len(v))
	case *dict:
		return "a dictionary"
	case global:
		return v.String()
	case *dtype:
		return "a dtype"
	case *Array:
		return "an array"
	}
	return "nothing"
}

func (g global) String() string {
	return fmt.Sprintf("%.60s.%.60s", printable(g.module), printable(g.name))
}

// printable returns s with what a terminal would not show as text escaped.
func printable(s string) string {
	quoted := fmt.Sprintf("%+q", s)
	return quoted[1 : len(quoted)-1]
}

// asText returns a value as a short text: a str of either Python.
func asText(v value) (string, bool) {
	switch v := v.(type) {
	case text:
		return string(v), len(v) < 256
	case []byte:
		if len(v) < 256 {
			return string(v), true
		}
	}
	return "", false
}
