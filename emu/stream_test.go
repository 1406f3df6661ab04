package emu_test

import (
	"fmt"
	"slices"
	"testing"

	"pongpg/emu"
)

// histories plays decisions and returns what each game brought.
func histories(v *emu.Vector, decisions int, player player) []string {
	s, actions := emu.NewStep(v.Games()), make([]emu.Action, v.Games())
	all := make([][]byte, v.Games())
	for d := range decisions {
		for i := range actions {
			actions[i] = player.act(nil, uint32(i), uint32(d))
		}
		v.StepRange(0, v.Games(), actions, s, nil)
		for i := range all {
			all[i] = fmt.Append(all[i], s.Reward[i], s.Observation[i*emu.ObservationWidth:][:emu.ObservationWidth])
		}
	}
	histories := make([]string, len(all))
	for i, h := range all {
		histories[i] = string(h)
	}
	return histories
}

// TestGamesDiffer plays many games under each preset: with actions drawn for each
// game, no two play alike; with the same actions, they differ where the preset draws
// anything.
func TestGamesDiffer(t *testing.T) {
	alike := player{"alike", func(_ *emu.Game, _, d uint32) emu.Action { return emu.MinimalActions[random(0, d)%6] }}
	for _, preset := range emu.Presets {
		for _, c := range []struct {
			player player
			differ bool
		}{{upDown, true}, {alike, preset.Sticky > 0 || preset.SkipMin < preset.SkipMax}} {
			const games = 200
			all := histories(emu.NewVector(games, preset, 9, 0), 150, c.player)
			slices.Sort(all)
			distinct := len(slices.Compact(all))
			if c.differ && distinct != games || !c.differ && distinct != 1 {
				t.Errorf("%s, %s: %d of %d games differ", preset.Name, c.player.name, distinct, games)
			}
		}
	}
}

// TestSeedsAndStreams holds a game to its seed and its stream, wherever in a vector
// it is, and to what ResetGame and Stream say.
func TestSeedsAndStreams(t *testing.T) {
	const games, decisions = 37, 200
	same := player{"same", func(_ *emu.Game, _, d uint32) emu.Action { return emu.MinimalActions[random(0, d)%6] }}
	all := histories(emu.NewVector(games, emu.Presets[0], 9, 100), decisions, same)
	if again := histories(emu.NewVector(games, emu.Presets[0], 9, 100), decisions, same); !slices.Equal(all, again) {
		t.Error("the same seed played other games")
	}
	if shifted := histories(emu.NewVector(games-5, emu.Presets[0], 9, 105), decisions, same); !slices.Equal(all[5:], shifted) {
		t.Error("a stream's game depends on its place in the vector")
	}
	for _, seed := range []uint64{8, 9 | 1<<32} {
		for i, h := range histories(emu.NewVector(games, emu.Presets[0], seed, 100), decisions, same) {
			if slices.Contains(all, h) {
				t.Errorf("seed %#x: game %d is one of seed 9's", seed, i)
			}
		}
	}

	v := emu.NewVector(games, emu.Presets[0], 9, 100)
	histories(v, 60, same)
	stream, tick := v.Stream()
	for i := range games {
		if stream[i] != 100+uint32(i) || tick[i] != 60 {
			t.Fatalf("game %d: stream %d, tick %d, want %d and 60", i, stream[i], tick[i], 100+i)
		}
	}
	for i := range games {
		v.ResetGame(i, 100+uint32(games-1-i))
	}
	slices.Reverse(all)
	if reset := histories(v, decisions, same); !slices.Equal(all, reset) {
		t.Error("reset games do not play as new ones")
	}
}
