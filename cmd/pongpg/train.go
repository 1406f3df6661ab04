package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/session"
	"pongpg/cmd/internal/status"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// trainFlags are the flags of train.
type trainFlags struct {
	hyper  hyper
	limits limitFlags
	device deviceOptions

	run, resume, record, profile string
	checkpointInterval, status   time.Duration
	keep                         int64
}

func trainCommand() *cli.Command {
	var f trainFlags
	flags := append(f.hyper.flags(), f.limits.flags()...)
	flags = append(flags, f.device.flags()...)
	return &cli.Command{
		Name:  "train",
		Usage: "learn Pong, or go on with it",
		Description: "Ctrl-C (SIGINT) or SIGTERM finishes the update, saves, and says how to go on; once more stops at once, " +
			"and the last checkpoint stays good.",
		Flags: append(flags,
			&cli.StringFlag{Name: "run", Destination: &f.run, Usage: "the run's directory, made anew", DefaultText: "runs/DATE-RECIPE-SEED, with -2, -3, … if that is taken"},
			&cli.StringFlag{Name: "resume", Destination: &f.resume, Usage: "go on with the run in this directory, from its latest checkpoint, as if it had never stopped"},
			&cli.GenericFlag{Name: "checkpoint-interval", Value: &value[time.Duration]{text: "10s", parse: parseDuration, put: func(d time.Duration) { f.checkpointInterval = d }}, Usage: "time between checkpoints; there is one at the end too"},
			&cli.GenericFlag{Name: "keep", Value: into(&f.keep, parseWhole), DefaultText: fmt.Sprint(checkpoint.DefaultKeep), Usage: "checkpoints to keep, beside the best"},
			&cli.StringFlag{Name: "record", Destination: &f.record, Usage: "write all that goes into each update, and what comes of it, to this directory (slow)"},
			&cli.GenericFlag{Name: "status-interval", Value: &value[time.Duration]{text: "2s", parse: parseDuration, put: func(d time.Duration) { f.status = d }}, Usage: "time between lines of status where the output is not a terminal"},
			&cli.StringFlag{Name: "cpuprofile", Destination: &f.profile, Usage: "write a CPU profile to this file, for go tool pprof"},
		),
		Action: func(c *cli.Context) error { return f.train(c) },
	}
}

// check returns an error for the first flag that is impossible.
func (f *trainFlags) check(c *cli.Context) error {
	switch {
	case !c.IsSet("checkpoint-interval"):
		f.checkpointInterval = 10 * time.Second
	case f.checkpointInterval <= 0:
		return usageErrorf("--checkpoint-interval %v is impossible: it must be above 0", f.checkpointInterval)
	}
	switch {
	case !c.IsSet("keep"):
		f.keep = checkpoint.DefaultKeep
	case f.keep < 1 || f.keep > 1<<30:
		return usageErrorf("--keep %d is impossible: it must be in 1 … %d", f.keep, 1<<30)
	}
	switch {
	case !c.IsSet("status-interval"):
		f.status = 2 * time.Second
	case f.status <= 0:
		return usageErrorf("--status-interval %v is impossible: it must be above 0", f.status)
	}
	for _, name := range []string{"run", "resume", "record", "cpuprofile"} {
		if c.IsSet(name) && c.String(name) == "" {
			return usageErrorf("--%s \"\" is impossible: it must name a path", name)
		}
	}
	return nil
}

// open opens the run that the flags ask for, and says on what device.
func (f *trainFlags) open(c *cli.Context) (*session.Session, string, error) {
	if err := f.check(c); err != nil {
		return nil, "", err
	}
	limits, err := f.limits.limits(c)
	if err != nil {
		return nil, "", err
	}
	config, err := f.hyper.config()
	if c.IsSet("resume") {
		err = f.refuseWithResume(c)
	}
	if err != nil {
		return nil, "", err
	}
	backend, why, err := f.device.open(c)
	if err != nil {
		return nil, "", err
	}
	device := fmt.Sprintf("%s: %s", backend.Name(), why)
	var s *session.Session
	if c.IsSet("resume") {
		s, err = session.Resume(f.resume, limits, backend)
	} else {
		s, err = session.Start(f.run, config, limits, backend)
	}
	return s, device, err
}

// refuseWithResume returns an error for the first flag that would make the resumed run
// another one.
func (f *trainFlags) refuseWithResume(c *cli.Context) error {
	names := []string{"run", "recipe", "seed"}
	for _, field := range hyperFields() {
		names = append(names, field.Tag.Get("flag"))
	}
	for _, name := range names {
		if c.IsSet(name) {
			return usageErrorf("--%s cannot go with --resume: the run in %s goes on as it was begun; leave it out, or begin another run", name, f.resume)
		}
	}
	return nil
}

func (f *trainFlags) train(c *cli.Context) (err error) {
	s, device, err := f.open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Dir.Close()) }()
	for _, warning := range s.Warnings {
		fmt.Fprintln(os.Stderr, "pongpg:", warning)
	}
	if limit, flag := s.Limits.Reached(s.Trainer.Progress()); limit != "" {
		fmt.Fprintf(c.App.Writer, "nothing to do: %s has reached its limit of %s; give a higher %s to go on\n", s.Dir.Dir(), limit, flag)
		return nil
	}
	if err := s.Begin(); err != nil {
		return err
	}
	s.Dir.Keep = int(f.keep)
	if f.record != "" {
		if err := s.Trainer.Record(f.record); err != nil {
			return err
		}
	}
	if f.profile != "" {
		stop, err := startProfile(f.profile)
		if err != nil {
			return err
		}
		defer stop()
	}
	fmt.Fprint(c.App.Writer, f.table(s, device), "\n")
	return f.follow(c, s)
}

// startProfile begins a CPU profile, and returns what ends it.
func startProfile(path string) (stop func(), err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--cpuprofile: %w; choose a file that can be written", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		if err := file.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "pongpg: the CPU profile is not whole:", err)
		}
	}, nil
}

// table returns the configuration of a run.
func (f *trainFlags) table(s *session.Session, device string) string {
	config := s.Trainer.Config()
	start := "anew"
	if s.From != nil {
		start = fmt.Sprintf("from %s (%s decisions)", s.From.Path, format.Count(s.Trainer.Progress().GlobalStep))
	}
	rows := [][]string{
		{"pongpg", versionName()},
		{"run", s.Dir.Dir()},
		{"start", start},
		{"device", device},
		{"until", s.Limits.String()},
		{"checkpoint", fmt.Sprintf("every %v, the last %d and the best kept", f.checkpointInterval, f.keep)},
		{"recipe", config.Recipe},
		{"seed", fmt.Sprint(config.Seed)},
	}
	recipe, err := trainer.Recipe(config.Recipe)
	if err != nil {
		panic(err) // the trainer has checked it
	}
	for _, field := range hyperFields() {
		text, usual := fieldText(&config, field.Index), fieldText(&recipe, field.Index)
		row := []string{field.Tag.Get("flag"), text}
		if text != usual {
			row[1] += fmt.Sprintf(" (recipe: %s)", usual)
		}
		rows = append(rows, row)
	}
	return format.Table(rows)
}

// follow trains, and shows how it goes and says how it ended.
func (f *trainFlags) follow(c *cli.Context, s *session.Session) error {
	shown := status.New(os.Stdout, s.Limits.Trainer(), s.Trainer.Progress(), f.status)
	signals := watchSignals(func(name string) {
		shown.Say(name + ": stopping after this update; once more to stop at once")
	})
	err := s.Trainer.Run(signals.ctx, s.Dir, trainer.RunOptions{
		Limits: s.Limits.Trainer(), CheckpointInterval: f.checkpointInterval, OnUpdate: shown.Update,
	})
	signals.stop()
	shown.Close()
	if err != nil {
		return withLastCheckpoint(err, s.Dir)
	}
	end := s.Trainer.Progress()
	limit, _ := s.Limits.Reached(end)
	caught, stopped := signals.by()
	if limit == "" {
		fmt.Fprintf(c.App.Writer, "stopped by %s\n", signalName(caught))
	} else {
		fmt.Fprintf(c.App.Writer, "done: %s\n", limit)
	}
	fmt.Fprint(c.App.Writer, summary(s, end))
	switch asked, missed := s.Limits.MissedReturn(end); {
	case limit == "" && stopped:
		fmt.Fprintf(c.App.Writer, "go on with: pongpg train --resume %s\n", shellQuoted(s.Dir.Dir()))
		return &exitError{status: signalStatus(caught)}
	case missed:
		return &exitError{statusMissed, fmt.Sprintf("the run ended with %s, before --until-return %s was reached (the mean return is %s); go on with --resume and a higher limit",
			limit, format.Return(asked), format.Return(float64(end.EpisodicReturn)))}
	}
	return nil
}

// withLastCheckpoint adds to an error of training which checkpoint is good.
func withLastCheckpoint(err error, run *checkpoint.Run) error {
	found, latestErr := run.Latest()
	if latestErr != nil {
		return fmt.Errorf("%w; %w", err, latestErr)
	}
	return fmt.Errorf("%w; the last checkpoint is %s", err, found.Path)
}

// summary returns what came of a run.
func summary(s *session.Session, end trainer.Metrics) string {
	rows := [][]string{
		{"updates", format.Count(end.Update)},
		{"decisions", format.Count(end.GlobalStep)},
		{"episodes", format.Count(end.Episodes)},
		{"mean return", format.Return(float64(end.EpisodicReturn)) + " (last 100 episodes)"},
		{"running reward", format.Return(float64(end.RunningReward))},
		{"training time", fmt.Sprintf("%s (%s decisions/s)", format.Duration(time.Duration(end.ElapsedSeconds*float64(time.Second))), format.Short(float64(end.GlobalStep)/max(end.ElapsedSeconds, 1e-9)))},
		{"run", s.Dir.Dir()},
	}
	return format.Table(rows)
}

// shellQuoted returns a path as a shell takes it.
func shellQuoted(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:,@%", r)
	}
	if strings.TrimFunc(path, plain) == "" && path != "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
