package emu

// block is the state of VectorLanes adjacent games, one row a variable, so that a
// vector register takes one variable of all of them.
type block [blockFields][VectorLanes]int32

// The variables of a game in a block: those of Game (but Fired, which the executed
// action says, too), then what a Vector adds. The generator of the vector forms
// (package asm) knows this order.
const (
	fieldFrame = iota
	fieldServeTimer
	fieldBallX
	fieldBallY
	fieldSpeedX
	fieldSpeedY
	fieldEnemyY
	fieldPaddleY
	fieldSmoothed
	fieldKnob
	fieldKnobTarget
	fieldEnemyScore
	fieldAgentScore
	fieldExecuted  // the action of the last frame, which a sticky one repeats
	fieldDecisions // of this episode so far
	fieldEnemyCode // the Picture at the last decision: NoCode minus each code
	fieldAgentCode
	fieldBallCode
	blockFields
)

// lane returns where game i is.
func (v *Vector) lane(i int) (*block, int) { return &v.blocks[i/VectorLanes], i % VectorLanes }

// Game returns game i as it stands: for drawing it, and for tests.
func (v *Vector) Game(i int) Game {
	b, lane := v.lane(i)
	return b.load(lane)
}

// load returns the game in a lane.
func (b *block) load(lane int) Game {
	return Game{
		Frame: b[fieldFrame][lane], ServeTimer: b[fieldServeTimer][lane],
		BallX: b[fieldBallX][lane], BallY: b[fieldBallY][lane],
		SpeedX: b[fieldSpeedX][lane], SpeedY: b[fieldSpeedY][lane],
		EnemyY: b[fieldEnemyY][lane], PaddleY: b[fieldPaddleY][lane],
		Smoothed: b[fieldSmoothed][lane], Knob: b[fieldKnob][lane], KnobTarget: b[fieldKnobTarget][lane],
		EnemyScore: b[fieldEnemyScore][lane], AgentScore: b[fieldAgentScore][lane],
		Fired: Action(b[fieldExecuted][lane]).fires(),
	}
}

// store puts g in a lane; its Fired goes with the executed action.
func (b *block) store(lane int, g *Game) {
	b[fieldFrame][lane], b[fieldServeTimer][lane] = g.Frame, g.ServeTimer
	b[fieldBallX][lane], b[fieldBallY][lane] = g.BallX, g.BallY
	b[fieldSpeedX][lane], b[fieldSpeedY][lane] = g.SpeedX, g.SpeedY
	b[fieldEnemyY][lane], b[fieldPaddleY][lane] = g.EnemyY, g.PaddleY
	b[fieldSmoothed][lane], b[fieldKnob][lane], b[fieldKnobTarget][lane] = g.Smoothed, g.Knob, g.KnobTarget
	b[fieldEnemyScore][lane], b[fieldAgentScore][lane] = g.EnemyScore, g.AgentScore
}

// picture returns the picture at the last decision.
func (b *block) picture(lane int) Picture {
	code := func(field int) uint16 { return NoCode - uint16(b[field][lane]) }
	return Picture{code(fieldEnemyCode), code(fieldAgentCode), code(fieldBallCode)}
}

// storePicture makes p the picture at the last decision.
func (b *block) storePicture(lane int, p Picture) {
	b[fieldEnemyCode][lane] = int32(NoCode - p.Enemy)
	b[fieldAgentCode][lane] = int32(NoCode - p.Agent)
	b[fieldBallCode][lane] = int32(NoCode - p.Ball)
}

// frames returns the number of frames since the episode began.
func (b *block) frames(lane int) int32 { return (b[fieldFrame][lane] - resetFrame) & 0xFFFF }
