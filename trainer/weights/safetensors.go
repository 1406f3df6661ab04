package weights

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"pongpg/trainer/checkpoint"
)

// writeSafetensors writes the arrays and the Notes.
func writeSafetensors(out io.Writer, w *Weights) error {
	type tensor struct {
		DType   string `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	header := map[string]any{}
	var parts [][]byte
	end := 0
	put := func(name, dtype string, shape []int, data []byte) {
		header[name] = tensor{dtype, shape, [2]int{end, end + len(data)}}
		parts, end = append(parts, data), end+len(data)
	}
	if n := len(w.Convs); n > 0 { // before the others, for the sake of their alignment
		put(strides, "I64", []int{n}, encodeStrides(w.Convs))
	}
	for _, a := range w.Arrays {
		put(a.Name, "F32", a.Shape, encode(a.Values))
	}
	if len(w.Notes) > 0 {
		header["__metadata__"] = w.Notes
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	for _, part := range append([][]byte{binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text}, parts...) {
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// readSafetensors reads the arrays.
func readSafetensors(b []byte) (*Weights, error) {
	f, err := checkpoint.ParseSafetensors(b)
	if err != nil {
		return nil, err
	}
	if checkpoint.IsCheckpoint(f) {
		if _, err := checkpoint.Parse(b); err != nil {
			return nil, err
		}
		return nil, errors.New("it is a checkpoint, not weights alone; name it where a checkpoint is asked for")
	}
	found := make([]string, len(f.Tensors))
	for i := range f.Tensors {
		found[i] = f.Tensors[i].Name
	}
	if err := onlyWeights(found); err != nil {
		return nil, err
	}
	arrays := map[string]array{}
	for i := range f.Tensors {
		t := &f.Tensors[i]
		if arrays[t.Name], err = fromTensor(t); err != nil {
			return nil, err
		}
	}
	w, err := fromArrays(arrays)
	if err == nil && len(f.Metadata) > 0 {
		w.Notes = f.Metadata
	}
	return w, err
}

func fromTensor(t *checkpoint.Tensor) (array, error) {
	size := map[string]int{"F32": 4, "F64": 8}[t.DType]
	whole := t.Name == strides && (t.DType == "I64" || t.DType == "I32")
	if whole {
		size = map[string]int{"I32": 4, "I64": 8}[t.DType]
	}
	if size == 0 {
		return array{}, fmt.Errorf("%s holds %s; it must be F32 or F64", t.Name, t.DType)
	}
	return decode(t.Data, size, whole, binary.LittleEndian, t.Shape, false)
}
