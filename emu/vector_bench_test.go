package emu_test

import (
	"runtime"
	"strconv"
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
	report(b, preset, steps*tile)
}

// BenchmarkStepAll measures all cores stepping many games at once.
func BenchmarkStepAll(b *testing.B) {
	for _, games := range []int{1024, 8192, 65536} {
		b.Run(strconv.Itoa(games), func(b *testing.B) {
			v := emu.NewVector(games, emu.Presets[0], 1, 0)
			s, ended, actions := emu.NewStep(games), make([]emu.Episode, 0, games), make([]emu.Action, games)
			for i := range actions {
				actions[i] = upDown.act(nil, uint32(i), 0)
			}
			steps := 0
			for b.Loop() {
				ended = v.Step(runtime.GOMAXPROCS(0), actions, s, ended[:0])
				steps++
			}
			report(b, emu.Presets[0], steps*games)
		})
	}
}

func report(b *testing.B, preset emu.Preset, decisions int) {
	rate := float64(decisions) / b.Elapsed().Seconds() / 1e6
	b.ReportMetric(rate, "Mdecisions/s")
	b.ReportMetric(rate*float64(preset.SkipMin+preset.SkipMax)/2, "Mframes/s")
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
