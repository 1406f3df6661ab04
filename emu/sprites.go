package emu

// Where the sprites are drawn, from the game's variables.
const (
	ballOffsetX = 49 // the ball's first column is BallX−49
	ballOffsetY = 14 // its first row is BallY−14
	ballHeight  = 4
)

// paddleBottom returns the last row of the agent's paddle, which is odd.
func (g *Game) paddleBottom() int32 { return (g.PaddleY+1)&^1 + 1 }

// ballColumns returns the two screen columns that the ball covers; ok is false
// when there is no ball.
func (g *Game) ballColumns() (left, right int32, ok bool) {
	left = mod160(g.BallX - ballOffsetX)
	return left, mod160(left + 1), g.BallY != 0
}

// ballRows returns the rows (inclusive) that the ball covers in one of its columns,
// before they are clipped to the field.
func (g *Game) ballRows(column int32) (top, bottom int32) {
	top = g.BallY - ballOffsetY
	bottom = top + ballHeight - 1
	if g.BallY&1 == 0 && column >= agentColumn+4 {
		// To the right of the agent's paddle the console is late in its line, and
		// draws an edge of the ball one row higher.
		if g.edgeRises(column, top-1) {
			top--
		}
		if g.edgeRises(column, bottom) {
			bottom--
		}
	}
	return top, bottom
}

// edgeRises reports whether an edge of the ball at line is drawn one row higher,
// in a column of the ball: the further right the column, the later its line is
// ready, and drawing the agent's paddle and reading its knob take time of their own.
func (g *Game) edgeRises(column, line int32) bool {
	limit := int32(152)
	if b := g.paddleBottom(); b-(paddleHeight-1) <= line+1 && line+1 <= b {
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
