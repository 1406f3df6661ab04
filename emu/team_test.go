package emu_test

import (
	"slices"
	"testing"

	"pongpg/emu"
)

// play plays decisions of all games of v with step, and returns the episodes that
// ended and a digest of all that the steps brought.
func play(v *emu.Vector, decisions int, player player, step func(actions []emu.Action, s emu.Step, ended []emu.Episode) []emu.Episode) (ended []emu.Episode, digest uint64) {
	s, actions := emu.NewStep(v.Games()), make([]emu.Action, v.Games())
	mix := func(x uint64) { digest = (digest ^ x) * 0x9E3779B97F4A7C15; digest ^= digest >> 29 }
	for d := range decisions {
		for i := range actions {
			actions[i] = player.act(nil, uint32(i), uint32(d))
		}
		ended = step(actions, s, ended)
		for i := range actions {
			mix(uint64(uint8(s.Reward[i])))
			if s.Terminated[i] {
				mix(1 << 32)
			}
			if s.Truncated[i] {
				mix(1 << 33)
			}
		}
		for _, e := range s.Observation {
			mix(uint64(e))
		}
	}
	return ended, digest
}

// TestStepAlike compares Step with any number of workers, and StepRange in any
// ranges, with StepRange of all games at once.
func TestStepAlike(t *testing.T) {
	const games, seed = 1000, 5 // four tiles of workers, the last cut short inside a block
	preset := emu.Presets[0]
	preset.TimeLimit = 150
	decisions := budget(400)
	type result struct {
		ended    []emu.Episode
		digest   uint64
		snapshot []int32
	}
	run := func(step func(v *emu.Vector, actions []emu.Action, s emu.Step, ended []emu.Episode) []emu.Episode) (r result) {
		v := emu.NewVector(games, preset, seed, 0)
		r.ended, r.digest = play(v, decisions, anyAction, func(actions []emu.Action, s emu.Step, ended []emu.Episode) []emu.Episode {
			return step(v, actions, s, ended)
		})
		r.snapshot = v.Snapshot()
		return r
	}
	want := run(func(v *emu.Vector, actions []emu.Action, s emu.Step, ended []emu.Episode) []emu.Episode {
		return v.StepRange(0, games, actions, s, ended)
	})
	if decisions > 150 && len(want.ended) < games {
		t.Fatalf("%d episodes ended: too few to compare", len(want.ended))
	}
	check := func(what string, n int, got result) {
		t.Helper()
		if !slices.Equal(got.ended, want.ended) || got.digest != want.digest {
			t.Errorf("%s of %d: another result", what, n)
		}
		compareSnapshots(t, games, got.snapshot, want.snapshot)
	}
	for _, workers := range []int{-1, 0, 1, 2, 3, 4, 100} {
		check("workers", workers, run(func(v *emu.Vector, actions []emu.Action, s emu.Step, ended []emu.Episode) []emu.Episode {
			return v.Step(workers, actions, s, ended)
		}))
	}
	for _, width := range []int{16, 48, 64, 992} {
		check("ranges", width, run(func(v *emu.Vector, actions []emu.Action, s emu.Step, ended []emu.Episode) []emu.Episode {
			for lo := 0; lo < games; lo += width {
				hi := min(lo+width, games)
				ended = v.StepRange(lo, hi, actions[lo:hi], emu.Step{
					Observation: s.Observation[lo*emu.ObservationWidth : hi*emu.ObservationWidth],
					Reward:      s.Reward[lo:hi], Terminated: s.Terminated[lo:hi], Truncated: s.Truncated[lo:hi],
				}, ended)
			}
			return ended
		}))
	}
}

// TestStepRangeStaysInside steps a range that ends inside a block: the games beyond
// it, and the arrays, stay as they are.
func TestStepRangeStaysInside(t *testing.T) {
	emu.EachLevel(t, func(t *testing.T) {
		const games, lo, hi = 64, 16, 41
		v := emu.NewVector(games, emu.Presets[0], 1, 0)
		before := v.Snapshot()
		s := emu.NewStep(games)
		for i := range s.Reward {
			s.Reward[i], s.Terminated[i], s.Truncated[i] = 7, true, true
		}
		for i := range s.Observation {
			s.Observation[i] = 77
		}
		v.StepRange(lo, hi, make([]emu.Action, games), s, nil)
		for i, value := range v.Snapshot() {
			game, frame := i%games, i/games == 0
			if inside := game >= lo && game < hi; !inside && value != before[i] || inside && frame && value == before[i] {
				t.Fatalf("variable %d of game %d went from %d to %d", i/games, game, before[i], value)
			}
		}
		for i := range games {
			written := s.Reward[i] != 7 && !s.Terminated[i] && !s.Truncated[i] && s.Observation[i*6] != 77 && s.Observation[i*6+5] != 77
			untouched := s.Reward[i] == 7 && s.Terminated[i] && s.Truncated[i] && s.Observation[i*6] == 77 && s.Observation[i*6+5] == 77
			if i < hi-lo && !written || i >= hi-lo && !untouched {
				t.Fatalf("element %d of the arrays: reward %d, observation %d", i, s.Reward[i], s.Observation[i*6:i*6+6])
			}
		}
	})
}

// TestStepPanics checks that impossible ranges and short arrays are mistakes, seen
// before anything is written.
func TestStepPanics(t *testing.T) {
	const games = 40
	short := func(change func(s *emu.Step)) emu.Step {
		s := emu.NewStep(games)
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		lo, hi  int
		actions int
		s       emu.Step
	}{
		"not a multiple":    {8, 40, games, emu.NewStep(games)},
		"negative":          {-16, 16, games, emu.NewStep(games)},
		"too far":           {16, 41, games, emu.NewStep(games)},
		"empty":             {16, 16, games, emu.NewStep(games)},
		"short actions":     {0, 40, games - 1, emu.NewStep(games)},
		"short observation": {0, 40, games, short(func(s *emu.Step) { s.Observation = make([]uint16, games*6-1) })},
		"short reward":      {0, 40, games, short(func(s *emu.Step) { s.Reward = make([]int8, games-1) })},
		"short terminated":  {0, 40, games, short(func(s *emu.Step) { s.Terminated = make([]bool, games-1) })},
		"short truncated":   {0, 40, games, short(func(s *emu.Step) { s.Truncated = make([]bool, games-1) })},
	} {
		t.Run(name, func(t *testing.T) {
			v := emu.NewVector(games, emu.Presets[0], 1, 0)
			before := v.Snapshot()
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
				compareSnapshots(t, games, v.Snapshot(), before)
			}()
			v.StepRange(c.lo, c.hi, make([]emu.Action, c.actions), c.s, nil)
		})
	}
}

// TestStepAllocatesNothing counts the allocations of a step, with workers and without.
func TestStepAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	const games = 2048
	s, actions := emu.NewStep(games), make([]emu.Action, games)
	ended := make([]emu.Episode, 0, games)
	emu.EachLevel(t, func(t *testing.T) {
		v := emu.NewVector(games, emu.Preset{Name: "short", SkipMin: 2, SkipMax: 4, TimeLimit: 3}, 1, 0)
		for name, step := range map[string]func(){
			"StepRange":    func() { v.StepRange(64, 128, actions, s, ended[:0]) },
			"Step(1, …)":   func() { v.Step(1, actions, s, ended[:0]) },
			"Step(4, …)":   func() { v.Step(4, actions, s, ended[:0]) },
			"Step(100, …)": func() { v.Step(100, actions, s, ended[:0]) },
		} {
			for range 20 {
				step() // goroutines are kept once they have been made
			}
			if n := testing.AllocsPerRun(200, step); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	})
}
