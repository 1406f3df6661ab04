package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
)

// Weights are a policy's.
type Weights struct {
	Shape

	// Arrays are the weights, from the pixels to the outputs: W1 and W2, or conv1, conv2, …,
	// hidden and head (the package's comment has their shapes).
	Arrays []Array

	// Value [Hidden] are the weights of the value that a checkpoint's policy was learned with; nil
	// if there are none. No other file holds them.
	Value []float32

	// Notes say where the weights come from. They are kept by safetensors and onnx only.
	Notes map[string]string
	// Rounded is how many weights were no float32 in the file that they were read from.
	Rounded int
}

// Array is a part of the weights: Values row by row, the last of Shape's dimensions fastest.
type Array struct {
	Name   string
	Shape  []int
	Values []float32
}

// New returns weights of a shape, all 0.
func New(s Shape) *Weights {
	w := &Weights{Shape: s, Arrays: s.arrays()}
	for i := range w.Arrays {
		a := &w.Arrays[i]
		a.Values = make([]float32, product(a.Shape))
	}
	return w
}

func product(shape []int) int {
	n := 1
	for _, dim := range shape {
		n *= dim
	}
	return n
}

// Len returns the number of weights, without the value's.
func (w *Weights) Len() (n int) {
	for _, a := range w.Arrays {
		n += len(a.Values)
	}
	return n
}

// Digest names the weights: the beginning of the SHA-256 of the arrays, one after the other
// as little-endian float32, in 16 hexadecimal digits.
func (w *Weights) Digest() string {
	sum := sha256.New()
	for _, a := range w.Arrays {
		sum.Write(encode(a.Values))
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// Finite returns an error for the first weight that is no number.
func (w *Weights) Finite() error {
	for _, a := range append(w.Arrays[:len(w.Arrays):len(w.Arrays)], Array{"value", []int{w.Hidden}, w.Value}) {
		cols := len(a.Values)
		if len(a.Shape) > 1 {
			cols /= a.Shape[0]
		}
		for i, v := range a.Values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%s[%d][%d] is %v in float32; the weights of a training that diverged cannot be used", a.Name, i/cols, i%cols, v)
			}
		}
	}
	return nil
}
