package main

import (
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
	return &cli.StringFlag{Name: "init", Destination: &f.path, Usage: "begin with the weights of this file (safetensors, npz, pickle, onnx), checkpoint or run; --hidden and --actions are theirs"}
}

// read reads the weights, and takes --hidden and --actions from them unless they are given.
func (f *initialFlag) read(c *cli.Context, config *trainer.Config) error {
	if f.path == "" {
		return nil
	}
	w, kind, err := readWeights(f.path)
	if err != nil {
		return err
	}
	for _, field := range []struct {
		flag string
		dst  *int
		of   int
	}{{"hidden", &config.Hidden, w.Hidden}, {"actions", &config.Actions, w.Actions()}} {
		if c.IsSet(field.flag) && *field.dst != field.of {
			return usageErrorf("--%s %d is impossible: the weights in %s have %d; leave it out", field.flag, *field.dst, f.path, field.of)
		}
		*field.dst = field.of
	}
	f.found = &session.Initial{Weights: w, From: describeWeights(f.path, kind, w)}
	return asUsage(config.Check())
}

// describeWeights returns where weights are from, with a name for themselves.
func describeWeights(path, kind string, w *weights.Weights) string {
	text := fmt.Sprintf("%s (%s, %s", path, kind, w.Digest())
	if w.Rounded > 0 {
		text += fmt.Sprintf(", %s of %s rounded to float32", format.Count(int64(w.Rounded)), format.Count(int64(len(w.W1)+len(w.W2))))
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
