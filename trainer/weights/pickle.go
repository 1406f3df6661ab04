package weights

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"pongpg/trainer/weights/pickle"
)

// writePickle writes the dictionary {'W1': …, 'W2': …} of float64 that the post's
// script dumps as save.p and resumes from.
func writePickle(out io.Writer, w *Weights) error {
	_, err := out.Write(pickle.Encode([]pickle.Named{
		{Name: "W1", Shape: []int{w.Hidden, Pixels}, Data: encode64(w.W1)},
		{Name: "W2", Shape: []int{w.Hidden}, Data: encode64(w.W2)},
	}))
	return err
}

func readPickle(b []byte) (*Weights, error) {
	found, err := pickle.Decode(b)
	if err != nil {
		return nil, err
	}
	arrays := map[string]array{}
	for name := range found {
		arrays[name] = array{}
	}
	if err := onlyWeights(arrays); err != nil {
		return nil, err
	}
	for name, a := range found {
		if a.Type != "f4" && a.Type != "f8" {
			return nil, fmt.Errorf("%s holds NumPy's %s; it must be f4 or f8 (float32, float64)", name, shortened(a.Type))
		}
		order := binary.ByteOrder(binary.LittleEndian)
		if a.BigEndian {
			order = binary.BigEndian
		}
		if arrays[name], err = decode(a.Data, int(a.Type[1]-'0'), order, slices.Clone(a.Shape), a.Fortran); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return fromArrays(arrays)
}
