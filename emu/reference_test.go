package emu_test

import (
	"pongpg/emu"
	"pongpg/emu/philox"
)

// reference plays decisions of one game from Game.Step and random words alone: what
// a game of a Vector must do.
type reference struct {
	preset    emu.Preset
	seed      uint64
	stream    uint32
	tick      uint32
	game      emu.Game
	executed  emu.Action
	before    emu.Picture
	decisions int32
	frames    int32
	sum       int32
}

// outcome is what a decision brought.
type outcome struct {
	reward                int8
	terminated, truncated bool
	observation           [emu.ObservationWidth]uint16
	episode               emu.Episode // if it ended
}

func newReference(preset emu.Preset, seed uint64, stream uint32) *reference {
	r := &reference{preset: preset, seed: seed, stream: stream}
	r.begin()
	return r
}

func (r *reference) begin() {
	r.game.Reset()
	r.executed, r.before = emu.Noop, r.game.Picture()
	r.decisions, r.frames, r.sum = 0, 0, 0
}

func (r *reference) step(action emu.Action) (o outcome) {
	word, sticky1, sticky2, _ := philox.Block(r.seed, r.tick, r.stream, philox.PurposeGame, 0)
	r.tick++
	span := uint64(r.preset.SkipMax - r.preset.SkipMin + 1)
	frames := r.preset.SkipMin + int(uint64(word)*span>>32)
	halves := [4]uint32{sticky1 & 0xFFFF, sticky1 >> 16, sticky2 & 0xFFFF, sticky2 >> 16}
	for _, half := range halves[:frames] {
		if float64(half)/65536 >= r.preset.Sticky {
			r.executed = action
		}
		o.reward += int8(r.game.Step(r.executed))
		r.frames++
		if o.terminated = r.game.Over(); o.terminated {
			break
		}
	}
	r.decisions++
	r.sum += int32(o.reward)
	o.truncated = !o.terminated && (int(r.decisions) >= r.preset.TimeLimit || r.frames >= emu.FrameLimit)
	if o.terminated || o.truncated {
		o.episode = emu.Episode{Return: r.sum, Decisions: r.decisions, Frames: r.frames, Truncated: o.truncated}
		r.begin()
		emu.Observe(o.observation[:], emu.Blank, emu.Blank)
		return o
	}
	now := r.game.Picture()
	emu.Observe(o.observation[:], now, r.before)
	r.before = now
	return o
}
