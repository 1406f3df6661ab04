package bench

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// Options say how to measure.
type Options struct {
	Seconds float64 // for each stage
	Workers int     // of the second measurement; the first is with one
	ISA     string  // of the CPU backend; "" is the best
	Device  string  // what Open returns

	// Open returns the device, for so many workers. Close closes it.
	Open func(workers int) (compute.Backend, error)
}

// Report is the result of Run; docs/command.md has its JSON.
type Report struct {
	Version           string   `json:"version"`
	Machine           Machine  `json:"machine"`
	Device            string   `json:"device"`
	Recipe            string   `json:"recipe"`
	Preset            string   `json:"preset"`
	FramesPerDecision float64  `json:"frames_per_decision"`
	Seconds           float64  `json:"seconds"`
	Results           []Result `json:"stages"`
}

// Result is the speed of a stage.
type Result struct {
	Stage              string  `json:"stage"`
	Workers            int     `json:"workers"`
	DecisionsPerSecond float64 `json:"decisions_per_second"`
	FramesPerSecond    float64 `json:"frames_per_second"`
}

// NewReport returns the report that Run fills in.
func NewReport(o Options) *Report {
	isa := o.ISA
	if isa == "" {
		isa = cpu.ISAs()[0]
	}
	return &Report{
		Machine: thisMachine(isa), Device: o.Device, Recipe: config.Recipe, Preset: config.Preset,
		FramesPerDecision: framesPerDecision, Seconds: o.Seconds,
	}
}

// Run measures every stage, with one worker and with o.Workers, and adds the results to
// r. It calls done after each.
func (r *Report) Run(o Options, done func(Result)) error {
	for _, workers := range slices.Compact([]int{1, o.Workers}) {
		if err := r.run(o, workers, done); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) run(o Options, workers int, done func(Result)) (err error) {
	backend, err := o.Open(workers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, backend.Close()) }()
	// The measured processor is a machine with that many.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
	f, err := newFixture(backend)
	if err != nil {
		return err
	}
	for _, s := range stages {
		work, err := s.begin(f)
		if err != nil {
			return fmt.Errorf("bench %s: %w", s.name, err)
		}
		rate, err := measure(work, o.Seconds)
		if err := errors.Join(err, backend.Sync()); err != nil {
			return fmt.Errorf("bench %s: %w", s.name, err)
		}
		result := Result{s.name, workers, rate, rate * framesPerDecision}
		r.Results = append(r.Results, result)
		done(result)
	}
	return nil
}

// measure does each piece of work over and over on a goroutine of its own, and returns
// how many decisions they do a second together.
func measure(work []piece, seconds float64) (float64, error) {
	for _, w := range work {
		if _, err := w(); err != nil { // caches and memory warm
			return 0, err
		}
	}
	runtime.GC()
	var wait sync.WaitGroup
	decisions, errs := make([]int, len(work)), make([]error, len(work))
	start := time.Now()
	for i, w := range work {
		wait.Go(func() { decisions[i], errs[i] = repeat(w, start, seconds) })
	}
	wait.Wait()
	total := 0
	for _, n := range decisions {
		total += n
	}
	return float64(total) / time.Since(start).Seconds(), errors.Join(errs...)
}

// repeat does w until so many seconds after start and returns the decisions.
func repeat(w piece, start time.Time, seconds float64) (decisions int, err error) {
	for time.Since(start).Seconds() < seconds || decisions == 0 {
		n, err := w()
		if err != nil {
			return decisions, err
		}
		decisions += n
	}
	return decisions, nil
}
