package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/session"
	"pongpg/trainer"
)

// importFlags are the flags of import.
type importFlags struct {
	hyper   hyper
	initial initialFlag
	output  outputFlags
}

func importCommand() *cli.Command {
	var f importFlags
	return &cli.Command{
		Name:      "import",
		Usage:     "make a run, or a checkpoint, of weights from another program",
		UsageText: "pongpg import FILE -o RUN_DIR [FLAGS]\npongpg import FILE -o CHECKPOINT.safetensors [FLAGS]",
		Description: "FILE is safetensors, npz, pickle (the 2016 post's save.p) or onnx, as export writes them, or a checkpoint. " +
			"pongpg eval plays what was imported, and pongpg train --resume RUN_DIR trains it.",
		Flags:  append(f.output.flags("the run's directory, made anew; or a checkpoint file, if it ends in .safetensors"), f.hyper.flags()...),
		Before: f.file,
		Action: func(c *cli.Context) error { return f.run(c) },
	}
}

// file takes the one argument.
func (f *importFlags) file(c *cli.Context) error {
	if c.NArg() > 1 {
		return usageErrorf("unexpected argument %q; import takes one FILE (pongpg import --help lists them)", c.Args().Get(1))
	}
	f.initial.path = c.Args().First()
	return nil
}

func (f *importFlags) run(c *cli.Context) error {
	if f.initial.path == "" {
		return usageErrorf("import needs FILE: the weights, as safetensors, npz, pickle or onnx")
	}
	if f.output.path == "" {
		return usageErrorf("import needs -o: a run's directory, or a checkpoint file that ends in .safetensors")
	}
	config, err := f.initial.config(c, &f.hyper)
	if err != nil {
		return err
	}
	then := "pongpg eval --checkpoint " + format.Shell(f.output.path)
	if strings.EqualFold(filepath.Ext(f.output.path), ".safetensors") {
		err = f.writeCheckpoint(config)
	} else {
		err = f.startRun(config)
		then += ", pongpg train --resume " + format.Shell(f.output.path)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(c.App.Writer, format.Table([][]string{
		{"imported", f.initial.found.From},
		{"weights", describeShapes(f.initial.found.Weights)},
		{"recipe", fmt.Sprintf("%s, preset %s, seed %d", config.Recipe, config.Preset, config.Seed)},
		{"written", f.output.path},
		{"now", then},
	}))
	return err
}

// startRun makes a run that has not trained yet.
func (f *importFlags) startRun(config trainer.Config) error {
	backend, err := (&deviceOptions{}).openCPU()
	if err != nil {
		return err
	}
	defer backend.Close()
	s, err := session.Start(f.output.path, config, f.initial.found, session.Limits{}, session.Device{Backend: backend},
		func(*trainer.Trainer) error { return nil })
	if err != nil {
		return err
	}
	return s.Dir.Close()
}

// writeCheckpoint writes the checkpoint that such a run would begin with.
func (f *importFlags) writeCheckpoint(config trainer.Config) error {
	backend, err := (&deviceOptions{}).openCPU()
	if err != nil {
		return err
	}
	defer backend.Close()
	t, err := trainer.New(config, backend)
	if err != nil {
		return err
	}
	if err := t.SetWeights(f.initial.found.Weights); err != nil {
		return err
	}
	file, err := t.Checkpoint()
	if err != nil {
		return err
	}
	file.Metadata["update"], file.Metadata["metrics_offset"] = "0", "0"
	return f.output.write(func(_ context.Context, w io.Writer) error { return file.Write(w) })
}
