package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/plot"
)

// plotFlags are the flags of plot.
type plotFlags struct {
	output        string
	x, y, labels  string
	group         bool
	smooth        int64
	title         string
	width, height float64
	dpi           int64
}

// In cm, and dots per inch.
const (
	leastSide, mostSide = 2, 200
	leastDPI, mostDPI   = 20, 2400
	mostSmooth          = 10_000
)

func plotCommand() *cli.Command {
	var f plotFlags
	return &cli.Command{
		Name:      "plot",
		Usage:     "draw what runs have measured: learning curves and more",
		UsageText: "pongpg plot RUN… -o FILE.png|.svg|.pdf [FLAGS]",
		Description: "RUN is a run's directory, which may be training. Each run is a line; with --group the runs that differ only in " +
			"their seed are one, their mean, in a band from the lowest to the highest.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Destination: &f.output, Usage: "the file to write, .png, .svg or .pdf; it is replaced"},
			&cli.StringFlag{Name: "y", Destination: &f.y, Value: plot.YNames[0], DefaultText: plot.YNames[0], Usage: "what to draw, a panel for each: " + strings.Join(plot.YNames, ",")},
			&cli.StringFlag{Name: "x", Destination: &f.x, Value: plot.XNames[0], DefaultText: plot.XNames[0], Usage: "against what, a column of panels for each: " + strings.Join(plot.XNames, ",")},
			&cli.BoolFlag{Name: "group", Destination: &f.group, Usage: "merge runs that differ only in their seed"},
			&cli.StringFlag{Name: "labels", Destination: &f.labels, DefaultText: "the runs' directories; with --group what sets them apart", Usage: "names of the lines, separated by commas"},
			&cli.GenericFlag{Name: "smooth", Value: into(&f.smooth, parseWhole), DefaultText: "1", Usage: "draw means of so many updates up to each"},
			&cli.StringFlag{Name: "title", Destination: &f.title, DefaultText: "none", Usage: "title of the picture"},
			&cli.GenericFlag{Name: "width", Value: into(&f.width, parseNumber), DefaultText: "by the panels", Usage: "width in cm"},
			&cli.GenericFlag{Name: "height", Value: into(&f.height, parseNumber), DefaultText: "by the panels", Usage: "height in cm"},
			&cli.GenericFlag{Name: "dpi", Value: into(&f.dpi, parseWhole), DefaultText: fmt.Sprint(plot.DefaultDPI), Usage: "dots per inch of a .png"},
		},
		Before: func(*cli.Context) error { return nil },
		Action: func(c *cli.Context) error { return f.plot(c) },
	}
}

// figure returns the figure that the flags ask for, without its runs.
func (f *plotFlags) figure(c *cli.Context) (*plot.Figure, error) {
	if !c.Args().Present() {
		return nil, usageErrorf("plot needs RUN: the directories of one run or several")
	}
	if f.output == "" {
		return nil, usageErrorf("plot needs -o: the file to write, .png, .svg or .pdf")
	}
	figure := &plot.Figure{Title: f.title, Smooth: int(f.smooth), Width: f.width, Height: f.height, DPI: int(f.dpi)}
	var err error
	if figure.X, err = plot.XByNames(f.x); err != nil {
		return nil, usageErrorf("--x %v", err)
	}
	if figure.Y, err = plot.YByNames(f.y); err != nil {
		return nil, usageErrorf("--y %v", err)
	}
	if c.IsSet("smooth") && (f.smooth < 1 || f.smooth > mostSmooth) {
		return nil, usageErrorf("--smooth %d is impossible: it must be in 1 … %d", f.smooth, mostSmooth)
	}
	if c.IsSet("dpi") && (f.dpi < leastDPI || f.dpi > mostDPI) {
		return nil, usageErrorf("--dpi %d is impossible: it must be in %d … %d", f.dpi, leastDPI, mostDPI)
	}
	for _, side := range []struct {
		flag string
		cm   float64
	}{{"width", f.width}, {"height", f.height}} {
		if c.IsSet(side.flag) && (math.IsNaN(side.cm) || side.cm < leastSide || side.cm > mostSide) {
			return nil, usageErrorf("--%s %v is impossible: it must be in %d … %d (cm)", side.flag, side.cm, leastSide, mostSide)
		}
	}
	return figure, nil
}

func (f *plotFlags) plot(c *cli.Context) error {
	figure, err := f.figure(c)
	if err != nil {
		return err
	}
	to, err := plot.FormatOfPath(f.output)
	if err != nil {
		return usageErrorf("-o %v", err)
	}
	giveWay()
	var runs []*plot.Run
	for _, dir := range c.Args().Slice() {
		r, err := plot.Read(dir)
		if err != nil {
			return err
		}
		runs = append(runs, r)
	}
	lines := plot.Separate
	if f.group {
		lines = plot.Group
	}
	if figure.Series, err = lines(runs); err != nil {
		return err
	}
	if err := f.label(figure.Series); err != nil {
		return err
	}
	picture, err := figure.Picture(to)
	if err != nil {
		return err
	}
	out := outputFlags{path: f.output, force: true}
	return out.write(func(_ context.Context, w io.Writer) error { return picture.Write(w) })
}

// label gives the lines the names that were asked for.
func (f *plotFlags) label(series []plot.Series) error {
	if f.labels == "" {
		return nil
	}
	labels := strings.Split(f.labels, ",")
	if len(labels) != len(series) {
		return usageErrorf("--labels has %d names for %d lines: give one for each, separated by commas", len(labels), len(series))
	}
	for i := range series {
		series[i].Label, series[i].Count = strings.TrimSpace(labels[i]), ""
	}
	return nil
}
