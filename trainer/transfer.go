package trainer

import (
	"fmt"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/weights"
)

// ReadWeights returns the weights of a checkpoint, their pixels in the image's order, and
// the Config they were trained with.
func ReadWeights(found *checkpoint.Found) (*weights.Weights, Config, error) {
	config, _, err := readMetadata(found.File)
	if err != nil {
		return nil, config, fmt.Errorf("%s: %w", found.Path, err)
	}
	w, err := weights.FromCheckpoint(found.File)
	if err == nil {
		err = fits(w, &config)
	}
	if err != nil {
		return nil, config, fmt.Errorf("%s: %w", found.Path, err)
	}
	w.W1 = permuted(w.W1, config.PermutePixels, false)
	return w, config, nil
}

// SetWeights puts other weights, whose pixels are in the image's order, in the place of
// the initial ones, before the first update. It is an error if the policy has another shape.
func (t *Trainer) SetWeights(w *weights.Weights) error {
	if err := fits(w, &t.config); err != nil {
		return err
	}
	p, b := t.policy, t.backend
	list := p.net.parameters()
	list[0].pad(b, list[0].w, permuted(w.W1, t.config.PermutePixels, true))
	list[1].pad(b, list[1].w, w.W2)
	p.Refresh(b)
	return b.Sync()
}

// fits returns an error if the weights are not of the policy that a Config describes.
func fits(w *weights.Weights, c *Config) error {
	if w.Hidden != c.Hidden || w.Outputs != outputs(c.Actions) {
		return fmt.Errorf("the weights are of %d hidden units and %d actions, the configuration has %d and %d: they must be equal", w.Hidden, w.Actions(), c.Hidden, c.Actions)
	}
	return nil
}

// permuted returns W1 [hidden][pixels] with the pixels of the image taken to their columns
// under a permutation, or back from them.
func permuted(w1 []float32, seed int, there bool) []float32 {
	if seed == 0 {
		return w1
	}
	column, out := permutation(seed), make([]float32, len(w1))
	for row := 0; row < len(w1); row += emu.ImagePixels {
		for pixel, c := range column {
			if there {
				out[row+int(c)] = w1[row+pixel]
			} else {
				out[row+pixel] = w1[row+int(c)]
			}
		}
	}
	return out
}
