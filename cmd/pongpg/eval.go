package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/emu"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// evalFlags are the flags of eval.
type evalFlags struct {
	device             deviceOptions
	checkpoint, preset string
	episodes           int64
	seed               uint64
	greedy, json       bool
}

const (
	defaultEpisodes = 200
	maxEpisodes     = 1 << 24
)

func evalCommand() *cli.Command {
	f := evalFlags{episodes: defaultEpisodes, seed: defaultSeed}
	return &cli.Command{
		Name:  "eval",
		Usage: "play episodes of a trained policy and say how they went",
		Flags: append(f.device.flags(),
			&cli.StringFlag{Name: "checkpoint", Destination: &f.checkpoint, Usage: "a checkpoint, or a run's directory for its latest"},
			&cli.GenericFlag{Name: "episodes", Value: into(&f.episodes, parseWhole), DefaultText: fmt.Sprint(defaultEpisodes), Usage: "how many"},
			&cli.GenericFlag{Name: "seed", Value: into(&f.seed, parseNatural), DefaultText: fmt.Sprint(defaultSeed), Usage: "what the episodes follow from; never those of training"},
			&cli.StringFlag{Name: "preset", Destination: &f.preset, DefaultText: "the run's", Usage: "environment to play in, as for train"},
			&cli.BoolFlag{Name: "greedy", Destination: &f.greedy, Usage: "take the likeliest action instead of a sampled one"},
			&cli.BoolFlag{Name: "json", Destination: &f.json, Usage: "print JSON (docs/command.md)"},
		),
		Action: func(c *cli.Context) error {
			err := f.eval(c)
			if deviceFailed(err) {
				err = withoutGPU(err)
			}
			return err
		},
	}
}

// evalReport is what eval prints: docs/command.md.
type evalReport struct {
	Checkpoint string `json:"checkpoint"`
	Update     int64  `json:"update"`
	Preset     string `json:"preset"`
	Seed       uint64 `json:"seed"`
	Greedy     bool   `json:"greedy"`
	Device     string `json:"device"`
	trainer.Evaluation
}

// check returns an error for the first flag that is impossible.
func (f *evalFlags) check() error {
	if f.checkpoint == "" {
		return usageErrorf("eval needs --checkpoint: a checkpoint file, or a run's directory for its latest")
	}
	if f.episodes < 1 || f.episodes > maxEpisodes {
		return usageErrorf("--episodes %d is impossible: it must be in 1 … %d", f.episodes, maxEpisodes)
	}
	if f.seed > trainer.MaxSeed {
		return usageErrorf("--seed %d is impossible: it must be in 0 … %d", f.seed, uint64(trainer.MaxSeed))
	}
	if f.preset == "" {
		return nil
	}
	_, err := emu.PresetByName(f.preset)
	return asUsage(err)
}

func (f *evalFlags) eval(c *cli.Context) error {
	if err := f.check(); err != nil {
		return err
	}
	backend, why, err := f.device.open(c)
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
	policy, config, err := trainer.LoadPolicy(found, backend)
	if err != nil {
		return err
	}
	if f.preset == "" {
		f.preset = config.Preset
	}
	preset, err := emu.PresetByName(f.preset)
	if err != nil {
		return err
	}
	report := evalReport{Checkpoint: found.Path, Update: found.Update, Preset: f.preset, Seed: f.seed, Greedy: f.greedy, Device: backend.Name()}
	report.Evaluation, err = trainer.Evaluate(c.Context, backend, policy, preset, int(f.episodes), f.seed, f.greedy)
	if err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(c.App.Writer).Encode(report)
	}
	_, err = fmt.Fprint(c.App.Writer, report.table(why))
	return err
}

// table returns the report for people; why says why the device was taken.
func (r *evalReport) table(why string) string {
	actions := "sampled"
	if r.Greedy {
		actions = "the likeliest"
	}
	return format.Table([][]string{
		{"checkpoint", r.Checkpoint},
		{"update", format.Count(r.Update)},
		{"device", r.Device + ": " + why},
		{"preset", r.Preset},
		{"actions", actions},
		{"episodes", fmt.Sprintf("%d (%d truncated), seed %d", r.Episodes, r.Truncated, r.Seed)},
		{"mean return", fmt.Sprintf("%s ± %.2f (standard error)", format.Return(r.Mean), r.StandardError)},
		{"returns", fmt.Sprintf("%+d … %+d", r.Min, r.Max)},
		{"mean length", fmt.Sprintf("%.0f decisions, %.0f frames", r.MeanLength, r.MeanFrames)},
		{"lengths", fmt.Sprintf("%d … %d decisions", r.MinLength, r.MaxLength)},
	})
}
