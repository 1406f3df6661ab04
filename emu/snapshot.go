package emu

import "fmt"

// SnapshotFields is the number of values a game has in a Snapshot.
const SnapshotFields = blockFields + 2

// Snapshot returns the state of all games, [SnapshotFields][games]: everything
// that Restore needs to go on as if never stopped.
func (v *Vector) Snapshot() []int32 {
	snapshot := make([]int32, 0, SnapshotFields*v.games)
	for f := range blockFields {
		for i := range v.games {
			b, lane := v.lane(i)
			snapshot = append(snapshot, b[f][lane])
		}
	}
	for _, field := range [2][]uint32{v.stream, v.tick} {
		for _, value := range field {
			snapshot = append(snapshot, int32(value))
		}
	}
	return snapshot
}

// Restore puts all games to the state of a Snapshot of as many games. A snapshot
// that no games could have made is an error, and changes nothing.
func (v *Vector) Restore(snapshot []int32) error {
	if len(snapshot) != SnapshotFields*v.games {
		return fmt.Errorf("the state of the games has %d numbers, want %d for %d games: restore it to as many games as it was taken of", len(snapshot), SnapshotFields*v.games, v.games)
	}
	for f, limits := range fieldLimits {
		for i, value := range snapshot[f*v.games : (f+1)*v.games] {
			if value < limits[0] || value > limits[1] || !fieldTakes(f, value) {
				return fmt.Errorf("the state of game %d is impossible: variable %d is %d, in %d…%d at most: take another snapshot", i, f, value, limits[0], limits[1])
			}
		}
	}
	for f := range blockFields {
		for i := range v.games {
			b, lane := v.lane(i)
			b[f][lane] = snapshot[f*v.games+i]
		}
	}
	for i := range v.games {
		v.stream[i] = uint32(snapshot[blockFields*v.games+i])
		v.tick[i] = uint32(snapshot[(blockFields+1)*v.games+i])
	}
	v.noteShown()
	return nil
}

// fieldLimits are the values that each variable can take.
var fieldLimits = [blockFields][2]int32{
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
	fieldEnemyScore: {0, winScore - 1},
	fieldAgentScore: {0, winScore - 1},
	fieldExecuted:   {0, int32(LeftFire)},
	fieldDecisions:  {0, 1 << 30},
	fieldEnemyCode:  {0, int32(NoCode - enemyCodes)},
	fieldAgentCode:  {0, int32(NoCode - agentCodes)},
	fieldBallCode:   {0, int32(NoCode - ballCodes)},
}

// fieldTakes reports whether a value between the limits of field f is possible.
func fieldTakes(f int, value int32) bool {
	lowest := [...]int32{
		fieldEnemyCode: int32(NoCode - agentCodes + 1),
		fieldAgentCode: int32(NoCode - ballCodes + 1),
		fieldBallCode:  int32(NoCode - Codes + 1),
	}
	switch f {
	case fieldExecuted:
		_, err := ParseAction(int(value))
		return err == nil
	case fieldEnemyCode, fieldAgentCode, fieldBallCode:
		return value == 0 || value >= lowest[f]
	}
	return true
}
