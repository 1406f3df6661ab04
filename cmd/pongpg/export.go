package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/weights"
)

// exportFlags are the flags of export.
type exportFlags struct {
	checkpoint, format string
	output             outputFlags
}

func exportCommand() *cli.Command {
	var f exportFlags
	return &cli.Command{
		Name:  "export",
		Usage: "write a policy's weights for other programs",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "checkpoint", Destination: &f.checkpoint, Usage: "a checkpoint, or a run's directory for its latest"},
			&cli.StringFlag{Name: "format", Destination: &f.format, DefaultText: "by the extension", Usage: "'safetensors', 'npz' (NumPy), 'pickle' (the 2016 post's save.p) or 'onnx'"},
		}, f.output.flags("the file to write")...),
		Action: func(c *cli.Context) error { return f.export(c) },
	}
}

// outputFlags say what file is written.
type outputFlags struct {
	path  string
	force bool
}

func (o *outputFlags) flags(usage string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Destination: &o.path, Usage: usage},
		&cli.BoolFlag{Name: "force", Destination: &o.force, Usage: "write over a file that is there"},
	}
}

// write writes the file, whole or not at all: not if a signal comes, which ctx tells.
func (o *outputFlags) write(write func(ctx context.Context, w io.Writer) error) error {
	info, err := os.Stat(o.path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("write %s: it is a directory; name a file", o.path)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("write %s: it is no regular file (%v); name another", o.path, info.Mode().Type())
	case err == nil && !o.force:
		return fmt.Errorf("write %s: %w; name another file, or write over it with --force", o.path, fs.ErrExist)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	signals := watchSignals(func(string) {})
	defer signals.stop()
	err = checkpoint.WriteFileAtomic(o.path, func(w io.Writer) error { return write(signals.ctx, stoppable{signals.ctx, w}) })
	if s, ok := signals.by(); ok && err != nil {
		return &exitError{signalStatus(s), fmt.Sprintf("stopped: %s was not written", o.path)}
	}
	return err
}

// stoppable writes until a context is done.
type stoppable struct {
	ctx context.Context
	to  io.Writer
}

// Write implements io.Writer.
func (s stoppable) Write(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.to.Write(b)
}

// check returns an error for the first flag that is impossible.
func (f *exportFlags) check() (weights.Format, error) {
	if f.checkpoint == "" {
		return "", usageErrorf("export needs --checkpoint: a checkpoint file, or a run's directory for its latest")
	}
	if f.output.path == "" {
		return "", usageErrorf("export needs -o: the file to write")
	}
	if f.format != "" {
		to, err := weights.FormatByName(f.format)
		if err != nil {
			return "", usageErrorf("--%v", err)
		}
		return to, nil
	}
	to, ok := weights.FormatOfPath(f.output.path)
	if !ok {
		return "", usageErrorf("-o %s does not say which format is meant: give --format safetensors, npz, pickle or onnx", f.output.path)
	}
	return to, nil
}

func (f *exportFlags) export(c *cli.Context) error {
	to, err := f.check()
	if err != nil {
		return err
	}
	found, err := checkpoint.Resolve(f.checkpoint)
	if err != nil {
		return err
	}
	for _, skipped := range found.Skipped {
		fmt.Fprintln(os.Stderr, "pongpg:", "skipped:", oneLine(skipped))
	}
	w, config, err := trainer.ReadWeights(found)
	if err != nil {
		return err
	}
	if err := to.Check(w); err != nil {
		return usageErrorf("--format %s: %v", to, err)
	}
	w.Notes = notes(w, &config, found.Update)
	if err := f.output.write(func(_ context.Context, out io.Writer) error { return w.Write(out, to) }); err != nil {
		return err
	}
	_, err = fmt.Fprint(c.App.Writer, format.Table([][]string{
		{"checkpoint", found.Path},
		{"update", format.Count(found.Update)},
		{"weights", describeShapes(w)},
		{"written", fmt.Sprintf("%s (%s)", f.output.path, to)},
	}))
	return err
}

// notes returns what a file of weights says beside them.
func notes(w *weights.Weights, config *trainer.Config, update int64) map[string]string {
	list := map[string]string{
		"actions": strconv.Itoa(w.Actions()), "input": w.Input(), "network": w.Network(),
		"preset": config.Preset, "recipe": config.Recipe,
		"seed": strconv.FormatUint(config.Seed, 10), "update": strconv.FormatInt(update, 10),
	}
	if len(w.Convs) > 0 {
		list["filters"] = w.Filters()
	}
	return list
}

// describeShapes returns the policy's shapes for people.
func describeShapes(w *weights.Weights) string {
	var arrays []string
	for _, a := range w.Arrays {
		arrays = append(arrays, fmt.Sprintf("%s %v", a.Name, a.Shape))
	}
	return fmt.Sprintf("%s: %d actions, input %s, %s", strings.Join(arrays, ", "), w.Actions(), w.Input(), w.Digest())
}
