package main

import (
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/picture"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// weightsFlags are the flags of weights.
type weightsFlags struct {
	of            string
	units         int64 // 0: all
	scale, frames int64
	color         bool
	output        outputFlags
}

const (
	defaultUnits  = 40 // as many as the post shows
	defaultFrames = 200
	maxScale      = 64
)

func weightsCommand() *cli.Command {
	f := weightsFlags{units: defaultUnits, frames: defaultFrames}
	return &cli.Command{
		Name:      "weights",
		Usage:     "draw what a policy's units look for",
		UsageText: "pongpg weights RUN -o weights.png [FLAGS]\npongpg weights CHECKPOINT -o weights.png [FLAGS]\npongpg weights RUN -o weights.gif [FLAGS]",
		Description: "A .png shows a checkpoint, or a run's latest; a .gif or .apng shows all the checkpoints of a run, one after " +
			"the other (pongpg train --keep has more of them kept).",
		Flags: append(f.output.flags("the picture to write: .png, or .gif or .apng for an animation"),
			&cli.GenericFlag{Name: "units", Value: into(&f.units, parseUnits), DefaultText: fmt.Sprint(defaultUnits), Usage: "how many units, the most important ones, or 'all'"},
			&cli.GenericFlag{Name: "scale", Value: into(&f.scale, parseWhole), DefaultText: "what makes an image 80 wide", Usage: "screen pixels a weight, on a side"},
			&cli.BoolFlag{Name: "color", Destination: &f.color, Usage: "blue below 0 and red above, instead of grey"},
			&cli.GenericFlag{Name: "frames", Value: into(&f.frames, parseWhole), DefaultText: fmt.Sprint(defaultFrames), Usage: "of an animation, at most: of more checkpoints, some at equal distances"},
		),
		Before: f.path,
		Action: func(c *cli.Context) error { return f.draw(c) },
	}
}

// parseUnits parses a number of units; 0 is all.
func parseUnits(text string) (int64, error) {
	if text == "all" {
		return 0, nil
	}
	n, err := parseWhole(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("neither a whole number from 1 on nor 'all'")
	}
	return n, nil
}

// path takes the one argument.
func (f *weightsFlags) path(c *cli.Context) error {
	if c.NArg() > 1 {
		return usageErrorf("unexpected argument %q; weights takes one RUN or CHECKPOINT (pongpg weights --help lists its flags)", c.Args().Get(1))
	}
	f.of = c.Args().First()
	return nil
}

// check returns an error for the first flag that is impossible, and what kind of picture
// is asked for.
func (f *weightsFlags) check(c *cli.Context) (kind string, err error) {
	if f.of == "" {
		return "", usageErrorf("weights needs RUN or CHECKPOINT: a run's directory, or a checkpoint file")
	}
	if f.output.path == "" {
		return "", usageErrorf("weights needs -o: the picture to write, .png, .gif or .apng")
	}
	kind = strings.ToLower(filepath.Ext(f.output.path))
	if kind != ".png" && kind != ".gif" && kind != ".apng" {
		return "", usageErrorf("-o %s does not say which format is meant: end it in .png, or in .gif or .apng for an animation", f.output.path)
	}
	if c.IsSet("scale") && (f.scale < 1 || f.scale > maxScale) {
		return "", usageErrorf("--scale %d is impossible: it must be in 1 … %d", f.scale, maxScale)
	}
	if f.frames < 2 {
		return "", usageErrorf("--frames %d is impossible: it must be 2 or more", f.frames)
	}
	return kind, nil
}

func (f *weightsFlags) draw(c *cli.Context) error {
	kind, err := f.check(c)
	if err != nil {
		return err
	}
	giveWay()
	last, err := checkpoint.Resolve(f.of)
	if err != nil {
		return err
	}
	for _, skipped := range last.Skipped {
		fmt.Fprintln(os.Stderr, "pongpg:", "skipped:", oneLine(skipped))
	}
	paths := []string{last.Path}
	if kind != ".png" {
		if paths, err = f.checkpoints(last); err != nil {
			return err
		}
	}
	sheet, filters, err := f.layOut(last, len(paths))
	if err != nil {
		return err
	}
	frames, err := f.drawAll(sheet, paths, last)
	if err != nil {
		return err
	}
	write := func(_ context.Context, out io.Writer) error { return picture.WritePNG(out, frames[0]) }
	switch kind {
	case ".gif":
		write = func(_ context.Context, out io.Writer) error { return picture.WriteGIF(out, frames) }
	case ".apng":
		write = func(_ context.Context, out io.Writer) error { return picture.WriteAPNG(out, frames) }
	}
	if err := f.output.write(write); err != nil {
		return err
	}
	_, err = fmt.Fprint(c.App.Writer, format.Table([][]string{
		{"checkpoint", last.Path},
		{"update", format.Count(last.Update)},
		{"units", fmt.Sprintf("%d of %d, the most important first", f.shown(filters), filters.Units)},
		{"written", fmt.Sprintf("%s (%s of %d×%d pixels)", f.output.path, format.Plural(int64(len(frames)), "frame"), sheet.Width, sheet.Height)},
	}))
	return err
}

// checkpoints returns the paths of the checkpoints that an animation shows, oldest first:
// up to last, which is the run's latest.
func (f *weightsFlags) checkpoints(last *checkpoint.Found) ([]string, error) {
	run, err := checkpoint.Open(f.of)
	if err != nil {
		return nil, fmt.Errorf("%w; an animation is of a run: for one checkpoint name a .png", err)
	}
	paths, err := run.Checkpoints()
	if err != nil {
		return nil, err
	}
	for len(paths) > 0 && paths[len(paths)-1] != last.Path {
		paths = paths[:len(paths)-1] // what was skipped, or is newer
	}
	if len(paths) < 2 {
		return nil, fmt.Errorf("%s has one checkpoint, which makes no animation; name a .png, or train with a higher --keep and a lower --checkpoint-interval", f.of)
	}
	if n, most := len(paths), int(f.frames); n > most {
		some := make([]string, most)
		for i := range some {
			some[i] = paths[i*(n-1)/(most-1)]
		}
		paths = some
	}
	return paths, nil
}

// shown returns how many units are shown.
func (f *weightsFlags) shown(of *trainer.Filters) int {
	if f.units == 0 || f.units > int64(of.Units) {
		return of.Units
	}
	return int(f.units)
}

// layOut lays out the picture of the last checkpoint, as which all frames are.
func (f *weightsFlags) layOut(last *checkpoint.Found, frames int) (*picture.Sheet, *trainer.Filters, error) {
	filters, err := trainer.ReadFilters(last.File)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", last.Path, err)
	}
	order := picture.ByImportance(filters, f.shown(filters))
	sheet, err := picture.NewSheet(filters, order, len(weightsTitle(last, filters)), frames, picture.Options{Scale: int(f.scale), Color: f.color})
	return sheet, filters, asUsage(err)
}

// drawAll draws a frame for each checkpoint. Those that cannot be read, but for the last one,
// are left out with a warning, or in silence if they went while they were read.
func (f *weightsFlags) drawAll(sheet *picture.Sheet, paths []string, last *checkpoint.Found) ([]*image.Paletted, error) {
	var frames []*image.Paletted
	for _, path := range paths {
		found := last
		if path != last.Path {
			var err error
			if found, err = checkpoint.Resolve(path); err != nil {
				if _, gone := os.Stat(path); gone == nil {
					fmt.Fprintln(os.Stderr, "pongpg:", "skipped:", oneLine(err))
				}
				continue
			}
		}
		filters, err := trainer.ReadFilters(found.File)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		frame, err := sheet.Draw(filters, weightsTitle(found, filters))
		if err != nil {
			return nil, fmt.Errorf("%s: %w; name that checkpoint by itself", path, err)
		}
		frames = append(frames, frame)
	}
	return frames, nil
}

// weightsTitle returns what is written over a picture, of letters that its font has.
func weightsTitle(found *checkpoint.Found, filters *trainer.Filters) string {
	return fmt.Sprintf("update %s, %s", format.Count(found.Update), format.Plural(filters.GlobalStep, "decision"))
}
