package computetest

import "pongpg/trainer/compute"

// The shape of Pong's observations: a row is the places of two paddles (of 87
// each) and the ball, the new place added and the old one subtracted, nothing if they
// are the same. The ball's codes begin with 81 places in each of 80 columns; the rest
// are shapes at the field's ends, which made-up games do not have.
const (
	pongPaddle = 87
	pongBall   = 8040
	pongCols   = 2*pongPaddle + pongBall
	pongWidth  = 6
	pongUnits  = 208 // 200 hidden units, padded
	pongTile   = 64  // games in step with each other
)

// pong returns rows of observations of made-up games, in the order in which they
// are played: a step of each of pongTile games after the other, then of other games.
func (e *env) pong(rows int) []uint16 {
	type game struct{ paddle, ball [2]int }
	var games [pongTile]game
	var speed [pongTile][2]int
	const stepsOfATile = 128
	entries := make([]uint16, 0, rows*pongWidth)
	for i := range rows {
		g := &games[i%pongTile]
		v := &speed[i%pongTile]
		if i/pongTile%stepsOfATile == 0 {
			*g = game{[2]int{e.rng.IntN(pongPaddle), e.rng.IntN(pongPaddle)}, [2]int{e.rng.IntN(80), e.rng.IntN(81)}}
			*v = [2]int{[]int{-4, -2, 2, 4}[e.rng.IntN(4)], e.rng.IntN(9) - 4}
		}
		before := *g
		for p := range g.paddle { // moves two times of three
			g.paddle[p] = min(max(g.paddle[p]+6*(e.rng.IntN(3)-1), 0), pongPaddle-1)
		}
		for axis, size := range []int{80, 81} {
			if next := g.ball[axis] + v[axis]; next < 0 || next >= size {
				v[axis] = -v[axis]
			}
			g.ball[axis] += v[axis]
		}
		n := len(entries)
		put := func(now, before int) {
			if now != before {
				entries = append(entries, compute.Entry(now, false), compute.Entry(before, true))
			}
		}
		put(g.paddle[0], before.paddle[0])
		put(pongPaddle+g.paddle[1], pongPaddle+before.paddle[1])
		put(2*pongPaddle+81*g.ball[0]+g.ball[1], 2*pongPaddle+81*before.ball[0]+before.ball[1])
		for len(entries) < n+pongWidth {
			entries = append(entries, compute.End)
		}
	}
	return entries
}
