package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/session"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/weights"
)

// initialFlag is --init: weights for a run to begin with.
type initialFlag struct {
	path  string
	found *session.Initial // nil without the flag
}

func (f *initialFlag) flag() cli.Flag {
	return &cli.StringFlag{Name: "init", Destination: &f.path, Usage: "begin with the weights of this file (safetensors, npz, pickle, onnx), checkpoint or run; the policy's shape (--input, --network, --filters, --hidden, --actions) is theirs"}
}

// config returns the Config of a run that begins with the weights, if there are any: what
// the flags describe, with a policy of the weights' shape.
func (f *initialFlag) config(c *cli.Context, h *hyper) (trainer.Config, error) {
	if f.path == "" {
		return h.config()
	}
	w, kind, err := readWeights(f.path)
	if err != nil {
		config, impossible := h.config() // which is said first
		return config, cmp.Or(impossible, err)
	}
	f.found = &session.Initial{Weights: w, From: describeWeights(f.path, kind, w)}
	if !c.IsSet("recipe") && w.Images == 1 {
		h.recipe = recipeOfDifference
	}
	config, err := h.unchecked()
	if err == nil {
		err = f.shape(c, &config, w.Shape)
	}
	return config, err
}

// recipeOfDifference is the recipe of weights that see the difference alone, unless another is
// asked for: the default recipe learns from both images.
const recipeOfDifference = "fast"

// shape makes the policy of a Config that of the weights, and returns an error if flags ask for another.
func (f *initialFlag) shape(c *cli.Context, config *trainer.Config, of weights.Shape) error {
	asked := *config
	asked.Network = of.Network() // so that --filters count if the weights have some
	had, err := asked.Shape()
	if err != nil {
		return asUsage(err)
	}
	for _, field := range []struct {
		flag    string
		had, is any
	}{
		{"hidden", had.Hidden, of.Hidden}, {"actions", had.Actions(), of.Actions()},
		{"input", had.Input(), of.Input()}, {"network", config.Network, of.Network()},
		{"filters", had.Filters(), of.Filters()},
	} {
		if c.IsSet(field.flag) && field.had != field.is && field.is != "" {
			return usageErrorf("--%s %v is impossible: the weights in %s have %v; leave it out", field.flag, field.had, f.path, field.is)
		}
	}
	if err := config.Check(); err != nil {
		return asUsage(err)
	}
	config.Hidden, config.Actions, config.Input, config.Network = of.Hidden, of.Actions(), of.Input(), of.Network()
	if len(of.Convs) > 0 {
		config.Filters = of.Filters()
	}
	if config.Algorithm == trainer.CEM {
		return usageErrorf("--algorithm cem begins with guesses, not with weights; choose another --algorithm or --recipe")
	}
	if err := config.Check(); err != nil {
		return usageErrorf("with %s, which has %v: %v", f.path, of, err)
	}
	return nil
}

// describeWeights returns where weights are from, with a name for themselves.
func describeWeights(path, kind string, w *weights.Weights) string {
	text := fmt.Sprintf("%s (%s, %s", path, kind, w.Digest())
	if w.Rounded > 0 {
		text += fmt.Sprintf(", %s of %s rounded to float32", format.Count(int64(w.Rounded)), format.Count(int64(w.Len())))
	}
	return text + ")"
}

// readWeights reads the weights of a run's latest checkpoint, of a checkpoint, or of any
// file of weights, and says which it was.
func readWeights(path string) (w *weights.Weights, kind string, err error) {
	found, err := checkpoint.Resolve(path)
	if err == nil {
		w, _, err = trainer.ReadWeights(found)
		return w, fmt.Sprintf("update %d", found.Update), err
	}
	for _, other := range []error{checkpoint.ErrForeign, checkpoint.ErrNotSafetensors, checkpoint.ErrTruncated, checkpoint.ErrEmpty} {
		if errors.Is(err, other) {
			w, f, err := weights.ReadFile(path)
			return w, string(f), err
		}
	}
	return nil, "", err
}
