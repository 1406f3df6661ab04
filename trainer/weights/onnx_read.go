package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
)

var errOtherGraph = errors.New("it is not the model that pongpg export writes, and another graph may compute something else; save its weights as safetensors or npz")

// readONNX reads what writeONNX wrote and nothing else: from the weights found the model
// is written again, and the two must be equal, byte by byte.
func readONNX(b []byte) (*Weights, error) {
	var found onnxParts
	err := fields(b, func(field int, _ uint64, inside []byte) error {
		switch field {
		case modelGraph:
			return fields(inside, found.graph)
		case modelMetadata:
			return found.note(inside)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if n := len(found.strides.values); n > 0 {
		found.strides.shape = []int{n}
		found.put(strides, found.strides)
	}
	w, err := fromArrays(found.arrays)
	if err != nil {
		return nil, err
	}
	w.Notes = found.notes
	var again bytes.Buffer
	if err := writeONNX(&again, w); err != nil {
		return nil, err
	}
	if !bytes.Equal(again.Bytes(), b) {
		return nil, errOtherGraph
	}
	return w, nil
}

// onnxParts is what a model says that weights are made of.
type onnxParts struct {
	arrays  map[string]array
	strides array // the first of each list of them, in the nodes' order
	notes   map[string]string
}

func (o *onnxParts) put(name string, a array) {
	if o.arrays == nil {
		o.arrays = map[string]array{}
	}
	o.arrays[name] = a
}

// graph takes a field of the graph.
func (o *onnxParts) graph(field int, _ uint64, inside []byte) error {
	switch field {
	case graphInitializer:
		name, a, err := readInitializer(inside)
		if err == nil {
			o.put(name, a)
		}
		return err
	case graphNode:
		return fields(inside, func(field int, _ uint64, inside []byte) error {
			if field != nodeAttribute {
				return nil
			}
			return o.attribute(inside)
		})
	}
	return nil
}

// attribute takes the stride, if it is an attribute of that name.
func (o *onnxParts) attribute(b []byte) error {
	name, first := "", uint64(0)
	err := fields(b, func(field int, x uint64, inside []byte) error {
		switch {
		case field == attributeName:
			name = string(inside)
		case field == attributeInts && first == 0:
			first = x
		}
		return nil
	})
	if err == nil && name == strides {
		if len(o.strides.values) == maxConvs || first > side {
			return errOtherGraph
		}
		o.strides.values = append(o.strides.values, float32(first))
	}
	return err
}

// note takes an entry of the model's metadata.
func (o *onnxParts) note(b []byte) error {
	if o.notes == nil {
		o.notes = map[string]string{}
	}
	var key, value string
	err := fields(b, func(field int, _ uint64, inside []byte) error {
		switch field {
		case entryKey:
			key = string(inside)
		case entryValue:
			value = string(inside)
		}
		return nil
	})
	o.notes[key] = value
	return err
}

func readInitializer(tensor []byte) (name string, a array, err error) {
	var shape []int
	var data []byte
	err = fields(tensor, func(field int, x uint64, inside []byte) error {
		switch field {
		case tensorDims:
			if len(shape) == 4 || x > maxElements {
				return errOtherGraph
			}
			shape = append(shape, int(x))
		case tensorName:
			name = string(inside)
		case tensorRawData:
			data = inside
		}
		return nil
	})
	if err != nil {
		return "", array{}, err
	}
	if len(data) == 0 {
		return "", array{}, errOtherGraph
	}
	a, err = decode(data, 4, false, binary.LittleEndian, shape, false)
	return name, a, err
}
