package emu

// Size of the screen in pixels.
const (
	ScreenHeight = 210
	ScreenWidth  = 160
)

// RGB is a colour of the screen.
type RGB [3]uint8

// Colours of the screen.
var (
	black      = RGB{0, 0, 0}
	background = RGB{144, 72, 17}
	white      = RGB{236, 236, 236} // walls and ball
	enemyRGB   = RGB{213, 130, 74}  // opponent and its score
	agentRGB   = RGB{92, 186, 92}   // agent and its score

	// In the frame of the reset and the one after it the console has other colours.
	firstBackground = RGB{109, 118, 43}
	firstWhite      = RGB{53, 95, 24}
	firstEnemyRGB   = RGB{210, 182, 86}
	firstAgentRGB   = RGB{101, 111, 228}
)

// Screen is a picture of 210 rows of 160 pixels.
type Screen [ScreenHeight][ScreenWidth]RGB

// fill paints rows top…bottom and columns left…right (inclusive), clipped to
// rows lowest…highest.
func (s *Screen) fill(c RGB, top, bottom, left, right, lowest, highest int32) {
	top, bottom = max(top, lowest), min(bottom, highest)
	if top > bottom {
		return
	}
	first := s[top][left : right+1]
	for x := range first {
		first[x] = c
	}
	for y := top + 1; y <= bottom; y++ {
		copy(s[y][left:], first)
	}
}

// Draw paints the game's current frame: what the environment's getScreenRGB
// returns.
func (g *Game) Draw(s *Screen) {
	const whole = ScreenHeight - 1
	back, wall, enemy, agent := background, white, enemyRGB, agentRGB
	first := g.Frame - resetFrame // frames since the reset
	if first == 0 || first == 1 {
		back, wall, enemy, agent = firstBackground, firstWhite, firstEnemyRGB, firstAgentRGB
	}
	s.fill(back, 0, whole, 0, ScreenWidth-1, 0, whole)
	s.fill(black, 0, 0, 0, 7, 0, whole)
	s.fill(wall, 24, fieldTop-1, 0, ScreenWidth-1, 0, whole)
	s.fill(wall, fieldBottom+1, whole, 0, ScreenWidth-1, 0, whole)
	s.drawScore(g.shownScore(g.EnemyScore, 1), 20, enemy)
	s.drawScore(g.shownScore(g.AgentScore, -1), 100, agent)
	s.fill(enemy, g.EnemyY-(paddleHeight-1), g.EnemyY, enemyColumn, enemyColumn+3, fieldTop, fieldBottom)
	b := g.paddleBottom()
	s.fill(agent, b-(paddleHeight-1), b, agentColumn, agentColumn+3, fieldTop, fieldBottom)
	if left, right, ok := g.ballColumns(); ok {
		for _, column := range [2]int32{left, right} {
			top, bottom := g.ballRows(column)
			s.fill(wall, top, bottom, column, column, fieldTop, fieldBottom)
		}
	}
}

// shownScore returns the score that the screen shows: a point appears one frame
// after it was made, by the side that the ball left on (exit −1 is the left one).
func (g *Game) shownScore(score, exit int32) int32 {
	if g.ServeTimer == serveFrames && g.SpeedX*exit > 0 {
		return max(score-1, 0)
	}
	return score
}

// drawScore paints a score with the tens digit at column left. A ten is a thin 1
// four columns in.
func (s *Screen) drawScore(score, left int32, c RGB) {
	if score >= 20 {
		s.drawDigit(digits[2], left, c)
	} else if score >= 10 {
		s.drawDigit(digits[1], left, c)
	}
	s.drawDigit(digits[score%10], left+16, c)
}

// drawDigit paints a digit of 3×5 blocks of 4×4 pixels in rows 1–20.
func (s *Screen) drawDigit(d [5]uint8, left int32, c RGB) {
	for row, blocks := range d {
		for col := range int32(3) {
			if blocks>>(2-col)&1 == 1 {
				top, x := 1+4*int32(row), left+4*col
				s.fill(c, top, top+3, x, x+3, 0, ScreenHeight-1)
			}
		}
	}
}

// digits are the rows of each digit, three bits a row, the left one highest.
var digits = [10][5]uint8{
	{0b111, 0b101, 0b101, 0b101, 0b111},
	{0b010, 0b010, 0b010, 0b010, 0b010},
	{0b111, 0b001, 0b111, 0b100, 0b111},
	{0b111, 0b001, 0b011, 0b001, 0b111},
	{0b101, 0b101, 0b111, 0b001, 0b001},
	{0b111, 0b100, 0b111, 0b001, 0b111},
	{0b100, 0b100, 0b111, 0b101, 0b111},
	{0b111, 0b001, 0b001, 0b001, 0b001},
	{0b111, 0b101, 0b111, 0b101, 0b111},
	{0b111, 0b101, 0b111, 0b001, 0b001},
}

// Image writes what the 2016 post makes of the screen to dst [80][80]: the red
// channel of every second pixel of rows 35…193, 0 where it is 144 or 109 (the two
// backgrounds), else 1. It panics if dst is shorter than ImagePixels.
func (s *Screen) Image(dst []uint8) {
	dst = dst[:ImagePixels]
	for y := range ImageSize {
		from, to := &s[imageFirstRow+imageStep*y], dst[y*ImageSize:][:ImageSize]
		for x := range to {
			to[x] = foreground[from[imageStep*x][0]]
		}
	}
}

// foreground is 0 for the red of the two backgrounds, else 1.
var foreground = func() (table [256]uint8) {
	for red := range table {
		if red != int(background[0]) && red != int(firstBackground[0]) {
			table[red] = 1
		}
	}
	return table
}()
