package emu_test

import (
	"slices"
	"testing"

	"pongpg/emu"
)

// TestFramesAgainstVector plays the same episodes frame by frame and in a vector, and
// compares the game and the observation at each decision, the rewards and the ends.
func TestFramesAgainstVector(t *testing.T) {
	const seed = 0x1234567_89ABCDEF
	short := emu.Preset{Name: "short", SkipMin: 1, SkipMax: 4, Sticky: 0.5, TimeLimit: 97}
	for _, preset := range append([]emu.Preset{short}, emu.Presets...) {
		for _, in := range []emu.Input{emu.Difference, emu.Both} {
			for _, player := range []player{anyAction, tracker} {
				compareFrames(t, preset, in, player, seed, 20_000)
			}
		}
	}
}

func compareFrames(t *testing.T, preset emu.Preset, in emu.Input, player player, seed uint64, decisions int) {
	t.Helper()
	v, s, stream := emu.NewVector(1, preset, seed, 3), emu.NewStep(1), uint32(3)
	v.SetInput(in)
	f := emu.NewFrames(preset, seed, stream)
	v.FirstObservation(s.Observation, 0)
	row := make([]uint16, emu.ObservationWidth)
	for d := range decisions {
		f.Observe(row, in)
		if !slices.Equal(row, s.Observation) {
			t.Fatalf("%s, decision %d: observation %v, want %v", preset.Name, d, row, s.Observation)
		}
		if gotStream, gotTick := f.Stream(); gotStream != stream || gotTick != uint32(f.Decisions) {
			t.Fatalf("%s, decision %d: stream %d at %d", preset.Name, d, gotStream, gotTick)
		}
		action := player.act(&f.Game, stream, uint32(d))
		ended := v.StepRange(0, 1, []emu.Action{action}, s, nil)
		reward, frames := int32(0), 0
		for f.Act(action); f.More(); frames++ {
			reward += f.Next()
		}
		if reward != int32(s.Reward[0]) || frames > preset.SkipMax || f.Ended() != (len(ended) == 1) {
			t.Fatalf("%s, decision %d: reward %d after %d frames, ended %v, want %d, ended %v", preset.Name, d, reward, frames, f.Ended(), s.Reward[0], ended)
		}
		if len(ended) == 0 {
			if f.Game != v.Game(0) {
				t.Fatalf("%s, decision %d: %+v, want %+v", preset.Name, d, f.Game, v.Game(0))
			}
			continue
		}
		e := ended[0]
		if e.Decisions != f.Decisions || e.Frames != f.Frame || e.Return != f.Game.AgentScore-f.Game.EnemyScore {
			t.Fatalf("%s: %d decisions, %d frames, %d to %d, want %+v", preset.Name, f.Decisions, f.Frame, f.Game.AgentScore, f.Game.EnemyScore, e)
		}
		stream++
		f.Begin(stream)
		v.ResetGame(0, stream)
		v.FirstObservation(s.Observation, 0)
	}
	if stream < 4 && preset.SkipMax > 1 {
		t.Errorf("%s: no episode ended", preset.Name)
	}
}

// TestMovedOpponent puts the opponent's paddle anywhere after each frame, as a person
// may: every picture has its codes, which draw the screen's image.
func TestMovedOpponent(t *testing.T) {
	preset, err := emu.PresetByName("PongNoFrameskip-v4")
	if err != nil {
		t.Fatal(err)
	}
	f := emu.NewFrames(preset, 1, 0)
	var screen emu.Screen
	want, got := make([]uint8, emu.ImagePixels), make([]uint8, emu.ImagePixels)
	row := make([]uint16, emu.ObservationWidth)
	for d := range uint32(20_000) {
		if f.Ended() {
			f.Begin(d)
		}
		f.Observe(row, emu.Both)
		f.Act(tracker.act(&f.Game, 3, d))
		f.Next()
		f.Game.EnemyY = int32(random(1, d/3)%104) * 2
		if f.Game.Over() || f.Frame < 2 {
			continue
		}
		f.Game.Draw(&screen)
		screen.Image(want)
		f.Game.Picture().Draw(got)
		if !slices.Equal(got, want) {
			t.Fatalf("frame %d: the codes draw another image than the screen has: %+v", d, f.Game)
		}
	}
}
