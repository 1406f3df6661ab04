package trainer

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pongpg/emu"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// TestDecider plays episodes a frame and a decision at a time: they are the ones that
// Evaluate plays.
func TestDecider(t *testing.T) {
	conv := small(t, "karpathy", 3)
	conv.Network, conv.Filters = "conv", "4@8/8 4@3/2"
	for _, c := range []Config{small(t, "karpathy", 2), small(t, "win", 6), conv, small(t, "ppo", 6)} {
		for _, greedy := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%s/%v", c.Recipe, c.Network, greedy), func(t *testing.T) { watchEpisodes(t, c, greedy) })
		}
	}
}

func watchEpisodes(t *testing.T, c Config, greedy bool) {
	const seed, episodes = 5, 2
	tr := newTrainer(t, c, cpu.Options{Workers: 1})
	preset, err := emu.PresetByName(c.Preset)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Evaluate(context.Background(), tr.backend, tr.policy, preset, episodes, seed, greedy)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDecider(tr.backend, tr.policy, EvaluationSeed(seed), greedy)
	if err != nil {
		t.Fatal(err)
	}
	f := emu.NewFrames(preset, EvaluationSeed(seed), 0)
	row := make([]uint16, emu.ObservationWidth)
	seen := 0
	for e := range uint32(episodes) {
		for f.Begin(e); !f.Ended(); {
			f.Observe(row, tr.policy.Input)
			stream, tick := f.Stream()
			made, err := d.Decide(row, stream, tick)
			if err != nil {
				t.Fatal(err)
			}
			seen += checkDecision(t, d, made, c, greedy)
			for f.Act(made.Action); f.More(); {
				f.Next()
			}
		}
		if got := f.Game.AgentScore - f.Game.EnemyScore; got != want.Returns[e] || f.Decisions != want.Lengths[e] {
			t.Errorf("episode %d: return %d after %d decisions, want %d after %d", e, got, f.Decisions, want.Returns[e], want.Lengths[e])
		}
	}
	if seen == 0 {
		t.Error("no hidden unit was ever active")
	}
}

// checkDecision returns how many hidden units are active, which an mlp's words must say, too.
func checkDecision(t *testing.T, d *Decider, made Decision, c Config, greedy bool) (active int) {
	t.Helper()
	sum := 0.0
	for i, p := range made.Prob {
		sum += float64(p)
		if greedy && p > made.Prob[made.Index] {
			t.Fatalf("action %d was taken, %d is likelier: %v", made.Index, i, made.Prob)
		}
	}
	if len(made.Prob) != c.Actions || math.Abs(sum-1) > compute.Bound(c.Actions, 1) || made.Action != d.policy.ActionSet()[made.Index] {
		t.Fatalf("probabilities %v of action %d (%d)", made.Prob, made.Index, made.Action)
	}
	if len(made.Hidden) != c.Hidden || d.policy.Hidden() != c.Hidden {
		t.Fatalf("%d hidden units, want %d", len(made.Hidden), c.Hidden)
	}
	words := make([]uint16, d.rows.Active.Len())
	compute.Download(d.player.queue, words, d.rows.Active)
	for unit, h := range made.Hidden {
		if h < 0 || len(words) > 0 && (words[unit/compute.Lanes]>>(unit%compute.Lanes)&1 == 1) != (h > 0) {
			t.Fatalf("hidden unit %d is %g", unit, h)
		}
		if h > 0 {
			active++
		}
	}
	return active
}
