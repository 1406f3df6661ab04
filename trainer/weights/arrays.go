package weights

import (
	"fmt"
	"maps"
	"slices"
)

// array is an array of a file: its shape, its elements row by row, and how many of
// them were rounded.
type array struct {
	shape   []int
	values  []float32
	rounded int
}

// strides is the name of the array [convolutions] of whole numbers that the strides are in: the
// weights do not show them.
const strides = "strides"

// fromArrays returns the weights that the arrays of a file are. Any array besides those of
// the policy is an error: it would be a weight that the policy does not have.
func fromArrays(arrays map[string]array) (*Weights, error) {
	if err := onlyWeights(slices.Collect(maps.Keys(arrays))); err != nil {
		return nil, err
	}
	shape, err := shapeOf(arrays)
	if err != nil {
		return nil, err
	}
	w := &Weights{Shape: shape, Arrays: shape.arrays()}
	for i := range w.Arrays {
		want := &w.Arrays[i]
		got := arrays[want.Name]
		asMatrix := len(want.Shape) == 1 && slices.Equal(got.shape, []int{1, want.Shape[0]}) // W2 of two actions
		if !slices.Equal(got.shape, want.Shape) && !asMatrix {
			return nil, fmt.Errorf("%s has shape %v; with the other arrays it must be %v", want.Name, got.shape, want.Shape)
		}
		want.Values = got.values
		w.Rounded += got.rounded
	}
	return w, w.Finite()
}

// onlyWeights returns an error unless the names are those of a policy's arrays.
func onlyWeights(names []string) error {
	slices.Sort(names)
	expected, with := []string{"W1", "W2"}, ""
	if slices.Contains(names, "conv1") {
		expected, with = []string{"conv1", "head", "hidden", strides}, "convolutional "
		for i := 2; i <= maxConvs; i++ {
			if name := fmt.Sprintf("conv%d", i); slices.Contains(names, name) {
				expected = append(expected, name)
			}
		}
	}
	for _, name := range expected {
		if !slices.Contains(names, name) {
			return fmt.Errorf("it has no %s, but %s; save the weights as W1 and W2, or as conv1, …, hidden, head and strides", name, list(names))
		}
	}
	if len(names) > len(expected) {
		return fmt.Errorf("it has %s; the %spolicy is %s and nothing else: save these alone", list(names), with, list(expected))
	}
	return nil
}

// shapeOf returns the shape that the arrays are of, if they all fit, which is for the caller to
// see.
func shapeOf(arrays map[string]array) (Shape, error) {
	if _, ok := arrays["conv1"]; ok {
		return convShapeOf(arrays)
	}
	w1, w2 := arrays["W1"], arrays["W2"]
	if len(w1.shape) != 2 || w1.shape[1] != Pixels && w1.shape[1] != maxImages*Pixels || w1.shape[0] < 1 || w1.shape[0] > maxHidden {
		return Shape{}, fmt.Errorf("W1 has shape %v; it must be [hidden %d], or [hidden %d] for two images, with 1 … %d hidden units", w1.shape, Pixels, maxImages*Pixels, maxHidden)
	}
	s := Shape{Images: w1.shape[1] / Pixels, Hidden: w1.shape[0], Outputs: 1}
	if len(w2.shape) == 2 {
		s.Outputs = w2.shape[0]
	}
	if len(w2.shape) < 1 || len(w2.shape) > 2 || w2.shape[len(w2.shape)-1] != s.Hidden || !possible(s.Outputs) {
		return Shape{}, fmt.Errorf("W2 has shape %v; with the %d hidden units of W1 it must be [%[2]d] for two actions, or [3 %[2]d] or [6 %[2]d]", w2.shape, s.Hidden)
	}
	return s, nil
}

// possible reports whether a policy may have so many outputs.
func possible(outputs int) bool { return outputs == 1 || outputs == 3 || outputs == 6 }

func convShapeOf(arrays map[string]array) (s Shape, err error) {
	for name, dims := range map[string]int{"conv1": 4, "hidden": 2, "head": 2, strides: 1} {
		if got := arrays[name].shape; len(got) != dims || slices.Min(got) < 1 {
			return s, fmt.Errorf("%s has shape %v; it must have %d dimensions, none of them 0", name, got, dims)
		}
	}
	s = Shape{Images: arrays["conv1"].shape[1], Hidden: arrays["hidden"].shape[0], Outputs: arrays["head"].shape[0]}
	if s.Images > maxImages {
		return s, fmt.Errorf("conv1 has shape %v; it must be [filters images size size], of 1 or 2 images", arrays["conv1"].shape)
	}
	if s.Hidden > maxHidden {
		return s, fmt.Errorf("hidden has shape %v; there may be 1 … %d hidden units", arrays["hidden"].shape, maxHidden)
	}
	if !possible(s.Outputs) {
		return s, fmt.Errorf("head has shape %v; it must be [1 %d] for two actions, or [3 %[2]d] or [6 %[2]d]", arrays["head"].shape, s.Hidden)
	}
	size := side
	for i := range maxConvs {
		name := fmt.Sprintf("conv%d", i+1)
		a, ok := arrays[name]
		if !ok {
			break
		}
		if len(a.shape) != 4 || slices.Min(a.shape) < 1 || a.shape[2] > size {
			return s, fmt.Errorf("%s has shape %v; it must be [filters channels size size], no larger than the %d×%d pixels that reach it", name, a.shape, size, size)
		}
		if i >= len(arrays[strides].values) {
			break
		}
		stride := int(arrays[strides].values[i])
		if stride < 1 || stride > side || float32(stride) != arrays[strides].values[i] {
			return s, fmt.Errorf("strides[%d] is %v; it must be a whole number, 1 … %d", i, arrays[strides].values[i], side)
		}
		s.Convs = append(s.Convs, Conv{Filters: a.shape[0], Size: a.shape[2], Stride: stride})
		size = (size-a.shape[2])/stride + 1
	}
	if n := len(arrays) - 3; len(s.Convs) != n || n != len(arrays[strides].values) {
		return s, fmt.Errorf("it has %d convolutions and %d strides; there must be a stride for each of conv1, conv2, …", n, len(arrays[strides].values))
	}
	for _, a := range s.arrays() { // whose sizes are not those of the file yet
		if _, err := elements(a.Shape); err != nil {
			return s, fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	return s, nil
}
