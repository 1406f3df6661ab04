package emu_test

import (
	"testing"

	"pongpg/emu"
)

// BenchmarkStep measures one core stepping and observing tiles of 64 games under
// random up and down, by preset and instruction set. A decision's frames are the
// preset's mean.
func BenchmarkStep(b *testing.B) {
	for _, preset := range emu.Presets {
		b.Run(preset.Name, func(b *testing.B) {
			emu.EachLevelB(b, func(b *testing.B) { benchmarkStep(b, preset) })
		})
	}
}

func benchmarkStep(b *testing.B, preset emu.Preset) {
	const games, tile, choices = 1024, 64, 32
	v := emu.NewVector(games, preset, 1, 0)
	s, ended := emu.NewStep(tile), make([]emu.Episode, 0, games)
	var actions [choices][]emu.Action
	for c := range actions {
		actions[c] = make([]emu.Action, tile)
		for i := range actions[c] {
			actions[c][i] = upDown.act(nil, uint32(i), uint32(c))
		}
	}
	steps := 0
	for b.Loop() {
		lo := steps % (games / tile) * tile
		ended = v.StepRange(lo, lo+tile, actions[steps/7%choices], s, ended[:0])
		steps++
	}
	decisions := float64(steps) * tile / b.Elapsed().Seconds() / 1e6
	b.ReportMetric(decisions, "Mdecisions/s")
	b.ReportMetric(decisions*float64(preset.SkipMin+preset.SkipMax)/2, "Mframes/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkGame measures Game.Step: the rules as they are written, frame by frame.
func BenchmarkGame(b *testing.B) {
	g, frames := emu.NewGame(), 0
	for b.Loop() {
		if g.Step(emu.Right + emu.Action(frames>>3&1)); g.Over() {
			g.Reset()
		}
		frames++
	}
	b.ReportMetric(float64(frames)/b.Elapsed().Seconds()/1e6, "Mframes/s")
}
