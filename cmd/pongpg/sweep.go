package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/session"
	"pongpg/cmd/internal/sweep"
	"pongpg/trainer"
)

// sweepFlags are the flags of sweep.
type sweepFlags struct {
	output string
	report bool
}

func sweepCommand() *cli.Command {
	var f sweepFlags
	return &cli.Command{
		Name:      "sweep",
		Usage:     "train many settings side by side, and say which was best",
		UsageText: "pongpg sweep FILE.toml [-o DIR] [--report]",
		Description: "FILE says which flags of train have which values (docs/sweep.md). The same command goes on with what is not finished. " +
			"Ctrl-C (SIGINT), SIGTERM or SIGHUP has the runs save and stop.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Destination: &f.output, DefaultText: "sweeps/FILE", Usage: "the directory of the runs, the table and the picture"},
			&cli.BoolFlag{Name: "report", Destination: &f.report, Usage: "train nothing: write the table and the picture of what there is, also while it trains"},
		},
		Before: func(*cli.Context) error { return nil },
		Action: func(c *cli.Context) error { return f.sweep(c) },
	}
}

func (f *sweepFlags) sweep(c *cli.Context) error {
	plan, path, err := f.plan(c)
	if err != nil {
		return err
	}
	if f.report {
		if err := plan.Begun(); err != nil {
			return err
		}
		return conclude(c, plan)
	}
	if err := plan.Record(); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program itself: %w; run it by its path", err)
	}
	out := c.App.Writer
	fmt.Fprintf(out, "%s in %s, %d at a time, each with %s\n", format.Plural(int64(len(plan.Runs)), "run"), plan.Dir, plan.Jobs, format.Plural(int64(plan.Workers), "worker"))
	signals := watchSaving(func(name string) {
		fmt.Fprintln(out, name+": the runs are saving; once more to stop at once")
	})
	children := sweep.Children{Program: program, Began: func(r *sweep.Run, resumed bool) {
		word := "begins"
		if resumed {
			word = "goes on"
		}
		fmt.Fprintf(out, "%s %s\n", r.Name, word)
	}, Ended: func(r *sweep.Run, o sweep.Outcome, why string) { sayEnd(out, plan, r, o, why) }}
	failed := children.Run(signals.ctx, plan)
	signals.stop()
	fmt.Fprintln(out)
	err = conclude(c, plan)
	if caught, interrupted := signals.by(); interrupted {
		fmt.Fprintf(out, "stopped by %s\ngo on with: pongpg sweep %s\n", signalName(caught), format.Shell(path, "-o", plan.Dir))
		return errors.Join(err, &exitError{status: signalStatus(caught)})
	}
	if failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %s failed; %s says why, and each has its log (*.log) beside its directory; the same command tries again",
			failed, format.Plural(int64(len(plan.Runs)), "run"), filepath.Join(plan.Dir, sweep.TableName)))
	}
	return err
}

// plan reads the file and checks every run that it asks for.
func (f *sweepFlags) plan(c *cli.Context) (*sweep.Plan, string, error) {
	path := c.Args().First()
	switch {
	case path == "":
		return nil, "", usageErrorf("sweep needs FILE: what to search over, as TOML (docs/sweep.md)")
	case c.NArg() > 1:
		return nil, "", usageErrorf("unexpected argument %q; sweep takes one FILE", c.Args().Get(1))
	case c.IsSet("output") && f.output == "":
		return nil, "", usageErrorf(`--output "" is impossible: it must name a directory`)
	}
	file, err := sweep.Load(path)
	dir := f.output
	if dir == "" {
		base := filepath.Base(path)
		dir = filepath.Join("sweeps", strings.TrimSuffix(base, filepath.Ext(base)))
	}
	var plan *sweep.Plan
	if err == nil {
		plan, err = sweep.NewPlan(file, dir, runtime.GOMAXPROCS(0), checkTrain)
	}
	if errors.Is(err, sweep.ErrFile) {
		err = asUsage(err)
	}
	return plan, path, err
}

// checkTrain returns what train would do with these arguments, or its error.
func checkTrain(args []string) (config trainer.Config, limits session.Limits, err error) {
	check := func(f *trainFlags, c *cli.Context) error {
		err := f.check(c)
		if err == nil {
			limits, err = f.limits.limits(c)
		}
		if err == nil {
			config, err = f.initial.config(c, &f.hyper)
		}
		if err == nil {
			err = f.device.check(c)
		}
		if limits.None() {
			limits = session.DefaultLimits(config.Recipe)
		}
		return err
	}
	app := &cli.App{
		Name: "pongpg", Commands: []*cli.Command{newTrainCommand(check)}, OnUsageError: usageError,
		ExitErrHandler: func(*cli.Context, error) {}, Writer: io.Discard, ErrWriter: io.Discard,
	}
	setUp(app)
	err = app.Run(append([]string{"pongpg", "train"}, args...))
	return config, limits, err
}

// sayEnd says how a run ended.
func sayEnd(out io.Writer, p *sweep.Plan, r *sweep.Run, o sweep.Outcome, why string) {
	switch o {
	case sweep.Failed:
		fmt.Fprintf(out, "%s failed: %s\n", r.Name, why)
	case sweep.Done:
		result, err := p.Result(r)
		if err != nil {
			fmt.Fprintf(out, "%s is done, but cannot be read: %v\n", r.Name, err)
			return
		}
		fmt.Fprintf(out, "%s is done: mean return %s after %s decisions and %s\n", r.Name, format.Return(result.Return),
			format.Short(float64(result.Decisions)), format.Duration(time.Duration(result.Seconds*float64(time.Second))))
	}
}

// conclude writes the table and the picture, and prints the table.
func conclude(c *cli.Context, plan *sweep.Plan) error {
	groups, err := plan.Results()
	if err != nil {
		return err
	}
	fmt.Fprint(c.App.Writer, plan.Table(groups))
	noPicture, err := plan.Report(groups)
	if err == nil && noPicture != nil {
		fmt.Fprintln(c.App.Writer, "no picture:", noPicture)
	}
	return err
}
