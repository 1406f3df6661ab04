package crosscheck

import (
	"os"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/cudatest"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
	"pongpg/trainer/compute/parity"
)

// algorithms is a small run of each algorithm and network. Those that are not long are
// compared wherever tests run, the others by make parity.
func algorithms(t *testing.T) []run {
	of := func(name string, change func(c *trainer.Config)) trainer.Config {
		c, err := trainer.Recipe(name)
		if err != nil {
			t.Fatal(err)
		}
		c.Seed = 7
		if c.Algorithm == trainer.CEM {
			c.Population, c.Elite, c.BatchEpisodes, c.Envs, c.Preset = 4, 2, 2, 2, "PongDeterministic-v4"
		} else { // the first points end after some 60 decisions
			c.Hidden, c.Envs, c.BatchDecisions, c.BlurUpdates = 12, 8, 8*70, 4
		}
		if c.Schedule != "" {
			c.Schedule = "0:560:1e-2:.01 1000:800:5e-3:.005"
		}
		if change != nil {
			change(&c)
		}
		return c
	}
	ppo := func(c *trainer.Config) { c.Passes, c.Minibatches = 2, 2 }
	conv := func(c *trainer.Config) {
		c.Network, c.Filters, c.Hidden = "conv", "2@9/8 3@5/4", 9
		c.Envs, c.BatchDecisions, c.Schedule = 2, 2*65, ""
	}
	return []run{
		{"win", of("win", nil), 2, false},
		{"imitate", of("imitate", func(c *trainer.Config) { c.Imitate = 600 }), 3, true},
		{"a2c", of("a2c", func(c *trainer.Config) { c.Actions = 2 }), 3, true},
		{"ppo", of("ppo", func(c *trainer.Config) {
			ppo(c)
			c.Actions, c.Optimizer, c.Clip, c.Reduce = 3, trainer.Adam, 0.1, "sum"
		}), 2, true},
		{"trpo", of("trpo", func(c *trainer.Config) { c.KLLimit = 1e-4 }), 2, true},
		{"trpo, whole episodes", of("trpo", func(c *trainer.Config) {
			c.BatchEpisodes, c.BatchDecisions, c.Envs, c.Preset = 1, 0, 1, "PongDeterministic-v4"
		}), 2, true},
		{"cem", of("cem", nil), 2, true},
		{"conv/win", of("win", conv), 2, true},
		{"conv/ppo", of("ppo", func(c *trainer.Config) { conv(c); ppo(c); c.BatchDecisions = 40 }), 2, false},
	}
}

// TestAlgorithms is TestTraining for each algorithm and network; each is also taken up in the
// middle on the other device, and ends alike.
func TestAlgorithms(t *testing.T) {
	all := os.Getenv("PONGPG_PARITY") == "full" || os.Getenv("PONGPG_REQUIRE_CUDA") == "1"
	for _, r := range algorithms(t) {
		t.Run(r.name, func(t *testing.T) {
			if r.long && !all {
				t.Skip("only with PONGPG_PARITY=full, or make parity")
			}
			compare(t, r)
			if all {
				t.Run("elsewhere", func(t *testing.T) {
					cudatest.Devices(t, cuda.Options{Workers: 2}, func(t *testing.T, b *cuda.Backend) { elsewhere(t, r, b) })
				})
			}
		})
	}
}

// elsewhere trains a run on the CPU, and in two other runs one update there and the others on
// b, or the other way round. All three must leave the same.
func elsewhere(t *testing.T, r run, b compute.Backend) {
	a := open(t)
	whole := trained(t, r.config, []compute.Backend{a}, r.updates)
	for _, on := range [][]compute.Backend{{a, b}, {b, a}} {
		got := trained(t, r.config, on, r.updates)
		if d := difference(r.updates, whole, got); d != nil {
			d.Reference, d.Tested = a.Name(), on[0].Name()+", then "+on[1].Name()
			t.Error(d)
		}
	}
}

// trained returns what a run leaves after some updates, one on each of the devices, all that
// are left on the last. From each it goes to the next as a file would take it there.
func trained(t *testing.T, config trainer.Config, on []compute.Backend, updates int64) snapshot {
	t.Helper()
	run, err := trainer.New(config, on[0])
	if err != nil {
		t.Fatal(err)
	}
	for n := range updates {
		if n > 0 && int(n) < len(on) {
			f, err := run.Checkpoint()
			if err != nil {
				t.Fatal(err)
			}
			if run, err = trainer.Resume(&checkpoint.Found{Path: "x", Update: n, File: f}, on[n]); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := run.Update(); err != nil {
			t.Fatalf("on %s: update %d: %v", on[0].Name(), n+1, err)
		}
	}
	s, err := snapshotOf(run, on[len(on)-1])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTogetherAlgorithms: each algorithm trains on two devices at once as well, operation by
// operation.
func TestTogetherAlgorithms(t *testing.T) {
	for _, r := range algorithms(t) {
		t.Run(r.name, func(t *testing.T) {
			plain, err := cpu.New(cpu.Options{Workers: 2, ISA: "go"})
			if err != nil {
				t.Fatal(err)
			}
			p := parity.New(open(t), plain)
			if err := Together(r.config, p, r.updates, func(trainer.Metrics) {}); err != nil {
				t.Error(err)
			}
			if p.Compared() == 0 {
				t.Error("no value was compared")
			}
			plain.Close()
		})
	}
}
