package trainer

import (
	"math"
	"strings"
	"testing"
)

// TestSchedule: what holds between stages is geometric, at their ends exactly theirs.
func TestSchedule(t *testing.T) {
	list, err := parseSchedule("0:100:0.01:0.02, 1000:400:0.0001:0.02 3000:400:0.0002:0.001")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []stage{
		{0, 100, 0.01, 0.02},
		{500, 200, 0.001, 0.02},
		{750, float32(100 * math.Pow(4, 0.75)), float32(0.01 * math.Pow(0.01, 0.75)), 0.02},
		{1000, 400, 0.0001, 0.02},
		{2000, 400, float32(0.0001 * math.Sqrt2), float32(0.02 * math.Sqrt(0.05))},
		{3000, 400, 0.0002, 0.001},
		{1 << 40, 400, 0.0002, 0.001},
	} {
		got := at(list, want.decisions)
		near := func(a, b float32) bool { return math.Abs(float64(a-b)) <= 2e-6*float64(b) }
		if !near(got.batch, want.batch) || !near(got.learningRate, want.learningRate) || !near(got.entropyWeight, want.entropyWeight) {
			t.Errorf("after %d decisions %+v, want %+v", want.decisions, got, want)
		}
	}
	trainer := &Trainer{config: mustRecipe("fast"), schedule: list, update: 3}
	if got := trainer.stage(); got != list[0] {
		t.Errorf("the first stage is %+v, want %+v", got, list[0])
	}
	trainer.schedule, trainer.globalStep, trainer.update = nil, 1e6, 0
	if got := trainer.stage(); got != (stage{1e6, 100_000, 4e-3, 0.01}) {
		t.Errorf("without a schedule %+v", got)
	}
	c := mustRecipe("fast")
	c.Schedule = "0:100:0.01:0.02 1000:6400.5:0.0001:0.02"
	if got := c.mostDecisions(); got != 6400 {
		t.Errorf("the largest batch is %d, want 6400", got)
	}
}

// TestScheduleErrors: what cannot be a schedule is an error that says which part.
func TestScheduleErrors(t *testing.T) {
	for text, want := range map[string]string{
		"0:100:0.01":                          "is not DECISIONS:BATCH:LR:ENTROPY",
		"0:100:0.01:0.02:1":                   "is not DECISIONS:BATCH:LR:ENTROPY",
		"0:100:x:0.02":                        `"x" in "0:100:x:0.02" is not a number above 0`,
		"0:100:-1:0.02":                       "is not a number above 0",
		"0:100:NaN:0.02":                      "is not a number above 0",
		"0:100:0.01:0":                        "is not a number above 0",
		"0:1e16:0.01:0.02":                    "is not a number above 0",
		"0:0.5:0.01:0.02":                     "the batch of",
		"0:1e9:0.01:0.02":                     "the batch of",
		"0:100:101:0.02":                      "the learning rate and the entropy's weight",
		"0:100:0.01:1e-13":                    "the learning rate and the entropy's weight",
		"5:100:0.01:0.02":                     "it must begin at decision 0",
		"0:100:0.01:0.02 0:100:0.01:0.02":     "do not come after those before",
		"0:1:1:1 9:1:1:1 8:1:1:1":             "do not come after those before",
		"0:100:0.01:0.02 1000:100:0.01:0.02;": `"0.02;"`,
	} {
		if list, err := parseSchedule(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, error %v, want one with %q", text, list, err, want)
		}
	}
	if list, err := parseSchedule(""); err != nil || len(list) != 0 {
		t.Errorf("no schedule: %+v, %v", list, err)
	}
}

// TestDecayOfDecisions: the mean squares decay by as much a decision, whatever the batch.
func TestDecayOfDecisions(t *testing.T) {
	c := mustRecipe("win")
	c.Decay, c.DecayDecisions = 0.99, 50_000
	for batch, want := range map[float32]float64{50_000: 0.99, 100_000: 0.99 * 0.99, 25_000: math.Sqrt(0.99), 1: math.Pow(0.99, 1./50_000)} {
		if got := float64(c.decay(batch)); math.Abs(got-want) > 2e-7 {
			t.Errorf("a batch of %v: %v, want %v", batch, got, want)
		}
	}
	c.DecayDecisions = 0
	if got := c.decay(7); got != 0.99 {
		t.Errorf("by updates: %v", got)
	}
}

// TestSteer: the learning rate is lowered above twice the target, raised below half of it to
// what was asked for at most, and never to nothing.
func TestSteer(t *testing.T) {
	for _, test := range []struct{ target, kl, from, want float64 }{
		{0.05, 0.2, 1, 1 / 1.2},
		{0.05, 0.1, 0.5, 0.5},
		{0.05, 0.05, 0.5, 0.5},
		{0.05, 0.025, 0.5, 0.5},
		{0.05, 0.02, 0.5, 0.6},
		{0.05, 0.02, 0.9, 1},
		{0.05, 1, 1.1e-3, 1e-3},
		{0, 1, 0.5, 0.5},
	} {
		trainer := &Trainer{rateScale: float32(test.from)}
		trainer.config.KLTarget = test.target
		trainer.steer(test.kl)
		if got := float64(trainer.rateScale); math.Abs(got-test.want) > 1e-7 {
			t.Errorf("target %v, KL %v: from %v to %v, want %v", test.target, test.kl, test.from, got, test.want)
		}
	}
	for target, want := range map[float64]float32{0: 1, 0.05: 0.1} {
		if got := (&Config{KLTarget: target}).firstRateScale(); got != want {
			t.Errorf("target %v begins with %v, want %v", target, got, want)
		}
	}
}
