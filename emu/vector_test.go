package emu_test

import (
	"testing"

	"pongpg/emu"
	"pongpg/emu/philox"
)

// arrays returns a Step for games games.
func arrays(games int) emu.Step {
	return emu.Step{
		Observation: make([]uint16, games*emu.ObservationWidth),
		Reward:      make([]int8, games),
		Terminated:  make([]bool, games),
		Truncated:   make([]bool, games),
	}
}

// upDown fills actions with up and down at random.
func upDown(actions []emu.Action, seed uint64, decision int) {
	for i := range actions {
		word, _, _, _ := philox.Block(seed, uint32(decision), uint32(i), philox.PurposeAction, 0)
		actions[i] = emu.Right + emu.Action(word&1)
	}
}

// BenchmarkStep measures decisions a second on one core: stepping and observing
// under random up and down.
func BenchmarkStep(b *testing.B) {
	for _, preset := range emu.Presets {
		b.Run(preset.Name, func(b *testing.B) {
			const games, tile = 1024, 64
			v := emu.NewVector(games, preset, 1, 0)
			s, actions := arrays(tile), make([]emu.Action, tile)
			ended := make([]emu.Episode, 0, games)
			frames := int64(0)
			for n := 0; b.Loop(); n++ {
				lo := n % (games / tile) * tile
				if n%4 == 0 {
					upDown(actions, 1, n)
				}
				ended = v.StepRange(lo, lo+tile, actions, s, ended[:0])
				frames += tile
			}
			b.ReportMetric(float64(frames)/b.Elapsed().Seconds()/1e6, "Mdecisions/s")
			mean := float64(preset.SkipMin+preset.SkipMax) / 2
			b.ReportMetric(float64(frames)*mean/b.Elapsed().Seconds()/1e6, "Mframes/s")
		})
	}
}
