package emu_test

import (
	"math"
	"testing"

	"pongpg/emu"
)

// TestRandomPlay compares the first episodes of many games under random up and
// down with the means of 80,000 such episodes: a return of −20.45, 4,042 frames and
// 1,348 decisions. (The first so many episodes to end in games that go on are
// shorter, because short ones end first: 4,030 frames are the mean of 20,000 from
// 2,048 games.)
func TestRandomPlay(t *testing.T) {
	games := budget(2_000)
	v := emu.NewVector(games, emu.Presets[0], 1, 0)
	s, actions := emu.NewStep(games), make([]emu.Action, games)
	first := make([]*emu.Episode, games)
	for d, left := 0, games; left > 0; d++ {
		for i := range actions {
			actions[i] = upDown.act(nil, uint32(i), uint32(d))
		}
		for _, e := range v.Step(2, actions, s, nil) {
			if first[e.Game] == nil {
				first[e.Game] = &e
				left--
			}
		}
	}
	check := func(what string, want, rounding float64, value func(*emu.Episode) float64) {
		sum, squares := 0.0, 0.0
		for _, e := range first {
			sum += value(e)
			squares += value(e) * value(e)
		}
		n := float64(games)
		mean := sum / n
		deviation := math.Sqrt(squares/n - mean*mean)
		limit := 4*deviation/math.Sqrt(n) + rounding
		t.Logf("%s: mean %.3f, standard deviation %.3f, over %d games", what, mean, deviation, games)
		if math.Abs(mean-want) > limit {
			t.Errorf("%s: mean %.3f is not %.3f ± %.3f (seed 1)", what, mean, want, limit)
		}
	}
	check("return", -20.45, 0.005, func(e *emu.Episode) float64 { return float64(e.Return) })
	check("frames", 4042, 4, func(e *emu.Episode) float64 { return float64(e.Frames) })
	check("decisions", 1348, 2, func(e *emu.Episode) float64 { return float64(e.Decisions) })
}

// TestIdlePlay plays a game without an action: it is lost by 21 points in 3,056
// frames, with any random stream.
func TestIdlePlay(t *testing.T) {
	for _, name := range []string{"PongNoFrameskip-v4", "PongDeterministic-v4", "ALE/Pong-v5"} {
		preset, err := emu.PresetByName(name)
		if err != nil {
			t.Fatal(err)
		}
		const games = 3
		v := emu.NewVector(games, preset, 1, 0)
		s, actions := emu.NewStep(games), make([]emu.Action, games)
		var ended []emu.Episode
		for len(ended) == 0 {
			ended = v.StepRange(0, games, actions, s, nil)
		}
		for i, got := range ended {
			if want := (emu.Episode{Game: i, Return: -21, Decisions: 3056 / int32(preset.SkipMax), Frames: 3056}); got != want {
				t.Errorf("%s: %+v, want %+v", name, got, want)
			}
		}
	}
}
