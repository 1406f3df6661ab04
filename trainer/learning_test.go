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
