package main

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/bench"
	"pongpg/cmd/internal/format"
	"pongpg/trainer/compute/cpu"
)

// benchFlags are the flags of bench.
type benchFlags struct {
	seconds float64
	workers int64
	isa     string
	json    bool
}

const (
	benchSeconds    = 1
	maxBenchSeconds = 3600
)

func benchCommand() *cli.Command {
	f := benchFlags{seconds: benchSeconds, workers: int64(runtime.GOMAXPROCS(0))}
	return &cli.Command{
		Name:  "bench",
		Usage: "measure training and its stages on this machine, with one worker and with all",
		Flags: []cli.Flag{
			&cli.GenericFlag{Name: "seconds", Value: into(&f.seconds, parseNumber), DefaultText: fmt.Sprint(benchSeconds), Usage: "to measure each stage for"},
			&cli.GenericFlag{Name: "workers", Value: into(&f.workers, parseWhole), DefaultText: "one per processor", Usage: "goroutines of the second measurement"},
			&cli.StringFlag{Name: "isa", Destination: &f.isa, Hidden: true, Usage: "instruction set of the CPU backend"},
			&cli.BoolFlag{Name: "json", Destination: &f.json, Usage: "print JSON (docs/command.md)"},
		},
		Action: func(c *cli.Context) error { return f.bench(c) },
	}
}

func (f *benchFlags) bench(c *cli.Context) error {
	if math.IsNaN(f.seconds) || f.seconds <= 0 || f.seconds > maxBenchSeconds {
		return usageErrorf("--seconds %v is impossible: it must be above 0 and at most %d", f.seconds, maxBenchSeconds)
	}
	if f.workers < 1 || f.workers > maxWorkers {
		return usageErrorf("--workers %d is impossible: it must be in 1 … %d", f.workers, maxWorkers)
	}
	if err := checkISA(f.isa); err != nil {
		return err
	}
	options := bench.Options{Seconds: f.seconds, Workers: int(f.workers), ISA: f.isa}
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

// checkISA returns an error if the machine has no such instruction set.
func checkISA(isa string) error {
	b, err := cpu.New(cpu.Options{Workers: 1, ISA: isa})
	if err != nil {
		return asUsage(err)
	}
	return b.Close()
}

const benchRow = "%-12s %7v %12s %12s\n"

func benchHead(r *bench.Report) string {
	m := r.Machine
	return fmt.Sprintf("%s, %d cores, %s, %s %s/%s, pongpg %s\n", m.CPU, m.Cores, m.ISA, m.Go, m.OS, m.Arch, r.Version) +
		fmt.Sprintf("recipe %s, %s, %.3g frames a decision, %.3g s a stage\n\n", r.Recipe, r.Preset, r.FramesPerDecision, r.Seconds) +
		fmt.Sprintf(benchRow, "stage", "workers", "decisions/s", "frames/s")
}
