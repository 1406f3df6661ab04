package crosscheck

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/cudatest"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// TestTraining trains runs on the CPU and on the device, and compares all that they leave
// after each update. Of full size, which takes minutes on the simulated device, only
// with PONGPG_PARITY=full (make parity).
func TestTraining(t *testing.T) {
	for _, r := range small(t) {
		t.Run(r.name, func(t *testing.T) {
			if r.long && testing.Short() {
				t.Skip("long")
			}
			if testing.Short() { // as under the race detector, with which a kernel takes ten times as long
				r.updates = 2
			}
			compare(t, r)
		})
	}
	t.Run("full", func(t *testing.T) {
		if os.Getenv("PONGPG_PARITY") != "full" && os.Getenv("PONGPG_REQUIRE_CUDA") != "1" {
			t.Skip("minutes on the simulated device: PONGPG_PARITY=full, or make parity")
		}
		for _, r := range full(t) {
			t.Run(r.name, func(t *testing.T) { compare(t, r) })
		}
	})
}

type run struct {
	name    string
	config  trainer.Config
	updates int64
	long    bool
}

func recipe(t *testing.T, name string, actions int) trainer.Config {
	t.Helper()
	c, err := trainer.Recipe(name)
	if err != nil {
		t.Fatal(err)
	}
	c.Seed, c.Actions = 7, actions
	return c
}

// small is both recipes with few hidden units and small batches, for each number of
// actions and from one game to more than a device has in one tile.
func small(t *testing.T) (runs []run) {
	add := func(actions, envs, decisions int, updates int64, long bool) {
		c := recipe(t, "fast", actions)
		c.Hidden, c.Envs, c.BatchDecisions, c.BlurUpdates = 24, envs, decisions, 4
		runs = append(runs, run{fmt.Sprintf("fast/%d actions/%d games", actions, envs), c, updates, long})
	}
	add(2, 1, 400, 20, true)
	add(2, 90, 720, 20, true)
	add(3, 12, 720, 20, false)
	add(6, 90, 720, 20, true)
	add(2, 2100, 2100*80, 1, true)
	c := recipe(t, "fast", 2)
	c.Hidden, c.Envs, c.BatchDecisions, c.BlurUpdates = 24, 10, 600, 4
	c.Optimizer, c.L2, c.Clip, c.PermutePixels = trainer.Adam, 1e-3, 0.01, 5
	runs = append(runs, run{"adam, l2, clip and permuted pixels", c, 10, false})
	for _, actions := range []int{2, 3, 6} {
		c := recipe(t, "karpathy", actions)
		c.Hidden, c.BatchEpisodes, c.Envs, c.Preset = 24, 2, 2, "PongDeterministic-v4"
		runs = append(runs, run{fmt.Sprintf("karpathy/%d actions", actions), c, 2, true})
	}
	return runs
}

// full is the recipes as they are, and one with 4,096 games.
func full(t *testing.T) []run {
	many := recipe(t, "fast", 2)
	many.Envs, many.BatchDecisions = 4096, 4096*32 // the first points end after some 60 decisions
	return []run{
		{"fast/2 actions", recipe(t, "fast", 2), 3, true},
		{"fast/6 actions", recipe(t, "fast", 6), 3, true},
		{"fast/4096 games", many, 3, true},
		{"karpathy/2 actions", recipe(t, "karpathy", 2), 3, true},
	}
}

func compare(t *testing.T, r run) {
	cudatest.Devices(t, cuda.Options{Workers: 2}, func(t *testing.T, b *cuda.Backend) {
		a, err := cpu.New(cpu.Options{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		learned := r.config.Algorithm == trainer.CEM && guessesMoved(t, r.config)
		if _, err := Apart(r.config, a, b, r.updates, func(m trainer.Metrics) { learned = learned || m.GradientNorm > 0 }); err != nil {
			t.Error(err)
		}
		if !learned {
			t.Error("no point ended, so there was no gradient to compare")
		}
	})
}

// guessesMoved reports whether an update has moved what guesses are drawn around, which begins
// at zeros.
func guessesMoved(t *testing.T, config trainer.Config) bool {
	s := trained(t, config, []compute.Backend{open(t)}, 1)
	for _, x := range s.tensors {
		if x.Name != "guess.mean" {
			continue
		}
		mean, err := checkpoint.Values[float32](&x)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(mean, func(v float32) bool { return v != 0 })
	}
	return false
}
