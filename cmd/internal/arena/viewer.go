package arena

import (
	"fmt"
	"time"

	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/terminal"
)

// FrameRate is the console's, per second.
const FrameRate = 60

// Limits are when a match is over: at the first that is reached. 0 is no limit.
type Limits struct {
	Episodes, Points int
	Frames           int
}

// Reached reports whether a match has come to a limit, and shown what it came to.
func (l Limits) Reached(m *Match) bool {
	switch {
	case l.Frames > 0 && m.Played >= l.Frames:
		return true
	case l.Points > 0 && m.Points >= l.Points, l.Episodes > 0 && len(m.Returns) >= l.Episodes:
		return m.AboutToServe()
	}
	return false
}

// Viewer shows a match on a terminal, at a speed and as the keys say.
type Viewer struct {
	Match    *Match
	Limits   Limits
	Follower *Follower // of a run that is being trained; nil: none
	Pace     *pace.Pace
	Speed    float64 // frames per console's frame: minSpeed … maxSpeed
	Now      func() time.Time

	cells  *terminal.Cells // that Draw draws on
	screen screen
	layout placed
	before said   // of what is on cells
	note   string // to be shown
	paused bool
	every  int     // one of so many frames is drawn
	due    float64 // part of a frame that is due
	quit   bool
	broken bool // by Ctrl-C
}

// Speeds are powers of two between these.
const minSpeed, maxSpeed = 1.0 / 8, 16.0

// CheckSpeed reports whether a speed is one that the keys could have set.
func CheckSpeed(speed float64) bool {
	for s := minSpeed; s <= maxSpeed; s *= 2 {
		if s == speed {
			return true
		}
	}
	return false
}

// longestPoint is more frames than a point lasts, unless nobody ever misses the ball.
const longestPoint = 20_000

// Key does what a key says. A person's own keys are the person's.
func (v *Viewer) Key(k terminal.Key) error {
	person := v.Match.Person
	if person != nil {
		person.Key(k)
	}
	if k.Event == terminal.Released {
		return nil
	}
	switch k.Code {
	case 'q', 'Q':
		v.quit = true
	case terminal.Interrupt:
		v.quit, v.broken = true, true
	case 'p', 'P':
		v.paused = !v.paused
	case ' ':
		if person == nil {
			v.paused = !v.paused
		}
	case '.':
		v.paused = true
		return v.step()
	case '+', '=':
		v.Speed = min(2*v.Speed, maxSpeed)
	case '-', '_':
		v.Speed = max(v.Speed/2, minSpeed)
	case 'n', 'N':
		if person == nil {
			return v.nextPoint()
		}
	}
	return nil
}

// nextPoint plays on to the serve after the next point without showing it.
func (v *Viewer) nextPoint() error {
	points := v.Match.Points
	for range longestPoint {
		if err := v.step(); err != nil {
			return err
		}
		if v.quit || v.Match.Points > points && !v.Match.BetweenPoints() {
			return nil
		}
	}
	return nil
}

// Tick plays the frames that are due after some time. A terminal that was busy for five frames longer
// than it should take has lost what is beyond.
func (v *Viewer) Tick(passed time.Duration) error {
	if v.paused {
		return nil
	}
	most := time.Duration(5+v.shownOf()) * time.Second / FrameRate
	v.due += min(passed, most).Seconds() * FrameRate * v.Speed
	for ; v.due >= 1 && !v.quit; v.due-- {
		if err := v.step(); err != nil {
			return err
		}
	}
	return nil
}

// pace reports whether from now on another number of frames is drawn.
func (v *Viewer) pace(now time.Time) bool {
	if v.paused {
		v.Pace.Rest()
		return false
	}
	n, before := v.Pace.Every(now), v.shownOf()
	if v.Match.Person != nil {
		n = pace.Played(n)
	}
	v.every = n
	return n != before
}

// Done reports whether the viewer has seen enough, or all.
func (v *Viewer) Done() bool { return v.quit }

// Interrupted reports whether Ctrl-C has been pressed.
func (v *Viewer) Interrupted() bool { return v.broken }

// step plays a frame, and looks for a newer agent when a point has ended.
func (v *Viewer) step() error {
	reward, err := v.Match.Step()
	if err != nil {
		return err
	}
	if v.Limits.Reached(v.Match) {
		v.quit = true
	}
	if v.Follower == nil {
		return nil
	}
	if reward != 0 {
		v.Follower.Look(v.Now(), v.shownOf())
	}
	switch agent, err := v.Follower.Found(); {
	case err != nil:
		v.note = fmt.Sprint("no newer checkpoint: ", err)
	case agent != nil:
		v.Pace.Moved(agent.Saved)
		v.note = ""
		return v.Match.Offer(agent)
	}
	return nil
}

// shownOf returns of how many frames one is drawn.
func (v *Viewer) shownOf() int { return max(v.every, 1) }

// state says how the match goes on.
func (v *Viewer) state() string {
	if v.paused {
		return "paused"
	}
	speed := fmt.Sprintf("speed %g", v.Speed)
	if v.Speed < 1 {
		speed = fmt.Sprintf("speed 1/%g", 1/v.Speed)
	}
	if of := v.shownOf(); of > 1 {
		speed += fmt.Sprintf(", %d Hz", FrameRate/of)
	}
	return speed
}
