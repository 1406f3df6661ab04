package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/crosscheck"
	"pongpg/cmd/internal/format"
	"pongpg/cuda"
	"pongpg/trainer"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/parity"
)

// parityFlags are the flags of parity.
type parityFlags struct {
	hyper   hyper
	device  deviceOptions
	against string
	updates int64
}

const parityUpdates = 3

func parityCommand() *cli.Command {
	f := parityFlags{updates: parityUpdates}
	flags := append(f.hyper.flags(),
		&cli.StringFlag{Name: "device", Value: "cuda", DefaultText: "cuda", Destination: &f.device.device, Usage: "what is tested: 'cuda', 'cuda:N', 'sim' (a simulated GPU: slow) or 'cpu'"},
		&cli.StringFlag{Name: "against", Value: "cpu", DefaultText: "cpu", Destination: &f.against, Usage: "what it must agree with: 'cpu', or another 'cuda:N'"},
		&cli.GenericFlag{Name: "updates", Value: into(&f.updates, parseWhole), DefaultText: fmt.Sprint(parityUpdates), Usage: "how many to train for"},
	)
	return &cli.Command{
		Name:  "parity",
		Usage: "train on two devices at once and compare every value, bit for bit",
		Description: "Every operation of a training is done on both devices, and all that it writes is compared; then each trains alone, " +
			"and weights, games and metrics are compared after each update. The exit status is 1 at the first difference.",
		Flags:  append(flags, f.device.hostFlags()...),
		Action: func(c *cli.Context) error { return f.parity(c) },
	}
}

// check returns an error for the first flag that is impossible.
func (f *parityFlags) check(c *cli.Context) error {
	isGPU := func(name string) bool { return name == "cuda" || strings.HasPrefix(name, "cuda:") }
	switch {
	case f.updates < 1:
		return usageErrorf("--updates %d is impossible: it must be above 0", f.updates)
	case f.device.device != "cpu" && f.device.device != "sim" && !isGPU(f.device.device):
		return usageErrorf("--device %q is not one of cpu, cuda, cuda:N, sim", f.device.device)
	case f.against != "cpu" && !isGPU(f.against):
		return usageErrorf("--against %q is not one of cpu, cuda, cuda:N", f.against)
	case f.device.device == "sim" && f.against != "cpu":
		return usageErrorf("--against %s cannot go with --device sim, which takes the driver's place; leave it out", f.against)
	}
	return f.device.checkWorkers(c)
}

// open returns the reference and the device under test.
func (f *parityFlags) open() (reference, tested compute.Backend, err error) {
	tested, err = f.device.openNamed("device", f.device.device)
	if errors.Is(err, cuda.ErrNoDevice) && cudaBuilt {
		return nil, nil, fmt.Errorf("%w; or test a simulated one with --device sim --envs 32 --batch-decisions 1024 (it is slow)", err)
	}
	if err != nil {
		return nil, nil, err
	}
	plain := f.device
	plain.isa = "" // --isa is the tested CPU's
	reference, err = plain.openNamed("against", f.against)
	if err != nil {
		return nil, nil, errors.Join(err, tested.Close())
	}
	return reference, tested, nil
}

func (f *parityFlags) parity(c *cli.Context) error {
	if err := f.check(c); err != nil {
		return err
	}
	config, err := f.hyper.config()
	if err != nil {
		return err
	}
	if err := f.together(c, config); err != nil {
		return err
	}
	return f.apart(c, config)
}

// together trains on both devices at once.
func (f *parityFlags) together(c *cli.Context, config trainer.Config) (err error) {
	reference, tested, err := f.open()
	if err != nil {
		return err
	}
	p := parity.New(reference, tested)
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := errors.Join(checkMemory(config, reference), checkMemory(config, tested)); err != nil {
		return err
	}
	out := c.App.Writer
	fmt.Fprint(out, format.Table([][]string{
		{"pongpg", versionName()},
		{"tested", tested.Name()},
		{"against", reference.Name()},
		{"training", fmt.Sprintf("recipe %s, seed %d, %d games, %d actions, %s", config.Recipe, config.Seed, config.Envs, config.Actions, format.Plural(f.updates, "update"))},
	}))
	fmt.Fprintln(out, "\nevery operation on both:")
	began := time.Now()
	err = crosscheck.Together(config, p, f.updates, func(m trainer.Metrics) {
		fmt.Fprintf(out, "update %s  %s decisions  %s values compared  %s\n", format.Count(m.Update), format.Count(m.GlobalStep), format.Count(p.Compared()), format.Duration(time.Since(began)))
	})
	if err != nil {
		return fmt.Errorf("training on both: %w", err)
	}
	rows := [][]string{{"operation", "calls", "values compared"}}
	for _, o := range p.Operations() {
		rows = append(rows, []string{o.Operation, format.Count(o.Calls), format.Count(o.Values)})
	}
	fmt.Fprintf(out, "%s%s values compared: no difference\n", format.Table(rows), format.Count(p.Compared()))
	return nil
}

// apart trains on each device by itself.
func (f *parityFlags) apart(c *cli.Context, config trainer.Config) (err error) {
	reference, tested, err := f.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reference.Close(), tested.Close()) }()
	out := c.App.Writer
	fmt.Fprintln(out, "\neach alone:")
	began := time.Now()
	digest, err := crosscheck.Apart(config, reference, tested, f.updates, func(m trainer.Metrics) {
		fmt.Fprintf(out, "update %s  the same metrics  %s\n", format.Count(m.Update), format.Duration(time.Since(began)))
	})
	if err != nil {
		return fmt.Errorf("training on each alone: %w", err)
	}
	fmt.Fprintf(out, "the same weights, mean squares, games and metrics after each update: no difference (state %s)\n", digest)
	return nil
}
