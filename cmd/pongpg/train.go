package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/dashboard"
	"pongpg/cmd/internal/journal"
	"pongpg/cmd/internal/session"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
)

// trainFlags are the flags of train.
type trainFlags struct {
	hyper  hyper
	limits limitFlags
	device deviceOptions

	initial                      initialFlag
	run, resume, record, profile string
	http                         string
	checkpointInterval, status   time.Duration
	keep                         int64
	tensorboard                  bool

	endProfile func()
	dashboard  *dashboard.Server // of --http, or nil
	on         atomic.Value      // string: the device's name

	journal *journal.Journal
	backend compute.Backend // what the run computes on
	moved   string          // what it went on with after that had failed
}

func trainCommand() *cli.Command {
	return newTrainCommand((*trainFlags).train)
}

// newTrainCommand returns the command with its flags, for an action of its own.
func newTrainCommand(action func(*trainFlags, *cli.Context) error) *cli.Command {
	f := trainFlags{endProfile: func() {}}
	flags := append(f.hyper.flags(), f.limits.flags()...)
	flags = append(flags, f.device.flags()...)
	return &cli.Command{
		Name:  "train",
		Usage: "learn Pong, or go on with it",
		Description: "Ctrl-C (SIGINT), SIGTERM or SIGHUP finishes the update, saves, and says how to go on; once more stops at once, " +
			"and the last checkpoint stays good.",
		Flags: append(flags,
			&cli.StringFlag{Name: "run", Destination: &f.run, Usage: "the run's directory, made anew", DefaultText: "runs/DATE-RECIPE-SEED, with -2, -3, … if that is taken"},
			&cli.StringFlag{Name: "resume", Destination: &f.resume, Usage: "go on with the run in this directory, from its latest checkpoint, as if it had never stopped"},
			f.initial.flag(),
			&cli.GenericFlag{Name: "checkpoint-interval", Value: &value[time.Duration]{text: "10s", parse: parseDuration, put: func(d time.Duration) { f.checkpointInterval = d }}, Usage: "time between checkpoints; there is one at the end too"},
			&cli.GenericFlag{Name: "keep", Value: into(&f.keep, parseWhole), DefaultText: fmt.Sprint(checkpoint.DefaultKeep), Usage: "checkpoints to keep, beside the best"},
			&cli.BoolFlag{Name: "tensorboard", Value: true, Destination: &f.tensorboard, Usage: "write what TensorBoard shows to the run's directory; --tensorboard=false: not"},
			&cli.StringFlag{Name: "record", Destination: &f.record, Usage: "write all that goes into each update, and what comes of it, to this directory (slow)"},
			&cli.GenericFlag{Name: "status-interval", Value: &value[time.Duration]{text: "2s", parse: parseDuration, put: func(d time.Duration) { f.status = d }}, Usage: "time between lines of status where the output is not a terminal"},
			&cli.StringFlag{Name: "http", Destination: &f.http, DefaultText: "none", Usage: "show the run in a browser, at this address: " + httpUsage},
			&cli.StringFlag{Name: "cpuprofile", Destination: &f.profile, Usage: "write a CPU profile to this file, for go tool pprof"},
		),
		Action: func(c *cli.Context) error { return action(&f, c) },
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
	if c.IsSet("http") {
		if err := checkAddress(f.http); err != nil {
			return err
		}
	}
	for _, name := range []string{"run", "resume", "init", "record", "cpuprofile"} {
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
	var config trainer.Config
	if c.IsSet("resume") {
		err = f.refuseWithResume(c)
	} else {
		config, err = f.initial.config(c, &f.hyper)
	}
	if err != nil {
		return nil, "", err
	}
	backend, why, err := f.device.open(c)
	if err != nil {
		return nil, "", err
	}
	f.backend = backend
	f.on.Store(backend.Name())
	device := fmt.Sprintf("%s: %s", backend.Name(), why)
	on := session.Device{Backend: backend, Check: func(config trainer.Config) error {
		return withoutGPU(checkMemory(config, backend))
	}}
	var s *session.Session
	if c.IsSet("resume") {
		s, err = session.Resume(f.resume, limits, on, f.prepare)
	} else {
		s, err = session.Start(f.run, config, f.initial.found, limits, on, f.prepare)
	}
	if deviceFailed(err) {
		err = withoutGPU(err)
	}
	return s, device, err
}

// refuseWithResume returns an error for the first flag that would make the resumed run
// another one.
func (f *trainFlags) refuseWithResume(c *cli.Context) error {
	names := []string{"run", "init", "recipe", "seed"}
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
