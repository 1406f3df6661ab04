package main

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/bench"
	"pongpg/cmd/internal/format"
	"pongpg/trainer/compute"
)

// benchFlags are the flags of bench.
type benchFlags struct {
	device  deviceOptions
	seconds float64
	json    bool
}

const (
	benchSeconds    = 1
	maxBenchSeconds = 3600
)

func benchCommand() *cli.Command {
	f := benchFlags{seconds: benchSeconds, device: deviceOptions{workers: int64(runtime.GOMAXPROCS(0))}}
	return &cli.Command{
		Name:  "bench",
		Usage: "measure training and its stages on this machine, with one worker and with all",
		Flags: append(f.device.flags(),
			&cli.GenericFlag{Name: "seconds", Value: into(&f.seconds, parseNumber), DefaultText: fmt.Sprint(benchSeconds), Usage: "to measure each stage for"},
			&cli.BoolFlag{Name: "json", Destination: &f.json, Usage: "print JSON (docs/command.md)"},
		),
		Action: func(c *cli.Context) error { return f.bench(c) },
	}
}

func (f *benchFlags) bench(c *cli.Context) error {
	if math.IsNaN(f.seconds) || f.seconds <= 0 || f.seconds > maxBenchSeconds {
		return usageErrorf("--seconds %v is impossible: it must be above 0 and at most %d", f.seconds, maxBenchSeconds)
	}
	device, _, err := f.device.open(c)
	if err != nil {
		return err
	}
	if err := device.Close(); err != nil {
		return err
	}
	options := bench.Options{
		Seconds: f.seconds, Workers: int(f.device.workers), ISA: f.device.isa, Device: device.Name(),
		Open: func(workers int) (compute.Backend, error) {
			o := f.device
			o.workers = int64(workers)
			b, _, err := o.open(c)
			return b, err
		},
	}
	report := bench.NewReport(options)
	report.Version = versionName()
	if f.json {
		if err := report.Run(options, func(bench.Result) {}); err != nil {
			return err
		}
		return json.NewEncoder(c.App.Writer).Encode(report)
	}
	fmt.Fprint(c.App.Writer, benchHead(report))
	return report.Run(options, func(r bench.Result) {
		fmt.Fprintf(c.App.Writer, benchRow, r.Stage, r.Workers, format.Short(r.DecisionsPerSecond), format.Short(r.FramesPerSecond))
	})
}

const benchRow = "%-12s %7v %12s %12s\n"

func benchHead(r *bench.Report) string {
	m := r.Machine
	return fmt.Sprintf("%s, %d cores, %s, %s %s/%s, pongpg %s\n", m.CPU, m.Cores, m.ISA, m.Go, m.OS, m.Arch, r.Version) +
		fmt.Sprintf("%s, recipe %s, %s, %.3g frames a decision, %.3g s a stage\n\n", r.Device, r.Recipe, r.Preset, r.FramesPerDecision, r.Seconds) +
		fmt.Sprintf(benchRow, "stage", "workers", "decisions/s", "frames/s")
}
