package trainer

import (
	"testing"

	"pongpg/trainer/compute/cpu"
)

// TestAlgorithmsLearn is the canary of each algorithm and network: a small one gets well above
// random play, which returns −20.3 and which a faulty gradient does not leave.
func TestAlgorithmsLearn(t *testing.T) {
	if testing.Short() || cpu.ISAs()[0] == "go" {
		t.Skip("a few million decisions take minutes without vector instructions")
	}
	small := func(c *Config) {
		c.Hidden, c.Schedule = 32, ""
		c.Envs, c.BatchDecisions, c.BlurUpdates = 64, 20_000, 60
	}
	for _, test := range []struct {
		recipe    string
		change    func(c *Config)
		decisions int64
		least     Optional // return
	}{
		{"win", small, 2_000_000, -13},
		{"a2c", small, 2_000_000, -13},
		{"ppo", small, 1_500_000, -15},
		{"trpo", small, 2_000_000, -13},
		{"imitate", func(c *Config) { small(c); c.Imitate = 400_000 }, 1_000_000, -18.3},
		{"cem", func(c *Config) { c.Population, c.Elite, c.BatchEpisodes, c.Envs = 50, 6, 8, 8 }, 12_000_000, -19.2},
		{"win", func(c *Config) {
			small(c)
			c.Network, c.Filters, c.BatchDecisions, c.Gamma = "conv", "6@8/4 8@4/2", 10_000, 0.99
		}, 700_000, -19},
	} {
		c := mustRecipe(test.recipe)
		c.Seed = 11
		test.change(&c)
		t.Run(test.recipe+"/"+c.Network, func(t *testing.T) {
			trainer := newTrainer(t, c, cpu.Options{})
			var m Metrics
			for trainer.globalStep < test.decisions {
				var err error
				if m, err = trainer.Update(); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("mean return %.1f after %d decisions", m.EpisodicReturn, m.GlobalStep)
			if !(m.EpisodicReturn >= test.least) {
				t.Errorf("mean return %.1f after %d decisions, want %.1f or more", m.EpisodicReturn, m.GlobalStep, test.least)
			}
		})
	}
}
