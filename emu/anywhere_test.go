package emu

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLevelsAlikeFromAnywhere plays a few decisions from states that play never
// reaches, but Restore accepts, and compares the instruction sets in all that comes
// of them.
func TestLevelsAlikeFromAnywhere(t *testing.T) {
	const games, decisions = 4096, 3
	rng := rand.New(rand.NewPCG(1, 2))
	preset := Preset{Name: "anywhere", SkipMin: 1, SkipMax: 4, Sticky: 0.5, TimeLimit: 500}
	for range 8 {
		snapshot := NewVector(games, preset, 1, 0).Snapshot()
		for f, limits := range fieldLimits {
			for i := range games {
				snapshot[f*games+i] = anyValue(rng, f, limits)
			}
		}
		actions := make([]Action, decisions*games)
		for i := range actions {
			actions[i] = MinimalActions[rng.IntN(6)]
		}
		var first []Episode
		var firstSteps []Step
		var firstSnapshot []int32
		EachLevel(t, func(t *testing.T) {
			v := NewVector(games, preset, 1, 0)
			if err := v.Restore(snapshot); err != nil {
				t.Fatal(err)
			}
			var ended []Episode
			steps := make([]Step, decisions)
			for d := range steps {
				steps[d] = NewStep(games)
				ended = v.StepRange(0, games, actions[d*games:], steps[d], ended)
			}
			if first == nil {
				first, firstSteps, firstSnapshot = ended, steps, v.Snapshot()
				if len(first) < 100 {
					t.Fatalf("%d episodes ended: too few to compare", len(first))
				}
			}
			if !slices.Equal(ended, first) {
				t.Error("other episodes ended")
			}
			for d, s := range steps {
				want := firstSteps[d]
				for i := range games {
					at := i * ObservationWidth
					if got, want := s.Observation[at:at+ObservationWidth], want.Observation[at:at+ObservationWidth]; !slices.Equal(got, want) {
						t.Fatalf("decision %d of game %d: observation %d, want %d", d, i, got, want)
					}
				}
				if !slices.Equal(s.Reward, want.Reward) || !slices.Equal(s.Terminated, want.Terminated) || !slices.Equal(s.Truncated, want.Truncated) {
					t.Fatalf("decision %d: other rewards or ends", d)
				}
			}
			if got := v.Snapshot(); !slices.Equal(got, firstSnapshot) {
				t.Fatal("the games are in other states")
			}
		})
	}
}

// anyValue returns a value that variable f can take: often an extreme one.
func anyValue(rng *rand.Rand, f int, limits [2]int32) int32 {
	for {
		value := limits[0] + rng.Int32N(limits[1]-limits[0]+1)
		switch {
		case f == fieldServeTimer && rng.IntN(4) > 0:
			value = 0
		case f == fieldDecisions:
			value = 490 + rng.Int32N(20)
		case f == fieldFrame && rng.IntN(2) == 0:
			value = (resetFrame + FrameLimit - 8 + rng.Int32N(10)) & 0xFFFF
		case rng.IntN(8) == 0:
			value = limits[rng.IntN(2)]
		}
		if fieldTakes(f, value) {
			return value
		}
	}
}
