package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/dashboard"
	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/journal"
	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/session"
	"pongpg/cmd/internal/status"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// train trains the run that the flags ask for.
func (f *trainFlags) train(c *cli.Context) (err error) {
	defer func() { f.endProfile() }()
	s, device, err := f.open(c)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, s.Dir.Close()) }()
	for _, warning := range s.Warnings {
		fmt.Fprintln(os.Stderr, "pongpg:", warning)
	}
	if limit, flag := s.Limits.Reached(s.Trainer.Progress()); limit != "" {
		if s.From != nil {
			if err := journal.Complete(s.Dir, s.Trainer.Progress(), s.From.File); err != nil { // who looks on sees less
				fmt.Fprintln(os.Stderr, "pongpg:", oneLine(err))
			}
		}
		fmt.Fprintf(c.App.Writer, "nothing to do: %s has reached its limit of %s; give a higher %s to go on\n", s.Dir.Dir(), limit, flag)
		return missedReturn(s)
	}
	if err := s.Begin(); err != nil {
		return err
	}
	if err := s.Dir.SetDevice(f.backend.Name()); err != nil { // who looks on sees less: no reason not to train
		fmt.Fprintln(os.Stderr, "pongpg:", oneLine(err))
	}
	if err := f.openJournal(s); err != nil {
		return err
	}
	defer func() { err = firstOf(err, f.journal.Close()) }()
	s.Dir.Keep = int(f.keep)
	fmt.Fprint(c.App.Writer, f.table(s, device), "\n")
	return f.follow(c, s)
}

// firstOf returns the first of errors that follow each other: what could not be written, on a full disk,
// cannot be when the files are closed.
func firstOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// follow trains, and shows how it goes and says how it ended.
func (f *trainFlags) follow(c *cli.Context, s *session.Session) error {
	defer pace.Training()()
	shown := status.New(os.Stdout, s.Limits.Trainer(), s.Trainer.Progress(), f.status)
	endShow, err := f.showTraining(s, shown)
	if err != nil {
		shown.Close()
		return err
	}
	defer endShow()
	signals := watchSaving(func(name string) {
		shown.Say(name + ": stopping after this update; once more to stop at once")
	})
	err = f.trainOn(signals.ctx, s, shown)
	if deviceFailed(err) && f.device.device == "auto" {
		if err = f.goOn(s, shown, err); err == nil {
			err = f.trainOn(signals.ctx, s, shown)
		}
	}
	signals.stop()
	shown.Close()
	if err != nil {
		return withLastCheckpoint(err, s)
	}
	end := s.Trainer.Progress()
	limit, _ := s.Limits.Reached(end)
	caught, interrupted := signals.by()
	if limit != "" && !interrupted {
		fmt.Fprintf(c.App.Writer, "done: %s\n%s", limit, f.summary(s, end))
		return missedReturn(s)
	}
	// Without a limit only a signal ends a run; with one, a signal counts all the same.
	fmt.Fprintf(c.App.Writer, "stopped by %s\n%sgo on with: pongpg train --resume %s\n", signalName(caught), f.summary(s, end), format.Shell(s.Dir.Dir()))
	return &exitError{status: signalStatus(caught)}
}

// trainOn trains on the device that the session has.
func (f *trainFlags) trainOn(ctx context.Context, s *session.Session, shown status.Status) error {
	return s.Trainer.Run(ctx, s.Dir, trainer.RunOptions{
		Limits: s.Limits.Trainer(), CheckpointInterval: f.checkpointInterval, Journal: audience{f.journal, f.dashboard}, OnUpdate: shown.Update,
		OnWarning: func(err error) { shown.Say("pongpg: " + oneLine(err)) },
	})
}

// audience is the journal of a run, and its dashboard, if it has one.
type audience struct {
	*journal.Journal
	dashboard *dashboard.Server
}

// Save tells both of a checkpoint.
func (a audience) Save(f *checkpoint.File, m trainer.Metrics) error {
	if a.dashboard != nil {
		a.dashboard.Saved(m.Update, f)
	}
	return a.Journal.Save(f, m)
}

// openJournal opens the journal of a run, after Begin.
func (f *trainFlags) openJournal(s *session.Session) (err error) {
	if f.journal, err = journal.Open(s.Dir, s.Trainer.Progress(), f.tensorboard); err != nil {
		return err
	}
	for _, warning := range f.journal.Warnings {
		fmt.Fprintln(os.Stderr, "pongpg:", warning)
	}
	return nil
}

// goOn takes the run up again on the CPU, from its last checkpoint, after its device has
// failed.
func (f *trainFlags) goOn(s *session.Session, shown status.Status, failure error) error {
	failed := f.backend
	cpu, err := f.device.openCPU()
	if err == nil {
		err = s.Continue(session.Device{Backend: cpu})
	}
	if err == nil {
		err = errors.Join(f.journal.Close(), f.openJournal(s))
	}
	if err == nil {
		err = f.startRecord(s.Trainer)
	}
	if err != nil {
		return fmt.Errorf("%w; the run cannot go on on the CPU: %w", failure, err)
	}
	go failed.Close() // which may never answer again
	f.backend = cpu
	f.on.Store(cpu.Name())
	from := s.Trainer.Progress()
	f.moved = fmt.Sprintf("%s since update %s, when %s had failed", cpu.Name(), format.Count(from.Update), failed.Name())
	for _, warning := range s.Warnings {
		shown.Say("pongpg: " + warning)
	}
	if err := s.Dir.SetDevice(cpu.Name()); err != nil {
		shown.Say("pongpg: " + oneLine(err))
	}
	shown.Say(fmt.Sprintf("pongpg: %s; the run goes on from update %s on the CPU", oneLine(failure), format.Count(from.Update)))
	shown.Restart(from)
	return nil
}

// missedReturn returns an error if a run that has reached a limit was to reach a return
// before it, and has not.
func missedReturn(s *session.Session) error {
	end := s.Trainer.Progress()
	asked, missed := s.Limits.MissedReturn(end)
	if !missed {
		return nil
	}
	limit, _ := s.Limits.Reached(end)
	return &exitError{statusMissed, fmt.Sprintf("the run ended with %s, before --until-return %s was reached (the mean return is %s); go on with --resume and a higher limit",
		limit, format.Return(asked), format.Return(float64(end.EpisodicReturn)))}
}

// withLastCheckpoint adds to an error of training which checkpoint is good.
func withLastCheckpoint(err error, s *session.Session) error {
	run := s.Dir
	found, latestErr := run.Latest()
	switch {
	case errors.Is(latestErr, checkpoint.ErrNoCheckpoint) && s.Init != "":
		return fmt.Errorf("%w; nothing has been saved: begin again with another --run", err)
	case errors.Is(latestErr, checkpoint.ErrNoCheckpoint):
		return fmt.Errorf("%w; nothing has been saved: pongpg train --resume %s begins again", err, format.Shell(run.Dir()))
	case latestErr != nil:
		return fmt.Errorf("%w; %w", err, latestErr)
	}
	err = fmt.Errorf("%w; the last checkpoint is %s", err, found.Path)
	if deviceFailed(err) {
		return fmt.Errorf("%w; go on with pongpg train --resume %s, and --device cpu to do without the device", err, format.Shell(run.Dir()))
	}
	return err
}

// prepare opens what a run is to be watched with, before it is anything on disk.
func (f *trainFlags) prepare(t *trainer.Trainer) error {
	if err := f.openDashboard(); err != nil {
		return err
	}
	if err := f.startRecord(t); err != nil || f.profile == "" {
		return err
	}
	end, err := startProfile(f.profile)
	if err != nil {
		return fmt.Errorf("--cpuprofile: %w; choose a file that can be written", err)
	}
	f.endProfile = end
	return nil
}

// startRecord has the updates recorded, if they are to be.
func (f *trainFlags) startRecord(t *trainer.Trainer) error {
	if f.record == "" {
		return nil
	}
	if err := t.Record(f.record); err != nil {
		return fmt.Errorf("--record %s: %w; choose a directory that can be written", f.record, err)
	}
	return nil
}

// startProfile begins a CPU profile, and returns what ends it.
func startProfile(path string) (end func(), err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
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
