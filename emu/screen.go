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

// rectangle is rows top…bottom and columns left…right (inclusive) of one colour.
type rectangle struct {
	top, bottom, left, right int32
	colour                   RGB
}

// mostRectangles is how many there are at most: six, the ball in two columns, and four digits.
const mostRectangles = 6 + 2 + 4*13

// scene is what a screen consists of, each rectangle before what hides it.
type scene struct {
	list  [mostRectangles]rectangle
	count int
}

// fill adds rows top…bottom and columns left…right (inclusive), clipped to rows
// lowest…highest.
func (s *scene) fill(c RGB, top, bottom, left, right, lowest, highest int32) {
	top, bottom = max(top, lowest), min(bottom, highest)
	if top <= bottom {
		s.list[s.count] = rectangle{top, bottom, left, right, c}
		s.count++
	}
}

// Draw paints the game's current frame: what the environment's getScreenRGB
// returns.
func (g *Game) Draw(s *Screen) {
	all := g.scene()
	for _, r := range all.list[:all.count] {
		first := s[r.top][r.left : r.right+1]
		paint(first, r.colour)
		for y := r.top + 1; y <= r.bottom; y++ {
			copy(s[y][r.left:], first)
		}
	}
}

// paint makes all pixels one colour, ever more at a time.
func paint(pixels []RGB, c RGB) {
	pixels[0] = c
	for n := 1; n < len(pixels); n *= 2 {
		copy(pixels[n:], pixels[:n])
	}
}

// Band is rows of a screen that are alike.
type Band struct {
	Rows int
	Row  [ScreenWidth]RGB // each of them
}

// Bands appends what Draw paints to dst, from the top: ten to twenty bands, of which no two that
// follow each other are alike. They are a tenth of a screen's memory.
func (g *Game) Bands(dst []Band) []Band {
	all := g.scene()
	var edge [ScreenHeight + 1]bool // rows that may differ from the one above
	edge[ScreenHeight] = true
	for _, r := range all.list[:all.count] {
		edge[r.top], edge[r.bottom+1] = true, true
	}
	begun := len(dst)
	for y := int32(0); y < ScreenHeight; {
		end := y + 1
		for !edge[end] {
			end++
		}
		if len(dst) < cap(dst) {
			dst = dst[:len(dst)+1]
		} else {
			dst = append(dst, Band{})
		}
		band := &dst[len(dst)-1]
		band.Rows = int(end - y)
		for _, r := range all.list[:all.count] {
			if r.top <= y && y <= r.bottom {
				paint(band.Row[r.left:r.right+1], r.colour)
			}
		}
		if n := len(dst) - 1; n > begun && dst[n-1].Row == band.Row {
			dst[n-1].Rows += band.Rows
			dst = dst[:n]
		}
		y = end
	}
	return dst
}

// scene returns what the game's current frame consists of.
func (g *Game) scene() (s scene) {
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
	return s
}

// shownScore returns the score that the screen shows: a point appears one frame
// after it was made, by the side that the ball left on (exit −1 is the left one).
func (g *Game) shownScore(score, exit int32) int32 {
	if g.ServeTimer == serveFrames && g.SpeedX*exit > 0 {
		return max(score-1, 0)
	}
	return score
}

// drawScore adds a score with the tens digit at column left. A ten is a thin 1
// four columns in.
func (s *scene) drawScore(score, left int32, c RGB) {
	if score >= 20 {
		s.drawDigit(digits[2], left, c)
	} else if score >= 10 {
		s.drawDigit(digits[1], left, c)
	}
	s.drawDigit(digits[score%10], left+16, c)
}

// drawDigit adds a digit of 3×5 blocks of 4×4 pixels in rows 1–20.
func (s *scene) drawDigit(d [5]uint8, left int32, c RGB) {
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
