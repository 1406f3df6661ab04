package crosscheck

import (
	"fmt"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/cudatest"
	"pongpg/trainer"
	"pongpg/trainer/compute/cpu"
)

// TestTraining trains whole runs on the CPU and on the device, and compares all that they
// leave, after each update.
func TestTraining(t *testing.T) {
	recipe := func(name string) trainer.Config {
		c, err := trainer.Recipe(name)
		if err != nil {
			t.Fatal(err)
		}
		c.Seed = 7
		return c
	}
	fast, karpathy := recipe("fast"), recipe("karpathy")
	type run struct {
		name    string
		config  trainer.Config
		updates int64
		long    bool
	}
	var runs []run
	for _, actions := range []int{2, 3, 6} {
		c := fast
		c.Hidden, c.Actions, c.BlurUpdates = 24, actions, 4
		for _, envs := range []int{1, 90, 1024} {
			c.Envs, c.BatchDecisions = envs, max(40*20, 4*envs)
			runs = append(runs, run{fmt.Sprintf("fast/%d/%d games", actions, envs), c, 20, false})
		}
		k := karpathy
		k.Hidden, k.Actions, k.BatchEpisodes, k.Envs, k.Preset = 24, actions, 2, 2, "PongDeterministic-v4"
		runs = append(runs, run{fmt.Sprintf("karpathy/%d", actions), k, 5, false})
	}
	for _, actions := range []int{2, 6} {
		c := fast
		c.Actions = actions
		runs = append(runs, run{fmt.Sprintf("fast/%d/whole", actions), c, 3, true})
	}
	many := fast
	many.Envs, many.BatchDecisions = 4096, 4096*8
	runs = append(runs, run{"fast/2/4096 games", many, 3, true}, run{"karpathy/2/whole", karpathy, 3, true})

	for _, r := range runs {
		t.Run(r.name, func(t *testing.T) {
			if r.long && testing.Short() {
				t.Skip("long")
			}
			cudatest.Devices(t, cuda.Options{Workers: 2}, func(t *testing.T, b *cuda.Backend) {
				a, err := cpu.New(cpu.Options{Workers: 2})
				if err != nil {
					t.Fatal(err)
				}
				defer a.Close()
				if _, err := Apart(r.config, a, b, r.updates, func(trainer.Metrics) {}); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
