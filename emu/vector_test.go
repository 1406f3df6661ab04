package emu_test

import (
	"fmt"
	"testing"

	"pongpg/emu"
	"pongpg/emu/philox"
)

// TestVectorAgainstGame compares every game of a vector, every decision, with the
// same game played frame by frame.
func TestVectorAgainstGame(t *testing.T) {
	const games = 16 + 5 // a whole block and a part of one
	short := emu.Preset{Name: "short", SkipMin: 1, SkipMax: 4, Sticky: 0.5, TimeLimit: 97}
	long := emu.Preset{Name: "long", SkipMin: 1, SkipMax: 1, TimeLimit: 1 << 40}
	for _, preset := range append([]emu.Preset{short, long}, emu.Presets...) {
		for _, player := range []player{anyAction, upDown, tracker} {
			t.Run(fmt.Sprintf("%s/%s", preset.Name, player.name), func(t *testing.T) {
				emu.EachLevel(t, func(t *testing.T) {
					compareWithGames(t, games, budget(4_000), preset, player)
				})
			})
		}
	}
}

// TestVectorTimeLimits plays until the real limits cut episodes off: the preset's
// and the console's.
func TestVectorTimeLimits(t *testing.T) {
	deterministic, err := emu.PresetByName("PongDeterministic-v4")
	if err != nil {
		t.Fatal(err)
	}
	everyFrame, err := emu.PresetByName("PongNoFrameskip-v4")
	if err != nil {
		t.Fatal(err)
	}
	endless := deterministic
	endless.Name, endless.TimeLimit = "endless", 1<<40
	for _, c := range []struct {
		preset            emu.Preset
		decisions, frames int32
	}{
		{deterministic, 10_000, 40_000},
		{endless, emu.FrameLimit/4 + 1, emu.FrameLimit + 2},
		{everyFrame, emu.FrameLimit, emu.FrameLimit},
	} {
		if (testing.Short() || raceDetector) && c.preset.SkipMax == 1 {
			continue
		}
		t.Run(c.preset.Name, func(t *testing.T) {
			emu.EachLevel(t, func(t *testing.T) {
				truncated := compareWithGames(t, emu.VectorLanes, int(c.decisions)+10, c.preset, stall)
				for _, e := range truncated {
					if e.Decisions != c.decisions || e.Frames != c.frames {
						t.Errorf("an episode was cut off after %d decisions and %d frames, want %d and %d", e.Decisions, e.Frames, c.decisions, c.frames)
					}
				}
				if len(truncated) != emu.VectorLanes {
					t.Fatalf("%d episodes were cut off, want %d", len(truncated), emu.VectorLanes)
				}
			})
		})
	}
}

// compareWithGames plays decisions of a vector and of as many references, and
// returns the episodes that were cut off.
func compareWithGames(t *testing.T, games, decisions int, preset emu.Preset, player player) (truncated []emu.Episode) {
	t.Helper()
	const seed, firstStream = 0x1234567_89ABCDEF, 77
	v := emu.NewVector(games, preset, seed, firstStream)
	references := make([]*reference, games)
	for i := range references {
		references[i] = newReference(preset, seed, firstStream+uint32(i))
	}
	s, actions := emu.NewStep(games), make([]emu.Action, games)
	for d := range decisions {
		for i := range actions {
			actions[i] = player.act(&references[i].game, uint32(i), uint32(d))
		}
		ended := v.StepRange(0, games, actions, s, nil)
		for i, r := range references {
			fatal := func(got, want any) {
				t.Helper()
				t.Fatalf("%s, seed %#x: game %d, decision %d:\ngot  %+v\nwant %+v", preset.Name, uint64(seed), i, d, got, want)
			}
			want := r.step(actions[i])
			got := outcome{reward: s.Reward[i], terminated: s.Terminated[i], truncated: s.Truncated[i]}
			copy(got.observation[:], s.Observation[i*emu.ObservationWidth:])
			if want.terminated || want.truncated {
				if len(ended) == 0 {
					fatal("no more episodes", want.episode)
				}
				want.episode.Game, got.episode, ended = i, ended[0], ended[1:]
			}
			if got != want {
				fatal(got, want)
			}
			if got := v.Game(i); got != r.game {
				fatal(got, r.game)
			}
			if want.truncated {
				truncated = append(truncated, want.episode)
			}
		}
		if len(ended) != 0 {
			t.Fatalf("decision %d: episodes that did not end: %+v", d, ended)
		}
	}
	return truncated
}

// TestLevelsAlike compares the snapshots of long random play with each instruction
// set: every variable of every game.
func TestLevelsAlike(t *testing.T) {
	const games = 40
	for _, preset := range emu.Presets {
		var first []int32
		emu.EachLevel(t, func(t *testing.T) {
			v := emu.NewVector(games, preset, 3, 0)
			s, actions := emu.NewStep(games), make([]emu.Action, games)
			for d := range budget(4_000) {
				for i := range actions {
					actions[i] = anyAction.act(nil, uint32(i), uint32(d))
				}
				v.StepRange(0, games, actions, s, nil)
			}
			snapshot := v.Snapshot()
			if first == nil {
				first = snapshot
			}
			compareSnapshots(t, games, snapshot, first)
		})
	}
}

// compareSnapshots fails if two snapshots differ.
func compareSnapshots(t *testing.T, games int, got, want []int32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("a snapshot has %d numbers, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("variable %d of game %d is %d, want %d", i/games, i%games, got[i], want[i])
		}
	}
}

// random returns a random number for game i's decision d.
func random(i, d uint32) uint32 {
	word, _, _, _ := philox.Block(99, d, i, philox.PurposeAction, 0)
	return word
}
