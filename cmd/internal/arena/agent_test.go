package arena

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
)

// TestSpare plays a match in which agents take over from each other in the memory of the one before,
// and in which the same agents have memory of their own: both decide alike.
func TestSpare(t *testing.T) {
	config, err := trainer.Recipe("fast")
	if err != nil {
		t.Fatal(err)
	}
	config.Hidden, config.Envs, config.BatchDecisions = 16, 4, 400
	b, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	tr, err := trainer.New(config, b)
	if err != nil {
		t.Fatal(err)
	}
	found := func() *checkpoint.Found {
		t.Helper()
		m, err := tr.Update()
		if err != nil {
			t.Fatal(err)
		}
		f, err := tr.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		return &checkpoint.Found{Path: "x", Update: m.Update, File: f}
	}
	agent := func(f *checkpoint.Found, spare *Spare) *Agent {
		t.Helper()
		a, err := FromCheckpoint("x", f, spare)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	first := found()
	spare := &Spare{}
	var matches [2]*Match // with the spare, and without
	for i := range matches {
		if matches[i], err = NewMatch(agent(first, nil), nil, 1, false); err != nil {
			t.Fatal(err)
		}
	}
	matches[0].Spare = spare
	known := map[*Agent]bool{matches[0].Agent: true}
	for range 5 {
		f := found()
		next := [2]*Agent{agent(f, spare), agent(f, nil)}
		known[next[0]] = true
		for i, m := range matches {
			if err := m.Offer(next[i]); err != nil {
				t.Fatal(err)
			}
		}
		for matches[0].Agent != next[0] || matches[0].BetweenPoints() {
			var decisions [2]trainer.Decision
			for i, m := range matches {
				if _, err := m.Step(); err != nil {
					t.Fatal(err)
				}
				decisions[i] = m.Decision
			}
			if one, other := decisions[0], decisions[1]; !slices.Equal(one.Prob, other.Prob) || !slices.Equal(one.Hidden, other.Hidden) || one.Action != other.Action {
				t.Fatalf("update %d decides %+v in the memory of another, and %+v in its own", f.Update, one, other)
			}
		}
		if got := matches[0].Agent.Update; got != f.Update {
			t.Errorf("update %d plays, wanted %d", got, f.Update)
		}
	}
	if len(known) != 2 {
		t.Errorf("five agents took over, and %d had memory of their own", len(known)-1)
	}

	// Another network gets memory of its own, and what does not read well leaves nothing behind.
	config.Hidden = 17
	if tr, err = trainer.New(config, b); err != nil {
		t.Fatal(err)
	}
	other := agent(found(), spare)
	if known[other] || other.Policy.Hidden() != 17 || spare.take() != nil {
		t.Errorf("an agent of %d units is in the memory of one of 16", other.Policy.Hidden())
	}
	if err := spare.Keep(other); err != nil {
		t.Error(err)
	}
	damaged := found()
	w1 := damaged.File.Tensor("w1")
	weights, err := checkpoint.Values[float32](w1)
	if err != nil {
		t.Fatal(err)
	}
	weights = slices.Clone(weights)
	weights[len(weights)-1] = float32(math.Inf(-1))
	*w1 = checkpoint.NewTensor("w1", weights, w1.Shape...)
	if a, err := FromCheckpoint("x", damaged, spare); a != nil || err == nil || err.Error() != "x: w1 in the checkpoint holds -Inf" {
		t.Errorf("of a damaged checkpoint: %v, %v", a, err)
	}
	if spare.take() != nil {
		t.Error("half a policy is kept")
	}
	if err := errors.Join(matches[0].Close(), matches[1].Close(), (*Spare)(nil).Close()); err != nil {
		t.Error(err)
	}
}
