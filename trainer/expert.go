package trainer

import (
	"cmp"
	"slices"

	"pongpg/emu"
)

// expert is a scripted player, whom a policy may imitate before it learns by itself
// (the post: "imitation of an expert first"). It sees what the policy sees, an observation of both
// images, and remembers where a ball came from.
type expert struct {
	stay, up, down uint8 // the policy's actions; up for stay where it cannot
	canStay        bool
}

// How the expert meets the ball, in pixels of the image.
const (
	expertColumn = 69 // of the ball when it reaches the paddle
	expertAim    = 3  // rows below the paddle's first that it meets the ball with
	expertSlack  = 4  // rows that it may be off: a decision moves the paddle by more
	lastBallRow  = emu.ImageSize - 2
)

// newExpert returns an expert that has the actions of a policy. It does not fire: a faster
// ball is harder to foretell from the images than it is for the opponent.
func newExpert(set []emu.Action) expert {
	find := func(a emu.Action) uint8 { return uint8(max(0, slices.Index(set, a))) }
	e := expert{up: find(emu.Right), down: find(emu.Left), canStay: slices.Contains(set, emu.Noop)}
	e.stay = e.up
	if e.canStay {
		e.stay = find(emu.Noop)
	}
	return e
}

// track is what the expert remembers of a ball that approaches: where it saw it first since it
// was last reflected. The line from there to where it is now is the better known the longer it is.
type track struct {
	first place
	down  int8 // sign of its motion
}

// act returns what the expert does on an observation, the next of a game after those that
// k remembers.
func (e *expert) act(row []uint16, k *track) uint8 {
	s := look(row)
	goal := emu.ImageSize / 2
	switch {
	case s.approaching():
		goal = k.arrival(&s)
	case s.ball.seen:
		*k = track{}
		goal = int(s.ball.row)
	default:
		*k = track{}
	}
	off := 0
	if s.agent.seen {
		off = goal - (int(s.agent.row) + expertAim)
		if s.agentBefore.seen { // it goes on as far again
			off -= int(s.agent.row) - int(s.agentBefore.row)
		}
	}
	switch {
	case off > expertSlack || !e.canStay && off > 0:
		return e.down
	case off < -expertSlack || !e.canStay:
		return e.up
	}
	return e.stay
}

// arrival returns the row in which the ball, which is approaching, will reach the agent's paddle,
// if it goes on as it has and is reflected by the walls.
func (k *track) arrival(s *sight) int {
	down := int8(cmp.Compare(s.ball.row, s.before.row))
	if !k.first.seen || down != 0 && k.down != 0 && down != k.down {
		*k = track{first: s.before, down: down}
	}
	if k.down == 0 {
		k.down = down
	}
	dx, dy := int(s.ball.column)-int(k.first.column), int(s.ball.row)-int(k.first.row)
	row := int(s.ball.row)*dx + dy*max(0, expertColumn-int(s.ball.column)) // in units of 1/dx
	period := 2 * lastBallRow * dx
	row = (row%period + period) % period
	if row > lastBallRow*dx {
		row = period - row
	}
	return row / dx
}

// imitate replaces what decisions of game g were and were worth by what the expert would
// have done, each worth 1: the gradient is then that of the log-likelihood of the expert's actions,
// in the situations that the policy itself gets into (Ross, Gordon & Bagnell 2011).
func (e *expert) imitate(r *Rollout, g int) {
	var k track
	for step := range r.Steps {
		row := step*r.Games + g
		r.host.action[row] = e.act(r.host.x[row*emu.ObservationWidth:], &k)
		r.host.advantage[row] = 1
	}
}
