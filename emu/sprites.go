package emu

// Where the sprites are drawn, from the game's variables.
const (
	ballOffsetX = 49 // the ball's first column is BallX−49
	ballOffsetY = 14 // its first row is BallY−14
	ballHeight  = 4
)

// paddleBottom returns the last row of the agent's paddle, which is odd.
func (g *Game) paddleBottom() int32 { return (g.PaddleY+1)&^1 + 1 }

// ball returns where the ball is drawn. In the reset's own picture that is not where
// its variables say.
func (g *Game) ball() (x, y int32) {
	if g.Frame == resetFrame {
		return 51, 59
	}
	return g.BallX, g.BallY
}

// ballColumns returns the two screen columns that the ball covers; ok is false
// when there is no ball.
func (g *Game) ballColumns() (left, right int32, ok bool) {
	x, y := g.ball()
	left = mod160(x - ballOffsetX)
	return left, mod160(left + 1), y != 0
}

// ballRows returns the rows (inclusive) that the ball covers in one of its columns,
// before they are clipped to the field.
func (g *Game) ballRows(column int32) (top, bottom int32) {
	_, y := g.ball()
	top = y - ballOffsetY
	bottom = top + ballHeight - 1
	if column >= lateColumn {
		if g.edgeRises(column, top-1) {
			top--
		}
		if g.edgeRises(column, bottom) {
			bottom--
		}
	}
	return top, bottom
}

// lateColumn is the first column in which an edge of the ball can rise.
const lateColumn = 127

// edgeRises reports whether the ball's edge below line is drawn one row higher in a
// column of the ball. The cartridge draws two lines at a time and switches the ball
// in the middle of one: sooner where it draws a paddle, later while it
// reads the knob.
func (g *Game) edgeRises(column, line int32) bool {
	passes := func(bottom int32) bool { return bottom-(paddleHeight-1) <= line+1 && line+1 <= bottom }
	limit := int32(152)
	if g.BallY&1 == 1 {
		limit = 133
		if passes(g.EnemyY) {
			limit -= 3
		}
	}
	if passes(g.paddleBottom()) {
		limit -= 3
	}
	if line+13 < g.KnobTarget {
		limit += 6
	}
	return column >= limit
}

// mod160 wraps a column around the screen's width.
func mod160(x int32) int32 {
	x %= 160
	if x < 0 {
		x += 160
	}
	return x
}
