package trainer

import (
	"errors"
	"fmt"
	"strconv"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/weights"
)

// ReadWeights returns the weights of a checkpoint, their pixels in the image's order and with
// those of a value apart, and the Config they were trained with.
func ReadWeights(found *checkpoint.Found) (*weights.Weights, Config, error) {
	config, _, err := readMetadata(found.File)
	if err != nil {
		return nil, config, fmt.Errorf("%s: %w", found.Path, err)
	}
	w, err := config.readWeights(found.File)
	if err != nil {
		return nil, config, fmt.Errorf("%s: %w", found.Path, err)
	}
	return w, config, nil
}

func (c *Config) readWeights(f *checkpoint.File) (*weights.Weights, error) {
	shape, slots, err := c.slots()
	if err != nil {
		return nil, err
	}
	w := weights.New(shape)
	for i, p := range slots {
		values := make([]float32, p.rows*p.cols)
		if err := checkpoint.Load(f, p.tensor, values, p.rows, p.cols); err != nil {
			return nil, err
		}
		into := w.Arrays[i].Values
		for at := range into {
			into[at] = values[p.at(at)]
		}
		if i == len(slots)-1 && c.hasValue() {
			w.Value = make([]float32, c.Hidden)
			for unit := range w.Value {
				w.Value[unit] = values[p.at(len(into)+unit)]
			}
		}
	}
	return w, w.Finite()
}

// SetWeights puts other weights, whose pixels are in the image's order, in the place of
// the initial ones, before the first update. A value stays as it was drawn unless they have one. It
// is an error if the policy has another shape.
func (t *Trainer) SetWeights(w *weights.Weights) error {
	if t.guesser != nil {
		return errors.New("--algorithm cem begins with guesses, not with weights; choose another --algorithm for them")
	}
	shape, slots, err := t.config.slots()
	if err != nil {
		return err
	}
	if !shape.Equal(w.Shape) {
		return fmt.Errorf("the weights are of %v, the configuration of %v: they must be equal", w.Shape, shape)
	}
	p, b := t.policy, t.backend
	for i, to := range p.net.parameters() {
		values, from := to.unpad(b, to.w), w.Arrays[i].Values
		for at, v := range from {
			values[slots[i].at(at)] = v
		}
		if i == len(slots)-1 && t.config.hasValue() && w.Value != nil {
			for unit, v := range w.Value {
				values[slots[i].at(len(from)+unit)] = v
			}
		}
		to.pad(b, to.w, values)
	}
	p.Refresh(b)
	return b.Sync()
}

// Shape returns the shape of the policy's weights.
func (c *Config) Shape() (weights.Shape, error) {
	s := weights.Shape{Images: c.input().Pixels() / emu.ImagePixels, Hidden: c.Hidden, Outputs: outputs(c.Actions)}
	if c.Network != "conv" {
		return s, nil
	}
	windows, err := parseFilters(c.Filters, s.Images)
	for _, g := range windows {
		s.Convs = append(s.Convs, weights.Conv{Filters: g.Filters, Size: g.Size, Stride: g.Stride})
	}
	return s, err
}

// slot is where a checkpoint has an array of weights.Weights: in a tensor [rows][cols], element i of
// the array at at(i). Elements after those of the last array, [outputs][hidden], are the value's, if
// there is one.
type slot struct {
	tensor     string
	rows, cols int
	at         func(i int) int
}

// slots returns the slots of all arrays.
func (c *Config) slots() (shape weights.Shape, list []slot, err error) {
	if shape, err = c.Shape(); err != nil {
		return shape, nil, err
	}
	outputs := shape.Outputs
	if c.hasValue() {
		outputs++
	}
	if c.Network != "conv" {
		column := permutation(c.PermutePixels)
		return shape, []slot{
			{tensorW1, c.Hidden, shape.Images * emu.ImagePixels, func(i int) int {
				return i - i%emu.ImagePixels + int(column[i%emu.ImagePixels])
			}},
			{tensorW2, outputs, c.Hidden, func(i int) int { return i }},
		}, nil
	}
	if c.PermutePixels != 0 {
		return shape, nil, fmt.Errorf("its convolutions are of pixels permuted by --permute-pixels %d, which weights alone do not say; only a run without it can give its weights to others, or take theirs", c.PermutePixels)
	}
	windows, err := parseFilters(c.Filters, shape.Images)
	if err != nil {
		return shape, nil, err
	}
	for i, g := range windows {
		list = append(list, slot{"conv" + strconv.Itoa(i+1), g.Inputs(), g.Filters, windowOrder(g)})
	}
	all := hiddenWindow(windows, c.Hidden)
	head := compute.Window{Height: 1, Width: 1, Channels: c.Hidden, Size: 1, Stride: 1, Filters: outputs}
	return shape, append(list,
		slot{"hidden", all.Inputs(), all.Filters, windowOrder(all)},
		slot{"head", head.Inputs(), head.Filters, windowOrder(head)}), nil
}

// windowOrder returns where weights that are stored as [Size][Size][Channels][Filters], as Conv has
// them, have element i of [Filters][Channels][Size][Size], as other programs have them.
func windowOrder(g compute.Window) func(i int) int {
	return func(i int) int {
		pixel, i := i%(g.Size*g.Size), i/(g.Size*g.Size)
		channel, filter := i%g.Channels, i/g.Channels
		return (pixel*g.Channels+channel)*g.Filters + filter
	}
}
