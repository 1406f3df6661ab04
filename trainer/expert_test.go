package trainer

import (
	"testing"

	"pongpg/emu"
)

// TestExpert: the scripted expert plays well enough to be worth imitating: about even with
// the opponent where it can stay, and where it cannot better than a reactive tracker's −13.5.
func TestExpert(t *testing.T) {
	const games, episodes = 64, 128
	preset, err := emu.PresetByName("Pong-v0")
	if err != nil {
		t.Fatal(err)
	}
	for actions, least := range map[int]float64{2: -9.5, 3: -2, 6: -2} {
		set, err := actionSet(actions)
		if err != nil {
			t.Fatal(err)
		}
		e := newExpert(set)
		v := emu.NewVector(games, preset, 3, 0)
		v.SetInput(emu.Both)
		s := emu.NewStep(games)
		for i := range games {
			v.FirstObservation(s.Observation[i*emu.ObservationWidth:], i)
		}
		tracks, do := make([]track, games), make([]emu.Action, games)
		var ended []emu.Episode
		for len(ended) < episodes {
			for i := range do {
				do[i] = set[e.act(s.Observation[i*emu.ObservationWidth:], &tracks[i])]
			}
			ended = v.StepRange(0, games, do, s, ended)
		}
		if mean := summarize(ended).Mean; mean < least {
			t.Errorf("%d actions: mean return %.2f, want %.2f or more", actions, mean, least)
		} else {
			t.Logf("%d actions: mean return %.2f", actions, mean)
		}
	}
}
