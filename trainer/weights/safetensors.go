package weights

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"pongpg/trainer/checkpoint"
)

// writeSafetensors writes W1, W2 and the Notes.
func writeSafetensors(out io.Writer, w *Weights) error {
	type tensor struct {
		DType   string `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	end := 4 * len(w.W1)
	header := map[string]any{
		"W1": tensor{"F32", []int{w.Hidden, Pixels}, [2]int{0, end}},
		"W2": tensor{"F32", w.shapeW2(), [2]int{end, end + 4*len(w.W2)}},
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
	for _, part := range [][]byte{binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text, encode(w.W1), encode(w.W2)} {
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// readSafetensors reads W1 and W2.
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
	arrays := map[string]array{}
	for i := range f.Tensors {
		arrays[f.Tensors[i].Name] = array{}
	}
	if err := onlyWeights(arrays); err != nil {
		return nil, err
	}
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

// FromCheckpoint returns the weights of a checkpoint, w1 and w2, as they are there.
func FromCheckpoint(f *checkpoint.File) (*Weights, error) {
	arrays := map[string]array{}
	for name, in := range map[string]string{"W1": "w1", "W2": "w2"} {
		t := f.Tensor(in)
		if t == nil {
			return nil, fmt.Errorf("the checkpoint has no tensor %s; use another checkpoint of the run", in)
		}
		var err error
		if arrays[name], err = fromTensor(t); err != nil {
			return nil, err
		}
	}
	return fromArrays(arrays)
}

func fromTensor(t *checkpoint.Tensor) (array, error) {
	size := map[string]int{"F32": 4, "F64": 8}[t.DType]
	if size == 0 {
		return array{}, fmt.Errorf("%s holds %s; it must be F32 or F64", t.Name, t.DType)
	}
	return decode(t.Data, size, binary.LittleEndian, t.Shape, false)
}
