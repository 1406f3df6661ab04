package trainer

import (
	"testing"

	"pongpg/trainer/compute/cpu"
)

// TestLearns is the canary: a small network and a few million decisions get well above
// random play, which returns −20.3 and which a faulty gradient does not leave.
func TestLearns(t *testing.T) {
	if testing.Short() || cpu.ISAs()[0] == "go" {
		t.Skip("a few million decisions take minutes without vector instructions")
	}
	for _, actions := range []int{2, 3} {
		c := fast
		c.Seed, c.Actions, c.Hidden, c.Envs, c.BatchDecisions = 11, actions, 32, 128, 25_000
		trainer := newTrainer(t, c, cpu.Options{})
		for trainer.globalStep < 6_000_000 {
			if _, err := trainer.Update(); err != nil {
				t.Fatal(err)
			}
		}
		episodicReturn, _, _ := trainer.history.means()
		t.Logf("%d actions: mean return %.1f after %d decisions", actions, episodicReturn, trainer.globalStep)
		if episodicReturn < -17 {
			t.Errorf("%d actions: mean return %.1f after %d decisions, want −17 or more", actions, episodicReturn, trainer.globalStep)
		}
	}
}

// TestDeparturesLearn is the canary of each departure from the recipes: it learns as the
// recipe does, and what it is there for shows.
func TestDeparturesLearn(t *testing.T) {
	if testing.Short() || cpu.ISAs()[0] == "go" {
		t.Skip("a few million decisions take minutes without vector instructions")
	}
	for _, test := range []struct {
		name     string
		change   func(c *Config)
		least    Optional // return
		mostNorm float64  // of the weights
	}{
		{"recipe", func(*Config) {}, -13, 65},
		{"adam", func(c *Config) { c.Optimizer = Adam }, -16, 65},
		{"l2", func(c *Config) { c.L2 = 5e-5 }, -17, 15},
		{"clip", func(c *Config) { c.Clip = 1e-3 }, -14, 65},
		{"permuted", func(c *Config) { c.PermutePixels, c.Blur, c.InitBlur = 7, 0, 0 }, -15, 65},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := fast
			c.Seed, c.Hidden, c.Envs, c.BatchDecisions = 11, 32, 128, 25_000
			test.change(&c)
			trainer := newTrainer(t, c, cpu.Options{})
			var m Metrics
			for trainer.globalStep < 4_000_000 {
				var err error
				if m, err = trainer.Update(); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("mean return %.1f, norm of the weights %.1f, after %d decisions", m.EpisodicReturn, m.WeightNorm, m.GlobalStep)
			if !(m.EpisodicReturn >= test.least) {
				t.Errorf("mean return %.1f after %d decisions, want %.1f or more", m.EpisodicReturn, m.GlobalStep, test.least)
			}
			if !(m.WeightNorm <= test.mostNorm) {
				t.Errorf("the norm of the weights is %.1f after %d decisions, want %.1f or less", m.WeightNorm, m.GlobalStep, test.mostNorm)
			}
		})
	}
}
