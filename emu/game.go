package emu

// Geometry and pace of the game, in the console's own units: pixels of the
// 210×160 screen, and frames of 1/60 s.
const (
	fieldTop    = 34  // first row of the field
	fieldBottom = 193 // last row

	paddleHeight = 16
	agentColumn  = 140 // columns 140–143
	enemyColumn  = 16  // columns 16–19

	ballLeft  = 52  // ball x at or below which the opponent has lost the point
	ballRight = 205 // at or above which the agent has
	wallTop   = 46  // ball y below which it bounces off the upper wall
	wallBelow = 206 // at or above which it bounces off the lower one

	serveFrames = 63  // frames between a point and the next serve
	serveAt     = 128 // ball and opponent start a point here
	winScore    = 21
	maxSpeed    = 4 // pixels a frame along x

	knobStep = 23_000  // paddle resistance of a frame's turn, in ohms
	knobMin  = 27_450  // upper end of the paddle's way
	knobMax  = 790_196 // lower end

	resetFrame = 256 + 71 // value of the frame counter at the first frame

	// FrameLimit is the number of frames after which the Arcade Learning
	// Environment gives up on an episode (a 16-bit counter wraps).
	FrameLimit = 65_210
)

// Game is one game of Pong, between frames. The zero Game is not ready: call
// Reset, or NewGame. Fields are the cartridge's own variables (docs/game.md names
// their addresses).
type Game struct {
	Frame      int32 // frames since power-on, 16 bits
	ServeTimer int32 // frames until the next serve, 0 in play

	BallX, BallY   int32 // BallY = 0: no ball
	SpeedX, SpeedY int32 // pixels a frame; SpeedX < 0 is towards the opponent

	EnemyY     int32 // opponent's paddle: even, 0…206
	PaddleY    int32 // agent's paddle as shown
	Smoothed   int32 // agent's paddle on its way to the knob's position
	Knob       int32 // resistance of the agent's paddle knob, ohms
	KnobTarget int32 // position last read from the knob

	EnemyScore, AgentScore int32

	Fired bool // the button was held in the last frame
}

// NewGame returns a game at its first frame.
func NewGame() Game {
	var g Game
	g.Reset()
	return g
}

// Reset puts the game to the state in which the environment hands it to the
// player. It is always the same state.
func (g *Game) Reset() {
	*g = Game{
		Frame: resetFrame, ServeTimer: 59, BallY: 60, EnemyY: 22,
		PaddleY: 109, Smoothed: 109, Knob: 408_823, KnobTarget: 110,
	}
}

// Over reports whether a player has 21 points. A game that is over may be
// stepped on, but nothing in it means anything until Reset.
func (g *Game) Over() bool { return g.EnemyScore == winScore || g.AgentScore == winScore }

// Step plays one frame and returns its reward: +1 when the agent wins a point,
// −1 when the opponent does, else 0.
func (g *Game) Step(a Action) (reward int32) {
	g.Frame = (g.Frame + 1) & 0xFFFF
	g.Knob = min(max(g.Knob+a.turn()*knobStep, knobMin), knobMax)
	if g.ServeTimer > 0 {
		g.wait()
	} else {
		reward = g.play()
	}
	g.Fired = a.fires()
	g.moveEnemy()
	g.movePaddle()
	return reward
}

// wait counts down to the serve, and serves towards the side that lost the last
// point: to the left at first.
func (g *Game) wait() {
	g.BallY = 0
	g.ServeTimer--
	if g.ServeTimer > 0 {
		return
	}
	g.BallX, g.BallY, g.EnemyY = serveAt, serveAt, serveAt
	if g.SpeedX > 0 {
		g.SpeedX = 1
	} else {
		g.SpeedX = -1
	}
	if g.SpeedY < 0 {
		g.SpeedY = -1
	} else {
		g.SpeedY = 1
	}
	g.BallX += g.SpeedX
	g.BallY += g.SpeedY
}

// play moves the ball one frame: it bounces off a paddle, leaves the field,
// bounces off a wall, or flies on. Collisions are those of the picture of the
// previous frame, as in the console's hardware.
func (g *Game) play() (reward int32) {
	extra := int32(0)
	switch {
	case g.hitsAgent():
		g.SpeedY = (g.BallY-g.PaddleY+3)>>2 - 2
		speed := max(g.SpeedX, -g.SpeedX)
		if g.Fired {
			speed = min(speed+1, maxSpeed)
		}
		g.SpeedX = -speed
	case g.hitsEnemy():
		g.SpeedY = (g.BallY-g.EnemyY+3)>>2 - 2
		g.SpeedX = max(g.SpeedX, -g.SpeedX)
	case g.BallX >= ballRight:
		g.EnemyScore++
		g.ServeTimer = serveFrames
		return -1
	case g.BallX <= ballLeft:
		g.AgentScore++
		g.ServeTimer = serveFrames
		return 1
	case g.BallY < wallTop && g.SpeedY < 0:
		g.SpeedY, extra = -g.SpeedY, 1
	case g.BallY >= wallBelow && g.SpeedY > 0:
		g.SpeedY, extra = -g.SpeedY, -1
	}
	g.BallX += g.SpeedX
	g.BallY += g.SpeedY + extra
	return 0
}

// hitsAgent reports whether the picture shows ball and agent's paddle overlap.
func (g *Game) hitsAgent() bool {
	x := g.BallX - ballOffsetX
	above := g.BallY - g.paddleBottom()
	return agentColumn-1 <= x && x <= agentColumn+3 && wallTop <= g.BallY && g.BallY < wallBelow &&
		-3 <= above && above <= 14
}

// hitsEnemy reports whether the picture shows ball and opponent's paddle overlap.
func (g *Game) hitsEnemy() bool {
	x := g.BallX - ballOffsetX
	above := g.BallY - g.EnemyY
	return enemyColumn-1 <= x && x <= enemyColumn+3 && wallTop <= g.BallY && g.BallY < wallBelow &&
		-4 <= above && above <= 14
}

// moveEnemy moves the opponent's paddle two pixels towards the ball in seven
// frames of eight, also while there is no ball (whose y is then 0).
func (g *Game) moveEnemy() {
	if g.Frame&7 == 1 {
		return
	}
	switch {
	case g.BallY > g.EnemyY:
		g.EnemyY += 2
	case g.BallY < g.EnemyY:
		g.EnemyY -= 2
	}
}

// movePaddle reads the knob in even frames, and shows the paddle half-way between
// where it was and what was read in odd ones.
func (g *Game) movePaddle() {
	if g.Frame&1 == 0 {
		g.KnobTarget = knobTarget(g.Knob)
		g.Smoothed = (g.Smoothed + g.KnobTarget) >> 1
	} else {
		g.PaddleY = g.Smoothed
		g.KnobTarget = 110
	}
}

// knobTarget returns the row that the console reads from a knob's resistance: the
// capacitor's charging time, int(1.6·ohms·0.01 µF·1.19 MHz) machine cycles, in
// scan lines of 76 cycles, counted in steps of two. It is never below 38.
// 1.6·0.01e−6·1.19e6 = 119/6250; no resistance that the knob can take
// makes the product whole, where the console's floating point might differ.
func knobTarget(ohms int32) int32 {
	need := ohms * 119 / 6250
	return max(38, 2*((need+440+151)/152))
}
