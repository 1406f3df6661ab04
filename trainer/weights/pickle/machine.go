package pickle

import (
	"errors"
	"fmt"
)

// What can be wrong with a pickle.
var (
	// ErrRefused: it asks for something that arrays do not take.
	ErrRefused = errors.New("refused, and nothing of it was run")
	// ErrDamaged: it is no pickle, or is cut off.
	ErrDamaged = errors.New("no whole pickle")
)

// machine is the stack machine, at work on one pickle.
type machine struct {
	in      []byte
	at      int // of the next byte
	stack   []value
	memo    map[uint64]value
	encoded int // bytes of text that _codecs.encode was given
}

// Decode returns the arrays of a pickled dictionary, by name. Their Data may alias b.
// It takes memory in proportion to len(b).
func Decode(b []byte) (map[string]*Array, error) {
	m := machine{in: b, memo: map[uint64]value{}}
	for {
		at := m.at
		op, err := m.byte()
		if err == nil && op == opStop {
			return m.result()
		}
		if err == nil {
			err = m.step(op)
		}
		if err != nil {
			if errors.Is(err, ErrDamaged) || errors.Is(err, ErrRefused) {
				return nil, fmt.Errorf("%w (byte %d); %s", err, at, advice)
			}
			return nil, fmt.Errorf("%w: %w (byte %d); %s", ErrRefused, err, at, advice)
		}
	}
}

const advice = "pickle the dictionary {'W1': …, 'W2': …} of two float arrays, or save them with numpy.savez"

// result returns what is left when the machine stops.
func (m *machine) result() (map[string]*Array, error) {
	if len(m.stack) != 1 || m.at != len(m.in) {
		return nil, fmt.Errorf("%w: %d values and %d bytes are left at its end; %s", ErrDamaged, len(m.stack), len(m.in)-m.at, advice)
	}
	d, ok := m.stack[0].(*dict)
	if !ok {
		return nil, fmt.Errorf("%w: it is %s, not a dictionary; %s", ErrRefused, describe(m.stack[0]), advice)
	}
	for _, name := range d.names {
		if !d.arrays[name].set {
			return nil, fmt.Errorf("%w: the array %.40q has no elements; %s", ErrDamaged, name, advice)
		}
	}
	return d.arrays, nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

func (m *machine) push(v value) { m.stack = append(m.stack, v) }

// pop removes the last n values and returns them; a mark among them is an error.
func (m *machine) pop(n int) ([]value, error) {
	if n > len(m.stack) {
		return nil, damaged("it takes from an empty stack")
	}
	taken := m.stack[len(m.stack)-n:]
	m.stack = m.stack[:len(m.stack)-n]
	for _, v := range taken {
		if v == (mark{}) {
			return nil, damaged("it takes a mark for a value")
		}
	}
	return taken, nil
}

// popMark removes the values after the last mark, and the mark, and returns the values.
func (m *machine) popMark() ([]value, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			taken := m.stack[i+1:]
			m.stack = m.stack[:i]
			return taken, nil
		}
	}
	return nil, damaged("there is no mark")
}

// fill puts names and arrays, in turn, into the dictionary on top of the stack.
func (m *machine) fill(items []value) error {
	if len(m.stack) == 0 || len(items)%2 != 0 {
		return damaged("a dictionary lacks something")
	}
	d, ok := m.stack[len(m.stack)-1].(*dict)
	if !ok {
		return fmt.Errorf("it puts items into %s", describe(m.stack[len(m.stack)-1]))
	}
	for i := 0; i < len(items); i += 2 {
		name, ok := asText(items[i])
		if !ok {
			return fmt.Errorf("the dictionary has %s for a name", describe(items[i]))
		}
		a, ok := items[i+1].(*Array)
		if !ok {
			return fmt.Errorf("%.40q in the dictionary is %s, not an array", name, describe(items[i+1]))
		}
		if d.arrays[name] != nil {
			return fmt.Errorf("the dictionary has %.40q twice", name)
		}
		d.names, d.arrays[name] = append(d.names, name), a
	}
	return nil
}

// remember stores the top of the stack.
func (m *machine) remember(index uint64) error {
	if len(m.stack) == 0 {
		return damaged("it remembers the top of an empty stack")
	}
	m.memo[index] = m.stack[len(m.stack)-1]
	return nil
}

func (m *machine) recall(index uint64) error {
	v, ok := m.memo[index]
	if !ok {
		return damaged("it recalls %d, which it has not remembered", index)
	}
	m.push(v)
	return nil
}
