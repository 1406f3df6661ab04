package emu

import "fmt"

// load returns game i.
func (v *Vector) load(i int) Game {
	s := &v.state
	return Game{
		Frame: s[fieldFrame][i], ServeTimer: s[fieldServeTimer][i],
		BallX: s[fieldBallX][i], BallY: s[fieldBallY][i],
		SpeedX: s[fieldSpeedX][i], SpeedY: s[fieldSpeedY][i],
		EnemyY: s[fieldEnemyY][i], PaddleY: s[fieldPaddleY][i],
		Smoothed: s[fieldSmoothed][i], Knob: s[fieldKnob][i], KnobTarget: s[fieldKnobTarget][i],
		EnemyScore: s[fieldEnemyScore][i], AgentScore: s[fieldAgentScore][i],
		Fired: s[fieldFired][i] != 0,
	}
}

// Game returns game i as it stands: for drawing it, and for tests.
func (v *Vector) Game(i int) Game { return v.load(i) }

// store puts g in place of game i.
func (v *Vector) store(i int, g *Game) {
	s := &v.state
	s[fieldFrame][i], s[fieldServeTimer][i] = g.Frame, g.ServeTimer
	s[fieldBallX][i], s[fieldBallY][i] = g.BallX, g.BallY
	s[fieldSpeedX][i], s[fieldSpeedY][i] = g.SpeedX, g.SpeedY
	s[fieldEnemyY][i], s[fieldPaddleY][i] = g.EnemyY, g.PaddleY
	s[fieldSmoothed][i], s[fieldKnob][i], s[fieldKnobTarget][i] = g.Smoothed, g.Knob, g.KnobTarget
	s[fieldEnemyScore][i], s[fieldAgentScore][i] = g.EnemyScore, g.AgentScore
	s[fieldFired][i] = 0
	if g.Fired {
		s[fieldFired][i] = 1
	}
}

// picture returns game i's picture at its last decision.
func (v *Vector) picture(i int) Picture {
	s := &v.state
	return Picture{uint16(s[fieldEnemyCode][i]), uint16(s[fieldAgentCode][i]), uint16(s[fieldBallCode][i])}
}

// storePicture puts p in place of game i's picture at its last decision.
func (v *Vector) storePicture(i int, p Picture) {
	s := &v.state
	s[fieldEnemyCode][i], s[fieldAgentCode][i], s[fieldBallCode][i] = int32(p.Enemy), int32(p.Agent), int32(p.Ball)
}

// SnapshotFields is the number of values a game has in a Snapshot.
const SnapshotFields = stateFields + 2

// Snapshot returns the state of all games, [SnapshotFields][games]: everything
// that Restore needs to go on as if never stopped.
func (v *Vector) Snapshot() []int32 {
	snapshot := make([]int32, 0, SnapshotFields*v.games)
	for _, field := range v.state {
		snapshot = append(snapshot, field[:v.games]...)
	}
	for _, field := range [2][]uint32{v.stream, v.tick} {
		for _, value := range field[:v.games] {
			snapshot = append(snapshot, int32(value))
		}
	}
	return snapshot
}

// Restore puts all games to the state of a Snapshot of as many games. A snapshot
// that no games could have made is an error, and changes nothing.
func (v *Vector) Restore(snapshot []int32) error {
	if len(snapshot) != SnapshotFields*v.games {
		return fmt.Errorf("the state of the games has %d numbers, want %d for %d games", len(snapshot), SnapshotFields*v.games, v.games)
	}
	field := func(f int) []int32 { return snapshot[f*v.games : (f+1)*v.games] }
	for f, limits := range stateLimits {
		for i, value := range field(f) {
			if value < limits[0] || value > limits[1] {
				return fmt.Errorf("the state of game %d is impossible: variable %d is %d, outside %d…%d", i, f, value, limits[0], limits[1])
			}
		}
	}
	for f := range v.state {
		copy(v.state[f], field(f))
	}
	for i := range v.games {
		v.stream[i] = uint32(field(stateFields)[i])
		v.tick[i] = uint32(field(stateFields + 1)[i])
	}
	return nil
}

// stateLimits are the values that each variable can take.
var stateLimits = [stateFields][2]int32{
	fieldFrame:      {0, 0xFFFF},
	fieldServeTimer: {0, serveFrames},
	fieldBallX:      {0, 255},
	fieldBallY:      {0, 255},
	fieldSpeedX:     {-maxSpeed, maxSpeed},
	fieldSpeedY:     {-8, 8},
	fieldEnemyY:     {0, 255},
	fieldPaddleY:    {38, 255},
	fieldSmoothed:   {38, 255},
	fieldKnob:       {knobMin, knobMax},
	fieldKnobTarget: {38, 255},
	fieldEnemyScore: {0, winScore},
	fieldAgentScore: {0, winScore},
	fieldFired:      {0, 1},
	fieldExecuted:   {0, int32(LeftFire)},
	fieldDecisions:  {0, 1 << 30},
	fieldEnemyCode:  {0, int32(NoCode)},
	fieldAgentCode:  {0, int32(NoCode)},
	fieldBallCode:   {0, int32(NoCode)},
}
