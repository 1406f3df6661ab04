package trainer

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
	"pongpg/trainer/weights"
)

// TestTransfer: weights that leave a run and begin another are the same bits, whatever the
// order of the pixels in either, and mean the same policy.
func TestTransfer(t *testing.T) {
	backend, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	config := fast
	config.Envs, config.BatchDecisions, config.Hidden = 16, 256, 5
	for _, actions := range []int{2, 3, 6} {
		config.Actions = actions
		first := readBack(t, config, nil)
		if first.Outputs != outputs(actions) || first.Actions() != actions || len(first.W1) != 5*weights.Pixels {
			t.Fatalf("%d actions: %d outputs, %d weights", actions, first.Outputs, len(first.W1))
		}
		for _, permute := range []int{0, 9} {
			other := config
			other.Seed, other.PermutePixels = 8, permute
			if got := readBack(t, other, first); !equalBits(got.W1, first.W1) || !equalBits(got.W2, first.W2) {
				t.Errorf("%d actions, permutation %d: the weights come back as others", actions, permute)
			}
		}
		if got := readBack(t, func() Config { c := config; c.Seed = 8; return c }(), nil); equalBits(got.W1, first.W1) {
			t.Error("two seeds have the same weights: the test tells nothing")
		}
	}
	run, err := New(config, backend)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.SetWeights(&weights.Weights{Hidden: 4, Outputs: 6}); err == nil {
		t.Error("weights of another shape are taken")
	}
}

// readBack returns the weights in the first checkpoint of a run, begun with others if given.
func readBack(t *testing.T, config Config, initial *weights.Weights) *weights.Weights {
	t.Helper()
	backend, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	run, err := New(config, backend)
	if err != nil {
		t.Fatal(err)
	}
	if initial != nil {
		if err := run.SetWeights(initial); err != nil {
			t.Fatal(err)
		}
	}
	f, err := run.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := f.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	found, err := checkpoint.Resolve(path)
	if err != nil {
		t.Fatal(err)
	}
	w, _, err := ReadWeights(found)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
