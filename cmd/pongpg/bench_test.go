package main

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pongpg/cmd/internal/bench"
	"pongpg/trainer/compute/cpu"
)

// TestBenchJSON holds bench's JSON to the fields that docs/command.md promises.
func TestBenchJSON(t *testing.T) {
	for gpu, device := range map[string]string{"none": "cpu (2 workers, " + cpu.ISAs()[0] + ")", "good": "cuda:0 (Fake)"} {
		t.Run(gpu, func(t *testing.T) { testBenchJSON(t, gpu, device) })
	}
	onGPU(t, "none", t.TempDir(), "bench", "--device", "cuda").fail(t, statusError, "no NVIDIA GPU", "--device cpu")
}

func testBenchJSON(t *testing.T, gpu, device string) {
	ran := onGPU(t, gpu, t.TempDir(), "bench", "--seconds", "0.001", "--workers", "2", "--json")
	if ran.status != 0 || ran.stderr != "" {
		t.Fatalf("status %d: %s", ran.status, ran.stderr)
	}
	out := ran.stdout
	names, object := jsonNames(t, out)
	if want := []string{"device", "frames_per_decision", "machine", "preset", "recipe", "seconds", "stages", "version"}; !slices.Equal(names, want) {
		t.Errorf("fields %q, want %q", names, want)
	}
	machine, err := json.Marshal(object["machine"])
	if err != nil {
		t.Fatal(err)
	}
	names, object = jsonNames(t, string(machine))
	if want := []string{"arch", "cores", "cpu", "go", "isa", "os"}; !slices.Equal(names, want) {
		t.Errorf("fields %q of the machine, want %q", names, want)
	}
	for name, value := range object {
		if value == "" || value == 0.0 {
			t.Errorf("the machine's %s is %v", name, value)
		}
	}
	var r bench.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.Device != device {
		t.Errorf("measured on %s, want %s", r.Device, device)
	}
	stages := []string{"emulation", "observation", "forward", "sampling", "backward", "update", "training"}
	if len(r.Results) != 2*len(stages) {
		t.Fatalf("%d results, want %d: %s", len(r.Results), 2*len(stages), out)
	}
	for i, s := range r.Results {
		if s.Stage != stages[i%len(stages)] || s.Workers != 1+i/len(stages) {
			t.Errorf("result %d is of %s with %d workers", i, s.Stage, s.Workers)
		}
		// No machine is slower or faster than that.
		if s.DecisionsPerSecond < 1e3 || s.DecisionsPerSecond > 1e11 || math.Abs(s.FramesPerSecond/s.DecisionsPerSecond-r.FramesPerDecision) > 1e-9 {
			t.Errorf("%s: %g decisions/s, %g frames/s", s.Stage, s.DecisionsPerSecond, s.FramesPerSecond)
		}
	}
}
