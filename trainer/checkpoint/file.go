package checkpoint

import (
	"fmt"
	"slices"
)

// File is the content of one checkpoint: named tensors and named strings.
//
// Metadata holds the caller's keys. The keys "format", "version" and "sha256"
// belong to the format: Write adds them and refuses a caller's, Read checks and
// removes them. "update" and "metrics_offset" belong to Run.Save, which sets
// them.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor
}

// Tensor returns the tensor of that name, or nil. It points into f.
func (f *File) Tensor(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

// Load decodes the tensor of that name into dst. It is an error, and dst is
// untouched, if there is none, or if its type is not E or its shape not the
// one given (without a shape: a vector of len(dst) elements).
func Load[E Element](f *File, name string, dst []E, shape ...int) error {
	if len(shape) == 0 {
		shape = []int{len(dst)}
	}
	t, err := f.shaped(name, shape)
	if err != nil {
		return err
	}
	return decode(dst, t)
}

// View returns the elements of the tensor of that name, which the caller must not change: where
// they are in f if the host has numbers as the file has them, else decoded. It is an error
// if there is none, or if its type is not E or its shape not the one given.
func View[E Element](f *File, name string, shape ...int) ([]E, error) {
	t, err := f.shaped(name, shape)
	if err != nil {
		return nil, err
	}
	return Values[E](t)
}

// shaped returns the tensor of that name and shape.
func (f *File) shaped(name string, shape []int) (*Tensor, error) {
	t := f.Tensor(name)
	if t == nil {
		return nil, fmt.Errorf("checkpoint has no tensor %s; %s", name, adviceOther)
	}
	if !slices.Equal(t.Shape, shape) {
		return nil, fmt.Errorf("tensor %s has shape %v where this program expects %v; use the configuration the checkpoint was trained with",
			name, t.Shape, shape)
	}
	return t, nil
}
