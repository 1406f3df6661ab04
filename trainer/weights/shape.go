package weights

import (
	"fmt"
	"slices"
	"strings"
)

// Pixels is the length of an image; pixel 80·row+column.
const Pixels = side * side

const side = 80

// maxHidden is the most hidden units that the trainer takes, maxImages the most images and
// maxConvs the most convolutions.
const (
	maxHidden = 1 << 14
	maxImages = 2
	maxConvs  = 4
)

// Shape is what a policy computes with.
type Shape struct {
	Images  int    // that it sees: 1, the difference, or 2, the image now and after it the difference
	Convs   []Conv // over the images, one after the other; none: the post's network
	Hidden  int    // units after them
	Outputs int    // 1: the probability of up by a sigmoid; more: a softmax over as many actions
}

// Conv is a convolution of Size×Size pixels, Stride apart, without padding, with a ReLU.
type Conv struct{ Filters, Size, Stride int }

// Equal reports whether two shapes are the same.
func (s Shape) Equal(o Shape) bool {
	return s.Images == o.Images && s.Hidden == o.Hidden && s.Outputs == o.Outputs && slices.Equal(s.Convs, o.Convs)
}

// Actions returns the number of actions that the policy chooses from.
func (s Shape) Actions() int { return max(2, s.Outputs) }

// Input returns what the policy sees, by the name that pongpg has for it.
func (s Shape) Input() string {
	if s.Images == 2 {
		return "both"
	}
	return "difference"
}

// Network returns the kind of network, by the name that pongpg has for it.
func (s Shape) Network() string {
	if len(s.Convs) > 0 {
		return "conv"
	}
	return "mlp"
}

// Filters returns the convolutions as pongpg writes them: FILTERS@SIZE/STRIDE, with a blank
// between two.
func (s Shape) Filters() string {
	texts := make([]string, len(s.Convs))
	for i, c := range s.Convs {
		texts[i] = fmt.Sprintf("%d@%d/%d", c.Filters, c.Size, c.Stride)
	}
	return strings.Join(texts, " ")
}

// String says what the policy is, for people.
func (s Shape) String() string {
	what := fmt.Sprintf("network %s, input %s, %d hidden units, %d actions", s.Network(), s.Input(), s.Hidden, s.Actions())
	if len(s.Convs) > 0 {
		what += ", filters " + s.Filters()
	}
	return what
}

// last returns the size and the channels of the image that reaches the hidden units.
func (s Shape) last() (size, channels int) {
	size, channels = side, s.Images
	for _, c := range s.Convs {
		size, channels = (size-c.Size)/c.Stride+1, c.Filters
	}
	return size, channels
}

// arrays lists the arrays that such weights are, with no values yet.
func (s Shape) arrays() (list []Array) {
	if len(s.Convs) == 0 {
		w2 := []int{s.Outputs, s.Hidden}
		if s.Outputs == 1 { // a vector, as in the post
			w2 = w2[1:]
		}
		return []Array{{Name: "W1", Shape: []int{s.Hidden, s.Images * Pixels}}, {Name: "W2", Shape: w2}}
	}
	channels := s.Images
	for i, c := range s.Convs {
		list = append(list, Array{Name: fmt.Sprintf("conv%d", i+1), Shape: []int{c.Filters, channels, c.Size, c.Size}})
		channels = c.Filters
	}
	size, channels := s.last()
	return append(list,
		Array{Name: "hidden", Shape: []int{s.Hidden, channels * size * size}},
		Array{Name: "head", Shape: []int{s.Outputs, s.Hidden}})
}
