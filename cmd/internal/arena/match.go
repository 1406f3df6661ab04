package arena

import (
	"errors"
	"fmt"

	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
	"pongpg/trainer"
)

// Match is one episode after the other, frame by frame. On the right is an agent, on the left
// the console's opponent, or a person instead of one of them.
type Match struct {
	Agent    *Agent  // nil: the person is on the right
	Person   *Person // nil: there is none
	Decision trainer.Decision
	Row      []uint16 // the observation that it was made on
	Episode  int      // from 1
	Points   int      // over all episodes
	Played   int      // frames over all episodes
	Returns  []int32  // of the episodes that are over
	Spare    *Spare   // gets the agent whose place another has taken; nil: it is closed

	seed   uint64
	greedy bool
	frames *emu.Frames
	ranked ranking  // of MostActive; nil before it is called
	next   *Agent   // to take over between points
	rest   int      // frames for which the end of an episode is still shown
	shown  emu.Game // what is on the screen
}

// endFrames is for how long the end of an episode is shown: a second.
const endFrames = 60

// consolePreset is the game as it is on the console: a frame a decision.
const consolePreset = "PongNoFrameskip-v4"

// NewMatch returns a match before its first frame. Without a person, its episodes are those
// that trainer.Evaluate plays with the seed. agent may be nil if person is not, who then
// plays the game as it is on the console. The agent is the match's to close, if there is no error.
func NewMatch(agent *Agent, person *Person, seed uint64, greedy bool) (*Match, error) {
	m := &Match{
		Agent: agent, Person: person, Episode: 1, Row: make([]uint16, emu.ObservationWidth),
		seed: trainer.EvaluationSeed(seed), greedy: greedy,
	}
	preset, err := emu.PresetByName(consolePreset)
	if agent != nil {
		agent.decider = nil // of another match
		preset, err = agent.Preset, m.take(agent)
	}
	if err != nil {
		return nil, err
	}
	m.frames = emu.NewFrames(preset, m.seed, 0)
	m.shown = m.frames.Game
	return m, nil
}

// take lets an agent play from the next decision on.
func (m *Match) take(a *Agent) error {
	if a.decider == nil { // else it has played this match before
		d, err := trainer.NewDecider(a.backend, a.Policy, m.seed, m.greedy)
		if err != nil {
			return err
		}
		a.decider = d
	}
	m.Agent = a
	return nil
}

// Offer lets an agent take over from the next point on. The one before goes to Spare.
func (m *Match) Offer(a *Agent) error {
	var err error
	if m.next != nil {
		err = m.Spare.Keep(m.next)
	}
	m.next = a
	return err
}

// Close closes the agents, and the one that Spare has.
func (m *Match) Close() error {
	err := m.Offer(nil)
	if m.Agent != nil {
		err = errors.Join(err, m.Agent.Close())
	}
	return errors.Join(err, m.Spare.Close())
}

// Game returns the game as it is on the screen.
func (m *Match) Game() *emu.Game { return &m.shown }

// Frame and Decisions return how many there were in the episode.
func (m *Match) Frame() int32     { return m.frames.Frame }
func (m *Match) Decisions() int32 { return m.frames.Decisions }

// BetweenPoints reports whether there is no ball.
func (m *Match) BetweenPoints() bool { return m.rest > 0 || m.frames.Game.ServeTimer > 0 }

// Over reports whether the episode is over: the next step shows its end, or begins another one.
func (m *Match) Over() bool { return m.frames.Ended() }

// AboutToServe reports whether the end of a point has been shown for as long as it will be:
// after it comes a ball, or another episode.
func (m *Match) AboutToServe() bool {
	if m.frames.Ended() {
		return m.rest <= 1
	}
	return m.frames.Game.ServeTimer > 0 && m.frames.Game.ServeTimer <= 2
}

// Difference returns the difference that the agent has decided on last, emu.ImageSize ×
// emu.ImageSize, or nil before it has.
func (m *Match) Difference() *canvas.Image {
	if len(m.Decision.Prob) == 0 {
		return nil
	}
	return canvas.Difference(m.Row, m.Agent.Policy.Input)
}

// Step plays a frame, and returns its reward: +1 when the right one wins a point, −1 when the
// left one does. The error is of the device that the agent is on.
func (m *Match) Step() (reward int32, err error) {
	m.Played++
	if m.Person != nil {
		defer m.Person.Frame()
	}
	if m.frames.Ended() {
		if m.rest > 0 {
			m.rest--
			return 0, nil
		}
		m.Episode++
		m.frames.Begin(uint32(m.Episode - 1))
	}
	if !m.frames.More() {
		if err := m.decide(); err != nil {
			return 0, err
		}
	}
	reward = m.frames.Next()
	if m.Person != nil && m.Agent != nil {
		m.frames.Game.EnemyY = m.Person.Left()
	}
	m.shown = m.frames.Game
	if reward != 0 {
		m.Points++
	}
	if m.frames.Ended() {
		m.Returns = append(m.Returns, m.shown.AgentScore-m.shown.EnemyScore)
		m.rest = endFrames
		m.shown.Step(emu.Noop) // the screen shows a point a frame late
	}
	return reward, nil
}

// PlayOn plays to the first frame in which there is a ball that the agent has decided on: the console's
// first frames have none, and other colours.
func (m *Match) PlayOn() error {
	for m.BetweenPoints() {
		if _, err := m.Step(); err != nil {
			return err
		}
	}
	for decisions := m.Decisions(); m.Decisions() == decisions; {
		if _, err := m.Step(); err != nil {
			return err
		}
	}
	return nil
}

// decide begins a decision.
func (m *Match) decide() error {
	if m.next != nil && (m.BetweenPoints() || m.frames.Decisions == 0) {
		before, next := m.Agent, m.next
		m.next = nil
		if err := m.take(next); err != nil {
			return errors.Join(fmt.Errorf("update %d of %s: %w", next.Update, next.Name, err), next.Close())
		}
		if err := m.Spare.Keep(before); err != nil {
			return err
		}
	}
	if m.Agent == nil {
		m.frames.Act(m.Person.Action())
		return nil
	}
	m.frames.Observe(m.Row, m.Agent.Policy.Input)
	stream, tick := m.frames.Stream()
	var err error
	if m.Decision, err = m.Agent.decider.Decide(m.Row, stream, tick); err != nil {
		return err
	}
	m.frames.Act(m.Decision.Action)
	return nil
}
