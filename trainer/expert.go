package trainer

import "pongpg/emu"

// expert is a scripted player, whom a policy may imitate before it learns by itself
// (the post: "imitation of an expert first"). It sees what the policy sees, an observation of both
// images, and remembers nothing.
type expert struct {
	stay, up, down          uint8 // the policy's actions; up again where it cannot stay
	stayHit, upHit, downHit uint8 // those that it takes near the ball: with fire, where there is one
	canStay                 bool
}

// Where the expert meets the ball, in pixels of the image.
const (
	expertColumn = 69 // of the ball when it reaches the paddle
	expertNear   = 57 // from which column on it holds the button
	expertAim    = 3  // rows below the paddle's first that it meets the ball with
	expertSlack  = 2  // rows that it may be off
	fieldTop     = 0
	fieldBottom  = emu.ImageSize - 2 // the ball's first row at most
)

// newExpert returns an expert that has the actions of a policy.
func newExpert(set []emu.Action) expert {
	find := func(a emu.Action, other uint8) uint8 {
		for i, x := range set {
			if x == a {
				return uint8(i)
			}
		}
		return other
	}
	e := expert{up: find(emu.Right, 0), down: find(emu.Left, 0)}
	e.stay = find(emu.Noop, 255)
	e.canStay = e.stay != 255
	if !e.canStay {
		e.stay = e.up
	}
	e.stayHit, e.upHit, e.downHit = find(emu.Fire, e.stay), find(emu.RightFire, e.up), find(emu.LeftFire, e.down)
	return e
}

// act returns what the expert does on an observation.
func (e *expert) act(row []uint16) uint8 {
	s := look(row)
	goal := emu.ImageSize/2 - expertAim
	near := false
	if s.approaching() {
		goal = s.arrival()
		near = s.ball.column >= expertNear
	} else if s.ball.seen {
		goal = int(s.ball.row)
	}
	off := 0
	if s.agent.seen {
		off = goal - (int(s.agent.row) + expertAim)
	}
	stay, up, down := e.stay, e.up, e.down
	if near {
		stay, up, down = e.stayHit, e.upHit, e.downHit
	}
	switch {
	case off > expertSlack || !e.canStay && off > 0:
		return down
	case off < -expertSlack || !e.canStay:
		return up
	}
	return stay
}

// arrival returns the row in which the ball, which is approaching, will reach the agent's paddle,
// if it goes on as between the two images and is reflected by the walls.
func (s *sight) arrival() int {
	dx, dy := int(s.ball.column)-int(s.before.column), int(s.ball.row)-int(s.before.row)
	row := int(s.ball.row)*dx + dy*max(0, expertColumn-int(s.ball.column)) // in units of 1/dx
	const height = fieldBottom - fieldTop
	period := 2 * height * dx
	row = ((row-fieldTop*dx)%period + period) % period
	if row > height*dx {
		row = period - row
	}
	return fieldTop + row/dx
}

// imitate replaces what a rollout's decisions were and were worth by what the expert would
// have done, each worth 1: the gradient is then that of the log-likelihood of the expert's actions,
// in the situations that the policy itself gets into (Ross, Gordon & Bagnell 2011).
func (e *expert) imitate(r *Rollout, lo, hi int) {
	for row := lo; row < hi; row++ {
		r.host.action[row] = e.act(r.host.x[row*emu.ObservationWidth:])
		r.host.advantage[row] = 1
	}
}
