package pickle

import "fmt"

// known are the names that a pickle may use, as they are called here.
var known = map[global]string{
	{"numpy.core.multiarray", "_reconstruct"}:  "_reconstruct",
	{"numpy._core.multiarray", "_reconstruct"}: "_reconstruct",
	{"numpy.core.numeric", "_frombuffer"}:      "_frombuffer",
	{"numpy._core.numeric", "_frombuffer"}:     "_frombuffer",
	{"numpy", "ndarray"}:                       "ndarray",
	{"numpy", "dtype"}:                         "dtype",
	{"_codecs", "encode"}:                      "encode",
}

// reduce returns what a call would make.
func (m *machine) reduce(callable, arguments value) (value, error) {
	g, ok := callable.(global)
	args, isTuple := arguments.(tuple)
	if !ok || !isTuple {
		return nil, fmt.Errorf("it calls %s with %s", describe(callable), describe(arguments))
	}
	switch known[g] {
	case "_reconstruct":
		if len(args) == 3 {
			if of, ok := args[0].(global); ok && known[of] == "ndarray" {
				return &Array{}, nil
			}
		}
	case "dtype":
		if len(args) == 3 {
			if name, ok := asText(args[0]); ok {
				return &dtype{name: name}, nil
			}
		}
	case "encode":
		return m.encode(args)
	case "_frombuffer":
		return frombuffer(args)
	}
	return nil, fmt.Errorf("it calls %s with other arguments than NumPy's", g)
}

// encode is _codecs.encode(text, 'latin1').
func (m *machine) encode(args tuple) (value, error) {
	if len(args) == 2 {
		s, isText := args[0].(text)
		if codec, ok := asText(args[1]); ok && isText && (codec == "latin1" || codec == "latin-1") {
			if m.encoded += len(s); m.encoded > 2*len(m.in) { // a byte may be two of UTF-8
				return nil, fmt.Errorf("it encodes the same text again and again")
			}
			out := make([]byte, 0, len(s))
			for _, r := range string(s) {
				if r > 0xFF {
					return nil, fmt.Errorf("its bytes hold the character %q, which is none", r)
				}
				out = append(out, byte(r))
			}
			return out, nil
		}
	}
	return nil, fmt.Errorf("it calls _codecs.encode with other arguments than bytes take")
}

// frombuffer is numpy.core.numeric._frombuffer(data, dtype, shape, order).
func frombuffer(args tuple) (value, error) {
	if len(args) == 4 {
		data, isBytes := args[0].([]byte)
		of, isType := args[1].(*dtype)
		shape, isShape := asShape(args[2])
		order, isOrder := asText(args[3])
		if isBytes && isType && isShape && isOrder && (order == "C" || order == "F") {
			return &Array{Type: of.name, BigEndian: of.big, Shape: shape, Fortran: order == "F", Data: data, set: true}, nil
		}
	}
	return nil, fmt.Errorf("it calls numpy's _frombuffer with other arguments than NumPy's")
}

// build sets the state of an object.
func build(object, state value) error {
	args, ok := state.(tuple)
	switch o := object.(type) {
	case *dtype:
		if !ok || len(args) < 8 || len(args) > 9 {
			break
		}
		order, ok := asText(args[1])
		if !ok || o.set {
			break
		}
		switch order {
		case "<", ">", "|":
			o.big, o.set = order == ">", true
			return nil
		}
		return fmt.Errorf("a type's order of bytes is %.8q, not < or >", order)
	case *Array:
		if !ok || len(args) != 5 || o.set {
			break
		}
		shape, isShape := asShape(args[1])
		of, isType := args[2].(*dtype)
		fortran, isFlag := asBool(args[3])
		data, isBytes := args[4].([]byte)
		if s, ok := args[4].(text); ok { // a str of Python 2 that happens to be ASCII
			data, isBytes = []byte(s), true
		}
		if !isShape || !isType || !isFlag || !isBytes {
			break
		}
		*o = Array{Type: of.name, BigEndian: of.big, Shape: shape, Fortran: fortran, Data: data, set: true}
		return nil
	}
	return fmt.Errorf("the state of %s is %s, and not NumPy's", describe(object), describe(state))
}

func asShape(v value) ([]int, bool) {
	dims, ok := v.(tuple)
	if !ok || len(dims) > 32 {
		return nil, false
	}
	shape := make([]int, len(dims))
	for i, d := range dims {
		n, ok := d.(int64)
		if !ok || n < 0 || n > 1<<40 {
			return nil, false
		}
		shape[i] = int(n)
	}
	return shape, true
}

// asBool returns a flag; old NumPys wrote numbers.
func asBool(v value) (flag, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int64:
		return v != 0, v == 0 || v == 1
	}
	return false, false
}
