package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
)

// Pixels is the length of an observation.
const Pixels = 6400

// maxHidden is the most hidden units that the trainer takes.
const maxHidden = 1 << 14

// Weights are a policy's.
type Weights struct {
	Hidden  int
	Outputs int       // 1: the probability of up by a sigmoid; more: a softmax over as many actions
	W1      []float32 // [Hidden][Pixels]
	W2      []float32 // [Outputs][Hidden]

	// Notes say where the weights come from. They are kept by safetensors only.
	Notes map[string]string
	// Rounded is how many weights were no float32 in the file that they were read from.
	Rounded int
}

// Actions returns the number of actions that the policy chooses from.
func (w *Weights) Actions() int { return max(2, w.Outputs) }

// Digest names the weights: the beginning of the SHA-256 of W1 and W2 as little-endian
// float32, in 16 hexadecimal digits.
func (w *Weights) Digest() string {
	sum := sha256.New()
	sum.Write(encode(w.W1))
	sum.Write(encode(w.W2))
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// array is an array of a file: its shape, its elements row by row, and how many of
// them were rounded.
type array struct {
	shape   []int
	values  []float32
	rounded int
}

// fromArrays returns the weights that the arrays of a file are. Any array besides W1 and
// W2 is an error: it would be a weight that the policy does not have.
func fromArrays(arrays map[string]array) (*Weights, error) {
	if err := onlyWeights(arrays); err != nil {
		return nil, err
	}
	w1, w2 := arrays["W1"], arrays["W2"]
	if len(w1.shape) != 2 || w1.shape[1] != Pixels || w1.shape[0] < 1 || w1.shape[0] > maxHidden {
		return nil, fmt.Errorf("W1 has shape %v; it must be [hidden %d] with 1 … %d hidden units", w1.shape, Pixels, maxHidden)
	}
	w := &Weights{Hidden: w1.shape[0], Outputs: 1, W1: w1.values, W2: w2.values, Rounded: w1.rounded + w2.rounded}
	switch {
	case len(w2.shape) == 1:
	case len(w2.shape) == 2 && (w2.shape[0] == 1 || w2.shape[0] == 3 || w2.shape[0] == 6):
		w.Outputs = w2.shape[0]
	default:
		return nil, w.wrongW2(w2.shape)
	}
	if w2.shape[len(w2.shape)-1] != w.Hidden {
		return nil, w.wrongW2(w2.shape)
	}
	return w, w.finite()
}

func onlyWeights(arrays map[string]array) error {
	for _, name := range []string{"W1", "W2"} {
		if _, ok := arrays[name]; !ok {
			return fmt.Errorf("it has no %s, but %s; save the weights as W1 and W2", name, list(names(arrays)))
		}
	}
	if len(arrays) > 2 {
		return fmt.Errorf("it has %s; the policy is W1 and W2 and nothing else: save these two alone", list(names(arrays)))
	}
	return nil
}

func (w *Weights) wrongW2(shape []int) error {
	return fmt.Errorf("W2 has shape %v; with the %d hidden units of W1 it must be [%[2]d] for two actions, or [3 %[2]d] or [6 %[2]d]", shape, w.Hidden)
}

// finite returns an error for the first weight that is no number.
func (w *Weights) finite() error {
	for _, part := range []struct {
		name   string
		values []float32
		cols   int
	}{{"W1", w.W1, Pixels}, {"W2", w.W2, w.Hidden}} {
		for i, v := range part.values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%s[%d][%d] is %v in float32; the weights of a training that diverged cannot be used", part.name, i/part.cols, i%part.cols, v)
			}
		}
	}
	return nil
}

// shapeW2 is W2's as files have it: a vector for two actions, as in the post.
func (w *Weights) shapeW2() []int {
	if w.Outputs == 1 {
		return []int{w.Hidden}
	}
	return []int{w.Outputs, w.Hidden}
}
