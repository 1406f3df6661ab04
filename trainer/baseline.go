package trainer

import (
	"pongpg/emu"
)

// The situations that a return is expected of: where the ball is along the field, in
// sixteenths of it, how it moves, and how far above or below the agent's paddle it is. One
// more is that no ball, or no paddle, is to be seen. Each is two: after the last hit of a point
// that is won it is the next point's return that is expected.
const (
	ballColumns    = 16
	columnPixelsOf = emu.ImageSize / ballColumns
	moves          = 3 // towards the agent, away from it, neither; likewise down, up, neither
	offsetPixels   = 2
	offsets        = 2*emu.ImageSize/offsetPixels + 1
	situationsSeen = 1 + ballColumns*moves*moves*offsets
	situations     = 2 * situationsSeen
)

// situation returns the number of what is to be seen. Whether the agent will not hit the ball
// any more is not its doing: a baseline may know it.
func (s *sight) situation(afterHit bool) uint16 {
	first := uint16(0)
	if afterHit {
		first = situationsSeen
	}
	if !s.ball.seen || !s.agent.seen {
		return first
	}
	along, down := 2, 2
	if s.before.seen {
		along, down = move(s.ball.column, s.before.column), move(s.ball.row, s.before.row)
	}
	offset := (int(s.ball.row) - int(s.agent.row) + emu.ImageSize) / offsetPixels
	n := int(s.ball.column) / columnPixelsOf
	return first + uint16(1+((n*moves+along)*moves+down)*offsets+offset)
}

// move returns 0 for forth, 1 for back, 2 for neither.
func move(now, before int8) int {
	switch {
	case now > before:
		return 0
	case now < before:
		return 1
	}
	return 2
}

// baseline is the mean return of each situation in the latest updates: what a decision's
// return is measured against. Any function of the observation, and of what else the action has no
// influence on, may be taken off it without a bias of the gradient (Williams 1992, §4); one that
// foretells it leaves less noise.
type baseline struct {
	n, sum [situations]float64 // forgotten by and by
	mean   [situations]float32

	parts []situationSums // of this update, one a worker: sums of integers, whoever adds them
}

// room makes room for the sums of so many workers.
func (b *baseline) room(workers int) {
	for len(b.parts) < workers {
		b.parts = append(b.parts, situationSums{})
	}
}

// situationSums adds up returns in integers, whose sums do not depend on their order.
type situationSums struct {
	n, sum [situations]int64 // returns as multiples of 2⁻³²
}

const (
	forget        = 0.9 // by which an update's share of the mean shrinks with each later one
	priorReturns  = 8   // returns of 0 that a situation begins with
	returnsPerOne = 1 << 32
)

func (s *situationSums) add(situation uint16, r float64) {
	s.n[situation]++
	s.sum[situation] += int64(r * returnsPerOne)
}

// update takes in what the parts hold, and empties them.
func (b *baseline) update() {
	for i := range b.mean {
		var n, sum int64
		for p := range b.parts {
			part := &b.parts[p]
			n, sum = n+part.n[i], sum+part.sum[i]
			part.n[i], part.sum[i] = 0, 0
		}
		b.n[i] = float64(forget*b.n[i]) + float64(n)
		b.sum[i] = float64(forget*b.sum[i]) + float64(sum)/returnsPerOne
		b.mean[i] = float32(b.sum[i] / (b.n[i] + priorReturns))
	}
}
