package emu

import "math"

// rules is a Preset in the numbers that a decision compares with. Frame f is played
// by the games whose random word 0 is at least number f; it repeats the last executed
// action where its 16 bits of words 1 and 2 are below the number for stickiness; and
// an episode ends when it is longer than the number of decisions.
type rules [6]uint32

const (
	ruleFrame     = 0
	ruleSticky    = 4
	ruleDecisions = 5
)

// rules returns the preset's rules. The number of frames is uniform by the high
// half of a product, SkipMin + word·span>>32, which is above f where word is at
// least (f+1−SkipMin)·2³²/span, rounded up.
func (p Preset) rules() (r rules) {
	span := uint64(p.SkipMax - p.SkipMin + 1)
	for f := range p.SkipMax {
		above := uint64(max(f+1-p.SkipMin, 0))
		r[ruleFrame+f] = uint32((above<<32 + span - 1) / span)
	}
	r[ruleSticky] = uint32(p.Sticky*(1<<16) + 0.5)
	r[ruleDecisions] = uint32(min(p.TimeLimit, math.MaxInt32)) - 1
	return r
}
