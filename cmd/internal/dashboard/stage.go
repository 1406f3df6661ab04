package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"pongpg/cmd/internal/arena"
	"pongpg/cmd/internal/pace"
	"pongpg/emu"
)

// stage is where the newest policy of a run plays for all who watch it. It is there while
// somebody does.
type stage struct {
	run  *run
	say  func(string)
	pace *pace.Pace
	stop func() // ends play

	// Of the goroutine that plays.
	match   *arena.Match // nil before there is a checkpoint
	spare   arena.Spare  // the match's
	problem string
	screen  []emu.Band
	said    kept[moment]
	seen    kept[decision] // the difference that was decided on last
	every   int            // of framesSent times so many frames one is sent

	watching map[*mailbox]bool // under stages.mutex
}

// newStage returns a stage with a black screen, which nobody watches.
func newStage(r *run, p *pace.Pace, say func(string)) *stage {
	return &stage{run: r, pace: p, say: say, every: 1, screen: []emu.Band{{Rows: emu.ScreenHeight}}, watching: map[*mailbox]bool{}}
}

// about is what is said of a frame of a policy's game.
type about struct {
	Problem  string    `json:"problem,omitempty"`
	Update   int64     `json:"update"` // whose policy it is; −1 while there is none
	Rate     int       `json:"rate"`   // frames a second that are sent
	Decision int32     `json:"decision"`
	Agent    int32     `json:"agent"` // points
	Enemy    int32     `json:"enemy"`
	Actions  []string  `json:"actions"`
	Taken    int       `json:"taken"` // which of the actions; −1 before the first decision
	Prob     []float32 `json:"prob"`

	Hidden     int       `json:"hidden"` // units
	Active     int       `json:"active"` // of them
	Units      []int     `json:"units"`  // the most active ones, each in its place for as long as it is among them; −1: none
	Activities []float64 `json:"activities"`
}

// watchSeed is the seed of the games that are watched.
const watchSeed = 1

// framesSent is of how many frames of a game that is watched one is sent, where the processors are not
// short.
const framesSent = 2

// play plays until ctx is done, framesSent frames at a time or a multiple of it, of which the last is
// sent. Before there is a policy, it is said twice a second that there is none.
func (g *stage) play(ctx context.Context, send func([]byte)) (err error) {
	follower := arena.NewFollower(-1, g.newer(), func() {})
	defer func() {
		err = errors.Join(err, follower.Close())
		if g.match != nil {
			err = errors.Join(err, g.match.Close())
		}
	}()
	defer g.pace.Enter()()
	clock := time.NewTicker(framesSent * frameTime)
	defer clock.Stop()
	for tick := 0; ; tick++ {
		select {
		case <-ctx.Done():
			return nil
		case now := <-clock.C:
			if every := g.pace.Every(now); every != g.every {
				g.every = every
				clock.Reset(time.Duration(every) * framesSent * frameTime)
			}
			follower.Look(now, g.every)
		}
		g.pace.Do(func() {
			for range framesSent * g.every {
				if err := g.step(follower); err != nil {
					g.problem = err.Error()
				}
			}
			if g.match != nil || tick%max(15/g.every, 1) == 0 {
				send(g.message())
			}
		})
	}
}

// step plays a frame, if there is a policy, and has the newest one take over.
func (g *stage) step(follower *arena.Follower) error {
	err := g.take(follower.Found())
	if g.match != nil {
		_, stepErr := g.match.Step()
		err = errors.Join(err, stepErr)
	}
	return err
}

// newer returns what looks for another checkpoint than it found before, and reads it.
func (g *stage) newer() arena.Newest {
	return func(update int64, due func(string) bool) (a *arena.Agent, err error) {
		mistake := safely(g.say, func() {
			if name := g.run.checkpoint(); name == "" || due(name) {
				g.pace.Do(func() { a, err = g.run.agent(update, &g.spare) })
			}
		})
		return a, errors.Join(err, mistake)
	}
}

// take lets what a look has found take over: an agent, after the next point. An error is what
// was wrong with the look, or the device.
func (g *stage) take(a *arena.Agent, err error) error {
	switch {
	case err != nil || a == nil:
		return err
	case g.match != nil && g.match.Agent.Preset == a.Preset:
		g.problem = ""
		return g.match.Offer(a)
	default: // the first one, or of another run in the same directory
		before := g.match
		match, err := arena.NewMatch(a, nil, watchSeed, false)
		if err != nil {
			return errors.Join(err, a.Close())
		}
		match.Spare = &g.spare
		g.match, g.problem = match, ""
		if before != nil {
			return before.Close()
		}
	}
	return nil
}

// message returns the frame that is on the screen. Of a policy whose numbers JSON does not have, NaN
// or infinities, it says no more than that: weights come from elsewhere, too, and may be too large.
func (g *stage) message() []byte {
	now := g.now()
	text, err := g.said.of(now, func() ([]byte, error) { return json.Marshal(g.about(now)) })
	if err != nil {
		text, _ = json.Marshal(about{ // which has no such numbers
			Problem: fmt.Sprintf("what the policy decides cannot be shown: %v; its weights may be too large", err), Update: -1, Taken: -1,
		})
	}
	if g.match != nil {
		g.screen = g.match.Game().Bands(g.screen[:0])
	}
	message := appendMessage(make([]byte, 0, 2048), text, g.screen)
	if err == nil && g.match != nil && len(g.match.Decision.Prob) > 0 {
		seen, _ := g.seen.of(now.decided, func() ([]byte, error) { // makes no error
			return appendPicture(nil, bandsOf(g.match.Difference())), nil
		})
		message = append(message, seen...) // with each of the frames for which the decision lasts
	}
	return message
}

// moment is what tells frames apart of which something else is said.
type moment struct {
	problem      string
	decided      decision
	agent, enemy int32 // points
	every        int
}

func (g *stage) now() moment {
	now := moment{problem: g.problem, every: g.every, decided: decision{update: -1}}
	if m := g.match; m != nil {
		now.decided = decision{m.Agent.Update, m.Episode, m.Decisions()}
		now.agent, now.enemy = m.Game().AgentScore, m.Game().EnemyScore
	}
	return now
}

// about returns all that there is to say of a frame.
func (g *stage) about(now moment) about {
	x := about{Problem: now.problem, Update: now.decided.update, Rate: arena.FrameRate / framesSent / now.every, Decision: now.decided.number, Agent: now.agent, Enemy: now.enemy, Taken: -1}
	if m := g.match; m != nil {
		for _, a := range m.Agent.Policy.ActionSet() {
			x.Actions = append(x.Actions, arena.ActionName(a))
		}
		if len(m.Decision.Prob) > 0 {
			x.decided(m)
		}
	}
	return x
}

// decided says what the last decision was.
func (a *about) decided(m *arena.Match) {
	d := m.Decision
	a.Prob, a.Taken, a.Hidden = d.Prob, d.Index, len(d.Hidden)
	units, active := m.MostActive()
	a.Active = active
	for _, u := range units {
		a.Units = append(a.Units, u.Number)
		a.Activities = append(a.Activities, math.Round(float64(u.Activity)*100)/100) // as it is shown
	}
}

// decision is one of those that are made, one after the other.
type decision struct {
	update  int64
	episode int
	number  int32
}

// stages are those that somebody watches.
type stages struct {
	mutex   sync.Mutex
	open    map[*run]*stage
	playing sync.WaitGroup
}

// enter has a box get what is played in a run's game until leave is called. It is an error
// if too many runs are watched.
func (s *Server) enter(ctx context.Context, r *run, box *mailbox) (leave func(), err error) {
	all := &s.stages
	all.mutex.Lock()
	defer all.mutex.Unlock()
	g := all.open[r]
	if g == nil {
		if len(all.open) >= mostStages {
			return nil, fmt.Errorf("%d runs are watched already, as many as can be: close one", mostStages)
		}
		g = newStage(r, s.pace, s.options.Say)
		all.open[r] = g
		g.begin(context.WithoutCancel(ctx), s)
	}
	g.watching[box] = true
	return func() {
		all.mutex.Lock()
		defer all.mutex.Unlock()
		delete(g.watching, box)
		if len(g.watching) == 0 {
			all.close(g)
			g.stop()
		}
	}, nil
}

// begin plays until nobody watches. stages.mutex must be held.
func (g *stage) begin(ctx context.Context, s *Server) {
	all := &s.stages
	ctx, g.stop = context.WithCancel(ctx)
	send := func(message []byte) {
		all.mutex.Lock()
		defer all.mutex.Unlock()
		for box := range g.watching {
			box.put(message)
		}
	}
	all.playing.Go(func() {
		defer g.stop()
		mistake := safely(g.say, func() {
			if err := g.play(ctx, send); err != nil {
				s.say(err)
			}
		})
		all.end(g, mistake)
	})
}

// end has those who still watch a stage hung up on: it plays no more. Who comes after
// them gets another one.
func (s *stages) end(g *stage, why error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.close(g)
	for box := range g.watching {
		box.close(why)
	}
}

// close has nobody enter a stage any more. The mutex must be held.
func (s *stages) close(g *stage) {
	if s.open[g.run] == g {
		delete(s.open, g.run)
	}
}

// errMistake is what people are told of a panic.
var errMistake = errors.New("a mistake in the program has ended this game: see what it says where it runs")

// safely runs f, and returns errMistake if that panics: a mistake in what is only looked at must not
// end a training.
func safely(say func(string), f func()) (mistake error) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(sayer{say}, "a game: %v; this is a mistake in the program: report it\n%s", p, debug.Stack())
			mistake = errMistake
		}
	}()
	f()
	return nil
}

// wait waits until nothing is played any more.
func (s *stages) wait() { s.playing.Wait() }

// serveWatch shows how the newest policy of a run plays. What the client says is nothing: any
// message ends it.
func (s *Server) serveWatch(w http.ResponseWriter, r *http.Request) {
	c := accept(w, r)
	if c == nil {
		return
	}
	x := s.runs.byID(r.PathValue("id"))
	if x == nil {
		refuse(c, errGone)
		return
	}
	box := newMailbox()
	leave, err := s.enter(r.Context(), x, box)
	if err != nil {
		refuse(c, err)
		return
	}
	defer leave()
	s.converse(r.Context(), c, box, func(string) error { return errors.New("there is nothing to say here") })
}
