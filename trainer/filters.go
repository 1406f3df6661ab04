package trainer

import (
	"fmt"
	"math"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
)

// Filters are the weights of a policy's first layer as images: what each of its units looks
// for. With --permute-pixels they are as the image has its pixels, but for a convolution, whose
// windows are of the permuted image.
type Filters struct {
	Units  int
	Images int // of each unit: 1, or with --input both 2: the image now, and the difference
	Size   int // pixels on a side: 80, or the first convolution's window

	Pixels []float32 // [Units][Images][Size][Size]; the checkpoint's own, which nobody may change

	// Importance is, for each unit, the norm of its weights times the norm of those that read
	// it: of Votes, less their mean if there are several (which changes no probability), and
	// for a convolution of all that the next layer has for the filter.
	Importance []float64

	// Votes are W2 without the row of a value, [outputs][Units]: how much a unit adds to each
	// of the policy's logits, which is one, up's, for two actions. nil for a convolution,
	// whose filters the outputs do not see.
	Votes   []float32
	Actions []string // what each of several outputs stands for; of two actions the second's

	GlobalStep int64 // decisions learned from so far
}

// Tensors of a convolutional policy, by the names that its parameters have.
const (
	tensorConv1  = "conv1"  // [size·size·images][filters]
	tensorConv2  = "conv2"  // [size·size·filters][filters]
	tensorHidden = "hidden" // [height·width·filters][hidden]
)

// WeightTensors returns the tensors of a checkpoint that are the policy's weights, from the
// first layer to the last. They point into f.
func WeightTensors(f *checkpoint.File) (list []*checkpoint.Tensor) {
	for _, name := range []string{tensorW1, tensorW2, tensorConv1, tensorConv2, "conv3", "conv4", tensorHidden, "head"} {
		if t := f.Tensor(name); t != nil {
			list = append(list, t)
		}
	}
	return list
}

// Short names of actions, as a picture has room for.
var actionNames = map[emu.Action]string{
	emu.Noop: "stay", emu.Fire: "fire", emu.Right: "up", emu.Left: "down", emu.RightFire: "up+f", emu.LeftFire: "down+f",
}

// ReadFilters returns the filters of a checkpoint.
func ReadFilters(f *checkpoint.File) (*Filters, error) {
	config, count, err := readMetadata(f)
	if err != nil {
		return nil, err
	}
	x := &Filters{Images: config.input().Pixels() / emu.ImagePixels, GlobalStep: count.GlobalStep}
	if config.Network == "conv" {
		err = x.readConv(f, &config)
	} else {
		err = x.readMLP(f, &config)
	}
	if err != nil {
		return nil, err
	}
	return x, x.weigh()
}

func (x *Filters) readMLP(f *checkpoint.File, c *Config) error {
	set, err := actionSet(c.Actions)
	if err != nil {
		return err
	}
	for _, a := range set {
		x.Actions = append(x.Actions, actionNames[a])
	}
	if c.Actions == 2 {
		x.Actions = x.Actions[1:]
	}
	x.Units, x.Size = c.Hidden, emu.ImageSize
	w1, err := checkpoint.View[float32](f, tensorW1, x.Units, x.Images*emu.ImagePixels)
	if err != nil {
		return err
	}
	x.Pixels = unpermuted(w1, c.PermutePixels)
	rows := outputs(c.Actions)
	if c.hasValue() {
		rows++
	}
	w2, err := checkpoint.View[float32](f, tensorW2, rows, x.Units)
	if err != nil {
		return err
	}
	x.Votes = w2[:len(x.Actions)*x.Units]
	x.Importance = make([]float64, x.Units)
	for unit := range x.Units {
		x.Importance[unit] = x.voteNorm(unit)
	}
	return nil
}

// voteNorm returns the norm of a unit's votes, less their mean if there are several.
func (x *Filters) voteNorm(unit int) float64 {
	outputs := len(x.Actions)
	mean, squares := 0.0, 0.0
	if outputs > 1 {
		for k := range outputs {
			mean += float64(x.Votes[k*x.Units+unit]) / float64(outputs)
		}
	}
	for k := range outputs {
		d := float64(x.Votes[k*x.Units+unit]) - mean
		squares += d * d
	}
	return math.Sqrt(squares)
}

func (x *Filters) readConv(f *checkpoint.File, c *Config) error {
	windows, err := parseFilters(c.Filters, x.Images)
	if err != nil {
		return err
	}
	first := windows[0]
	x.Units, x.Size = first.Filters, first.Size
	w, err := checkpoint.View[float32](f, tensorConv1, first.Inputs(), x.Units)
	if err != nil {
		return err
	}
	x.Pixels = make([]float32, len(w))
	area := x.Size * x.Size
	for unit := range x.Units {
		for image := range x.Images {
			for p := range area {
				x.Pixels[(unit*x.Images+image)*area+p] = w[(p*x.Images+image)*x.Units+unit]
			}
		}
	}
	name, rows, cols := tensorHidden, first.OutputLen(), c.Hidden
	if len(windows) > 1 {
		name, rows, cols = tensorConv2, windows[1].Inputs(), windows[1].Filters
	}
	next, err := checkpoint.View[float32](f, name, rows, cols)
	if err != nil {
		return err
	}
	x.Importance = make([]float64, x.Units)
	for row := range rows {
		for _, v := range next[row*cols : (row+1)*cols] {
			x.Importance[row%x.Units] += float64(v) * float64(v)
		}
	}
	for unit, squares := range x.Importance {
		x.Importance[unit] = math.Sqrt(squares)
	}
	return nil
}

// weigh multiplies the importances by the norms of the units' own weights.
func (x *Filters) weigh() error {
	for unit := range x.Importance {
		squares := 0.0
		for _, v := range x.Unit(unit) {
			squares += float64(v) * float64(v)
		}
		x.Importance[unit] *= math.Sqrt(squares)
		if math.IsNaN(x.Importance[unit]) || math.IsInf(x.Importance[unit], 0) {
			return fmt.Errorf("the weights of unit %d are not finite: the training diverged; use an earlier checkpoint", unit)
		}
	}
	return nil
}

// Unit returns the images of a unit, [Images][Size][Size], which alias Pixels.
func (x *Filters) Unit(unit int) []float32 {
	n := x.Images * x.Size * x.Size
	return x.Pixels[unit*n : (unit+1)*n]
}

// Favours returns the action that a unit speaks for when it is active, and by how much: of
// two actions up or down, and the size of its weight; of several the one that it adds most to, and how
// much more than to the mean of all. ok is false for a convolution.
func (x *Filters) Favours(unit int) (action string, by float32, ok bool) {
	switch {
	case x.Votes == nil:
		return "", 0, false
	case len(x.Actions) == 1 && x.Votes[unit] < 0:
		return actionNames[emu.Left], -x.Votes[unit], true
	case len(x.Actions) == 1:
		return x.Actions[0], x.Votes[unit], true
	}
	best, mean := 0, float32(0)
	for k := range x.Actions {
		v := x.Votes[k*x.Units+unit]
		mean += v / float32(len(x.Actions))
		if v > x.Votes[best*x.Units+unit] {
			best = k
		}
	}
	return x.Actions[best], x.Votes[best*x.Units+unit] - mean, true
}
