package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"pongpg/cmd/internal/arena"
	"pongpg/cmd/internal/pace"
	"pongpg/emu"
	"pongpg/trainer"
)

// match is a game that a person plays, a frame every 60th of a second, whether the person's
// connection keeps up or not: against the console's opponent, or a run's policy. It is over
// with the game; another one is another connection's.
type match struct {
	pace   *pace.Pace
	screen []emu.Band
	said   kept[aboutMatch]

	mutex sync.Mutex // orders come while it is played
	game  *arena.Match
}

// aboutMatch is what is said of a frame of a person's game.
type aboutMatch struct {
	Left   int32 `json:"left"` // points: the person's against a policy
	Right  int32 `json:"right"`
	Over   bool  `json:"over"`
	Update int64 `json:"update"` // after which the policy was saved; −1: it is the console's opponent
}

// keys are those that a person may hold.
type keys struct{ up, down, fire bool }

// orders are the messages that a person's page sends: which keys are held from now on.
var orders = map[string]keys{
	"stay": {}, "up": {up: true}, "down": {down: true},
	"fire": {fire: true}, "up+fire": {up: true, fire: true}, "down+fire": {down: true, fire: true},
}

// newMatch returns a person's match against the newest policy of a run or, if that is nil,
// against the console's opponent. The caller must close it.
func newMatch(r *run) (*match, error) {
	var agent *arena.Agent
	if r != nil {
		var err error
		if agent, err = r.agent(-1, nil); err != nil {
			return nil, err
		}
	}
	seed := rand.Uint64N(trainer.MaxSeed + 1) // no two games alike
	game, err := arena.NewMatch(agent, arena.NewPerson(), seed, false)
	if err != nil {
		if agent != nil {
			err = errors.Join(err, agent.Close())
		}
		return nil, err
	}
	return &match{game: game}, nil
}

// order does what a message says, or returns an error.
func (m *match) order(text string) error {
	held, ok := orders[text]
	if !ok {
		return errors.New("no such order: stay, up, down, fire, up+fire or down+fire")
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.game.Person.Hold(held.up, held.down, held.fire)
	return nil
}

func (m *match) step() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	_, err := m.game.Step()
	return err
}

// message returns the frame that is on the screen.
func (m *match) message() ([]byte, error) {
	game, now := m.game.Game(), aboutMatch{Over: m.game.Over(), Update: -1}
	m.screen = game.Bands(m.screen[:0])
	now.Left, now.Right = game.EnemyScore, game.AgentScore
	if m.game.Agent != nil {
		now.Update = m.game.Agent.Update
	}
	text, err := m.said.of(now, func() ([]byte, error) { return json.Marshal(now) })
	if err != nil {
		return nil, err
	}
	return appendMessage(make([]byte, 0, 1024), text, m.screen), nil
}

// play plays until the game is over or ctx is done. Every frame is sent that does not come late, as who
// plays is to see the ball where it is; or every second one, where those who only watch get the fewest.
func (m *match) play(ctx context.Context, send func([]byte)) (err error) {
	defer m.pace.Enter()()
	due := elapsed{last: time.Now()}
	frames := pace.Played(m.pace.Every(due.last))
	clock := time.NewTicker(time.Duration(frames) * frameTime)
	defer clock.Stop()
	for err == nil && !m.game.Over() {
		select {
		case <-ctx.Done():
			return nil
		case now := <-clock.C:
			if n := frames * due.times(now, time.Duration(frames)*frameTime); n > 0 {
				m.pace.Do(func() { err = m.next(n, send) })
			}
			if n := pace.Played(m.pace.Every(now)); n != frames {
				frames = n
				clock.Reset(time.Duration(n) * frameTime)
			}
		}
	}
	return err
}

// elapsed is what of the time has not been played: ticks come late, or not at all, and the game is not
// to become slower for that.
type elapsed struct {
	last time.Time
	left time.Duration
}

// mostLate is how much that is late is still played.
const mostLate = time.Second / 10

// times returns how many times something is due that is so long, to the nearest.
func (e *elapsed) times(now time.Time, each time.Duration) int {
	e.left = min(e.left+now.Sub(e.last), mostLate+each)
	e.last = now
	n := (e.left + each/2) / each
	e.left -= n * each
	return int(n)
}

// next plays some frames, and sends the last.
func (m *match) next(frames int, send func([]byte)) error {
	for range frames {
		if m.game.Over() {
			break
		}
		if err := m.step(); err != nil {
			return err
		}
	}
	message, err := m.message()
	if err == nil {
		send(message)
	}
	return err
}

// servePlay lets a person play: against a run's policy, if the address names one.
func (s *Server) servePlay(w http.ResponseWriter, r *http.Request) {
	c := accept(w, r)
	if c == nil {
		return
	}
	m, err := s.beginMatch(r.PathValue("id"))
	if err != nil {
		refuse(c, err)
		return
	}
	s.playMatch(r.Context(), c, m)
}

// beginMatch returns a match against the policy of the run with an id, or the console's opponent
// if that is empty. It takes a place, which playMatch gives back.
func (s *Server) beginMatch(id string) (m *match, err error) {
	select {
	case s.matches <- struct{}{}:
	default:
		return nil, fmt.Errorf("%d people play already, as many as can", mostMatches)
	}
	defer func() {
		if m == nil { // also after a panic
			<-s.matches
		}
	}()
	var against *run
	if id != "" {
		if against = s.runs.byID(id); against == nil {
			return nil, errGone
		}
	}
	s.pace.Do(func() { m, err = newMatch(against) })
	if err == nil {
		m.pace = s.pace
	}
	return m, err
}

// playMatch plays a match with the person at a connection, and closes both. The match and its
// place are free as soon as the game is over: how long the person takes to hang up is no matter.
func (s *Server) playMatch(ctx context.Context, c *websocket.Conn, m *match) {
	box := newMailbox()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer func() { <-s.matches }()
		var err error
		mistake := safely(s.options.Say, func() { err = m.play(ctx, box.put) })
		box.close(errors.Join(err, mistake))
		_ = safely(s.options.Say, func() { // which has said it
			if err := m.game.Close(); err != nil {
				s.say(err)
			}
		})
	}()
	s.converse(ctx, c, box, m.order)
}

// waitForMatches waits until nobody plays any more, and lets nobody begin.
func (s *Server) waitForMatches() {
	for range mostMatches {
		s.matches <- struct{}{}
	}
}
