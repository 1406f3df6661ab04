package trainer

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

func newCPU(t testing.TB, o cpu.Options) compute.Backend {
	t.Helper()
	b, err := cpu.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// small returns a recipe cut down to a size that a test can play, with a limit on
// episodes' lengths' worth of decisions.
func small(t testing.TB, recipe string, actions int) Config {
	t.Helper()
	c, err := Recipe(recipe)
	if err != nil {
		t.Fatal(err)
	}
	c.Seed = 7
	if c.Algorithm == CEM {
		c.Population, c.Elite, c.BatchEpisodes, c.Envs = 5, 2, 3, 3
		return c
	}
	c.Actions, c.Hidden = actions, 24
	if c.Schedule != "" {
		c.Schedule = "0:3600:1e-2:.01 3000:3600:8e-3:.01 9000:5400:5e-3:.005"
	}
	if c.Imitate > 0 {
		c.Imitate = 2 * 3600
	}
	if c.BatchEpisodes > 0 {
		c.BatchEpisodes, c.Envs = 3, 3
	} else {
		c.BatchDecisions, c.Envs, c.BlurUpdates = 3600, 90, 4
	}
	return c
}

func newTrainer(t testing.TB, c Config, o cpu.Options) *Trainer {
	t.Helper()
	trainer, err := New(c, newCPU(t, o))
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

// updates makes n updates and returns their metrics without what depends on the clock.
func updates(t testing.TB, trainer *Trainer, n int) []string {
	t.Helper()
	var lines []string
	for range n {
		m, err := trainer.Update()
		if err != nil {
			t.Fatal(err)
		}
		m.ElapsedSeconds, m.SPS = 0, 0
		lines = append(lines, fmt.Sprintf("%+v", m))
	}
	return lines
}

// state returns a run's whole state but for the clock.
func state(t testing.TB, trainer *Trainer) []byte {
	t.Helper()
	trainer.elapsed = 0
	f, err := trainer.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// forRecipes runs a test for each recipe and number of actions, and for all that departs
// from the recipes at once.
func forRecipes(t *testing.T, test func(t *testing.T, c Config)) {
	for i, recipe := range Recipes {
		for _, actions := range []int{2, 3, 6} {
			if own := mustRecipe(recipe).Actions; i > 2 && actions != own {
				continue // one number will do
			}
			t.Run(fmt.Sprintf("%s/%d", recipe, actions), func(t *testing.T) { test(t, small(t, recipe, actions)) })
		}
	}
	t.Run("departures", func(t *testing.T) { test(t, departures(small(t, "fast", 3))) })
	for _, recipe := range []string{"win", "ppo"} {
		t.Run("conv/"+recipe, func(t *testing.T) {
			c := small(t, recipe, 6)
			c.Network, c.Filters, c.Hidden = "conv", "3@8/5 5@4/3", 9
			c.Envs, c.BatchDecisions, c.Passes, c.Schedule = 20, 1200, 2, ""
			test(t, c)
		})
	}
}

// departures returns c with Adam, weight decay, clipping and permuted pixels. The norm of
// the gradient is above 3e-4 in every update, so that it is clipped.
func departures(c Config) Config {
	c.Optimizer, c.LearningRate, c.LearningRateFinal = Adam, 1e-3, 1e-4
	c.L2, c.Clip, c.PermutePixels = 1e-4, 3e-4, 5
	return c
}

// TestSameBits: the state after some updates does not depend on the number of
// workers, on the instruction set, or on how many episodes are played at a time.
func TestSameBits(t *testing.T) {
	forRecipes(t, func(t *testing.T, c Config) {
		first := newTrainer(t, c, cpu.Options{Workers: 1})
		metrics := updates(t, first, 3)
		want := state(t, first)
		for _, o := range []cpu.Options{{Workers: 2}, {Workers: 3}, {Workers: 2, ISA: "go"}} {
			other := newTrainer(t, c, o)
			if got := updates(t, other, 3); fmt.Sprint(got) != fmt.Sprint(metrics) {
				t.Errorf("%+v: metrics\n%v\nwant\n%v", o, got, metrics)
			}
			if !bytes.Equal(state(t, other), want) {
				t.Errorf("%+v: another state than with one worker", o)
			}
		}
		if c.BatchEpisodes == 0 {
			return
		}
		one := c
		one.Envs = 1
		serial := newTrainer(t, one, cpu.Options{Workers: 1})
		updates(t, serial, 3)
		serial.config.Envs = c.Envs
		if !bytes.Equal(state(t, serial), want) {
			t.Error("one episode at a time gives another state than three")
		}
	})
}

// TestSeeds: another seed is another run.
func TestSeeds(t *testing.T) {
	forRecipes(t, func(t *testing.T, c Config) {
		first := newTrainer(t, c, cpu.Options{})
		c.Seed++
		second := newTrainer(t, c, cpu.Options{})
		if a, b := updates(t, first, 1), updates(t, second, 1); a[0] == b[0] {
			t.Error("two seeds, the same metrics")
		}
	})
}

// TestResume: a run that is taken up from a checkpoint goes on bit for bit.
func TestResume(t *testing.T) {
	forRecipes(t, func(t *testing.T, c Config) {
		whole := newTrainer(t, c, cpu.Options{Workers: 2})
		updates(t, whole, 2)
		f, err := whole.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		metrics := updates(t, whole, 3)

		resumed, err := Resume(&checkpoint.Found{Path: "x", Update: 2, File: f}, newCPU(t, cpu.Options{Workers: 1}))
		if err != nil {
			t.Fatal(err)
		}
		if got := updates(t, resumed, 3); fmt.Sprint(got) != fmt.Sprint(metrics) {
			t.Errorf("metrics after resuming\n%v\nwant\n%v", got, metrics)
		}
		whole.elapsed, resumed.elapsed = 0, 0
		if !bytes.Equal(state(t, resumed), state(t, whole)) {
			t.Error("another state after resuming")
		}
	})
}

// TestResumeRefuses: a checkpoint whose parts do not fit is an error.
func TestResumeRefuses(t *testing.T) {
	good := func() *checkpoint.File {
		f, err := newTrainer(t, small(t, "fast", 2), cpu.Options{}).Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	replace := func(f *checkpoint.File, tensor checkpoint.Tensor) {
		*f.Tensor(tensor.Name) = tensor
	}
	for name, spoil := range map[string]func(f *checkpoint.File){
		"no configuration":        func(f *checkpoint.File) { delete(f.Metadata, "config") },
		"foreign configuration":   func(f *checkpoint.File) { f.Metadata["config"] = `{"recipe":"other"}` },
		"no counters":             func(f *checkpoint.File) { f.Metadata["counters"] = "{" },
		"negative counters":       func(f *checkpoint.File) { f.Metadata["counters"] = `{"global_step":-1}` },
		"weights of another size": func(f *checkpoint.File) { replace(f, checkpoint.NewTensor(tensorW2, make([]float32, 9))) },
		"weights not numbers": func(f *checkpoint.File) {
			w := make([]float32, 24)
			w[3] = float32(math.NaN())
			replace(f, checkpoint.NewTensor(tensorW2, w, 1, 24))
		},
		"impossible games": func(f *checkpoint.File) {
			games := make([]int32, emu.SnapshotFields*90)
			games[0] = -1
			replace(f, checkpoint.NewTensor(tensorGames, games, emu.SnapshotFields, 90))
		},
		"impossible observation": func(f *checkpoint.File) {
			entries := make([]uint16, 90*emu.ObservationWidth)
			entries[5] = 2 * emu.Codes
			replace(f, checkpoint.NewTensor(tensorObservation, entries, 90, emu.ObservationWidth))
		},
		"impossible number pending": func(f *checkpoint.File) {
			length := make([]int32, 90)
			length[89] = 1 << 20
			replace(f, checkpoint.NewTensor(tensorPendingLength, length))
		},
	} {
		f := good()
		spoil(f)
		if _, err := Resume(&checkpoint.Found{Path: "run/x", File: f}, newCPU(t, cpu.Options{})); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}

// TestNotFinite: a weight that is not a number stops the run in the update in which it
// shows.
func TestNotFinite(t *testing.T) {
	for _, poison := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		trainer := newTrainer(t, small(t, "fast", 2), cpu.Options{})
		updates(t, trainer, 1)
		trainer.policy.net.(*mlp).W2.Host[0] = poison
		_, err := trainer.Update()
		var notFinite *NotFiniteError
		if !errors.As(err, &notFinite) || notFinite.Update != 2 {
			t.Errorf("W2 is %v: error %v, want one that names update 2", poison, err)
		}
	}
}

// TestStepAscends holds the whole backward pass to the objective: the change of
// Σ w·(A·ln π + β·H) over a batch, measured in float64 by a forward pass before and after a
// step, is what the gradient says.
func TestStepAscends(t *testing.T) {
	forRecipes(t, func(t *testing.T, c Config) {
		if c.Algorithm == CEM {
			t.Skip("no gradient")
		}
		c.Blur, c.BlurFinal, c.Clip = 0, 0, 0
		trainer := newTrainer(t, c, cpu.Options{Workers: 2})
		updates(t, trainer, 2) // until points have ended
		batch, _ := trainer.play()
		l, h := trainer.learner, trainer.hyper()
		objective := func() float64 {
			trainer.policy.Forward(trainer.backend, batch.Z, batch.Prob, batch.Active, batch.X)
			sum := 0.0
			for _, p := range l.parameters {
				for _, w := range p.w.Host {
					sum -= c.L2 / 2 * float64(w) * float64(w)
				}
			}
			for i, a := range batch.Action.Host {
				row := exactLogs(batch.Z.Row(i))
				weight := float64(batch.Weight.Host[i])
				sum += weight * float64(batch.Advantage.Host[i]) * row[a]
				for _, l := range row {
					sum -= weight * float64(h.Entropy) * math.Exp(l) * l
				}
			}
			return sum
		}
		before := objective()
		var weights [][]float32
		for _, p := range l.parameters {
			weights = append(weights, append([]float32(nil), p.w.Host...))
		}
		h.LearningRate = 1e-6
		l.Backward(trainer.backend, batch, h)
		l.Ascend(trainer.backend, h)
		predicted := 0.0
		for i, g := range l.gradient.tensors() {
			for j, g := range g.Host {
				predicted += float64(g) * (float64(l.parameters[i].w.Host[j]) - float64(weights[i][j]))
			}
		}
		measured := objective() - before
		t.Logf("the objective rose by %.6g, the gradient says %.6g", measured, predicted)
		if predicted <= 0 || math.Abs(measured-predicted) > 0.02*predicted {
			t.Errorf("the objective rose by %v, the gradient says %v", measured, predicted)
		}
	})
}

// exactLogs returns ln p of each action for a row of logits.
func exactLogs(z []float32) []float64 {
	logits := []float64{0, float64(z[0])}
	if len(z) > 1 {
		logits = logits[:0]
		for _, z := range z {
			logits = append(logits, float64(z))
		}
	}
	sum := 0.0
	for _, z := range logits {
		sum += math.Exp(z)
	}
	for i := range logits {
		logits[i] -= math.Log(sum)
	}
	return logits
}

var (
	fast     = mustRecipe("fast")
	karpathy = mustRecipe("karpathy")
)

// mustRecipe returns a recipe that is there.
func mustRecipe(name string) Config {
	c, err := Recipe(name)
	if err != nil {
		panic(err)
	}
	return c
}
