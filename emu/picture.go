package emu

// ImageSize is the side of the 2016 post's picture: rows 35, 37, … 193 and columns
// 0, 2, … 158 of the screen, 1 where there is neither background colour.
const (
	ImageSize   = 80
	ImagePixels = ImageSize * ImageSize

	imageFirstRow = 35
	imageStep     = 2

	enemyImageColumn = enemyColumn / imageStep // columns 8 and 9
	agentImageColumn = agentColumn / imageStep // columns 70 and 71
	paddleImageRows  = paddleHeight / imageStep
)

// Picture is the post's 80×80 image as what it consists of: for each of the
// opponent's paddle, the agent's paddle and the ball the code of its shape and
// place (CodePixels), or NoCode where it is not in the image. The shapes of a
// Picture do not overlap: where the ball is in front of a paddle it has lost the
// pixels that they share.
type Picture struct {
	Enemy, Agent, Ball uint16
}

// Blank is the Picture in which nothing is.
var Blank = Picture{NoCode, NoCode, NoCode}

// Picture returns the post's image of the frame that the screen shows.
func (g *Game) Picture() Picture {
	enemyTop := (g.EnemyY - (paddleHeight - 1) - imageFirstRow) >> 1
	agentTop := (g.paddleBottom() - (paddleHeight - 1) + 1 - imageFirstRow) >> 1
	return Picture{
		Enemy: enemyCode(enemyTop),
		Agent: agentCode(agentTop),
		Ball:  g.ballCode(enemyTop, agentTop),
	}
}

// ballCode returns the code of the ball's visible pixels, with the paddles' first
// image rows given.
func (g *Game) ballCode(enemyTop, agentTop int32) uint16 {
	left, right, ok := g.ballColumns()
	if !ok {
		return NoCode
	}
	column := left
	if left&1 == 1 {
		column = right
	}
	top, bottom := g.ballRows(column)
	col := column / imageStep
	first := max((top-imageFirstRow+1)>>1, 0)
	end := min((bottom-imageFirstRow)>>1, ImageSize-1) + 1
	switch col {
	case enemyImageColumn, enemyImageColumn + 1:
		first, end = hide(first, end, enemyTop)
	case agentImageColumn, agentImageColumn + 1:
		first, end = hide(first, end, agentTop)
	}
	return ballCode(col, first, end-first)
}

// hide takes the rows of a paddle at top out of the rows [first, end). The ball is
// lower than a paddle, so what is left is in one piece.
func hide(first, end, top int32) (int32, int32) {
	bottom := top + paddleImageRows
	switch {
	case end <= top || first >= bottom:
		return first, end
	case first < top:
		return first, top
	default:
		return max(first, bottom), end
	}
}

// Draw writes the image to dst [80][80]: 1 where something is, else 0. It panics if
// dst is shorter than ImagePixels.
func (p Picture) Draw(dst []uint8) {
	clear(dst[:ImagePixels])
	for _, code := range [3]uint16{p.Enemy, p.Agent, p.Ball} {
		for _, pixel := range CodePixels(code) {
			dst[pixel] = 1
		}
	}
}
