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
	var list []pickle.Named
	for _, a := range w.Arrays {
		list = append(list, pickle.Named{Name: a.Name, Shape: a.Shape, Data: encode64(a.Values)})
	}
	_, err := out.Write(pickle.Encode(list))
	return err
}

func readPickle(b []byte) (*Weights, error) {
	found, err := pickle.Decode(b)
	if err != nil {
		return nil, err
	}
	if err := onlyWeights(names(found)); err != nil {
		return nil, err
	}
	arrays := map[string]array{}
	for name, a := range found {
		if a.Type != "f4" && a.Type != "f8" {
			return nil, fmt.Errorf("%s holds NumPy's %s; it must be f4 or f8 (float32, float64)", name, shortened(a.Type))
		}
		order := binary.ByteOrder(binary.LittleEndian)
		if a.BigEndian {
			order = binary.BigEndian
		}
		if arrays[name], err = decode(a.Data, int(a.Type[1]-'0'), false, order, slices.Clone(a.Shape), a.Fortran); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return fromArrays(arrays)
}
