package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"pongpg/emu"
	"pongpg/trainer"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// arena is where the newest policy of a run plays for all who watch. It is there while
// somebody does.
type arena struct {
	run *run
	say func(string)

	// Of the goroutine that plays.
	frames  *emu.Frames
	policy  *loaded
	episode uint32
	about   about
	screen  emu.Screen

	watching map[mailbox]bool // under arenas.mutex
}

// about is what is said of a frame of a policy's game.
type about struct {
	Checkpoint string    `json:"checkpoint"` // whose policy it is; "" while there is none
	Problem    string    `json:"problem,omitempty"`
	Update     int64     `json:"update"`
	Decision   int32     `json:"decision"`
	Agent      int32     `json:"agent"` // points
	Enemy      int32     `json:"enemy"`
	Actions    []string  `json:"actions"`
	Taken      int       `json:"taken"` // which of the actions; −1 before the first decision
	Prob       []float32 `json:"prob"`
}

// loaded is a policy, ready to decide.
type loaded struct {
	name    string
	update  int64
	preset  emu.Preset
	policy  *trainer.Policy
	decider *trainer.Decider
	backend compute.Backend
	actions []string
}

// loadInterval is how often a newer checkpoint is looked for.
const loadInterval = time.Second

var actionNames = map[emu.Action]string{
	emu.Noop: "stay", emu.Fire: "fire", emu.Right: "up", emu.Left: "down", emu.RightFire: "up, fire", emu.LeftFire: "down, fire",
}

// watchSeed is the seed of the games that are watched.
const watchSeed = 1

// load reads the newest checkpoint's policy.
func load(r *run) (*loaded, error) {
	loading.Lock()
	defer loading.Unlock()
	l := &loaded{name: r.checkpoint()}
	found, err := r.latest()
	if err != nil {
		return nil, err
	}
	if l.backend, err = cpu.New(cpu.Options{Workers: 1}); err != nil {
		return nil, err
	}
	var config trainer.Config
	if l.policy, config, err = trainer.LoadPolicy(found, l.backend); err == nil {
		l.preset, err = emu.PresetByName(config.Preset)
	}
	if err == nil {
		l.decider, err = trainer.NewDecider(l.backend, l.policy, trainer.EvaluationSeed(watchSeed), false)
	}
	if err != nil {
		return nil, err
	}
	l.update = found.Update
	for _, a := range l.policy.ActionSet() {
		l.actions = append(l.actions, actionNames[a])
	}
	return l, nil
}

// play plays until ctx is done. Each frame is drawn when it is due; one in two is sent.
func (a *arena) play(ctx context.Context, send func([]byte)) {
	policies := make(chan *loaded, 1)
	problems := make(chan error, 1)
	go safely(a.say, func() { a.follow(ctx, policies, problems) })
	clock := time.NewTicker(frameTime)
	defer clock.Stop()
	a.about.Taken = -1
	for tick := 0; ; tick++ {
		select {
		case <-ctx.Done():
			return
		case l := <-policies:
			a.take(l)
		case err := <-problems:
			a.about.Problem = err.Error()
		case <-clock.C:
		}
		if a.policy == nil && tick%30 > 0 {
			continue
		}
		if a.policy != nil {
			if err := a.step(); err != nil {
				a.about.Problem = err.Error()
			}
		}
		if tick%2 == 0 {
			if message, err := a.message(); err == nil {
				send(message)
			}
		}
	}
}

// follow loads each checkpoint that comes.
func (a *arena) follow(ctx context.Context, policies chan<- *loaded, problems chan<- error) {
	for tried := ""; ; {
		if name := a.run.checkpoint(); name == "" || name != tried {
			l, err := load(a.run)
			tried = name
			if err != nil {
				select {
				case problems <- err:
				case <-ctx.Done():
				}
			} else {
				select {
				case policies <- l:
				case <-ctx.Done():
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(loadInterval):
		}
	}
}

// take lets a policy decide from now on. The game goes on, if it is one of the same kind.
func (a *arena) take(l *loaded) {
	if a.frames == nil || a.policy.preset != l.preset {
		a.frames = emu.NewFrames(l.preset, trainer.EvaluationSeed(watchSeed), a.episode)
	}
	if a.policy != nil {
		_ = a.policy.backend.Close()
	}
	a.policy = l
	a.about = about{Checkpoint: l.name, Update: l.update, Actions: l.actions, Taken: -1}
}

// step plays a frame.
func (a *arena) step() error {
	f := a.frames
	if !f.More() {
		if f.Ended() {
			a.episode++
			f.Begin(a.episode)
		}
		row := make([]uint16, emu.ObservationWidth)
		f.Observe(row, a.policy.policy.Input)
		stream, tick := f.Stream()
		made, err := a.policy.decider.Decide(row, stream, tick)
		if err != nil {
			return err
		}
		a.about.Taken, a.about.Prob = made.Index, made.Prob
		f.Act(made.Action)
	}
	if f.More() {
		f.Next()
	}
	a.about.Decision, a.about.Agent, a.about.Enemy = f.Decisions, f.Game.AgentScore, f.Game.EnemyScore
	return nil
}

func (a *arena) message() ([]byte, error) {
	if a.frames != nil {
		a.frames.Game.Draw(&a.screen)
	}
	return appendMessage(make([]byte, 0, 2048), a.about, &a.screen)
}

// arenas are those that somebody watches.
type arenas struct {
	mutex   sync.Mutex
	open    map[*run]*arena
	playing sync.WaitGroup
}

// enter has a box get what is played in a run's arena until leave is called. It is an error
// if too many runs are watched.
func (s *Server) enter(ctx context.Context, r *run, box mailbox) (leave func(), err error) {
	all := &s.arenas
	all.mutex.Lock()
	defer all.mutex.Unlock()
	a := all.open[r]
	if a == nil {
		if len(all.open) >= mostArenas {
			return nil, fmt.Errorf("%d runs are watched already, as many as can be: close one", mostArenas)
		}
		a = &arena{run: r, say: s.options.Say, watching: map[mailbox]bool{}}
		all.open[r] = a
		playing, stop := context.WithCancel(context.WithoutCancel(ctx))
		a.begin(playing, stop, s)
	}
	a.watching[box] = true
	return func() {
		all.mutex.Lock()
		defer all.mutex.Unlock()
		delete(a.watching, box)
		if len(a.watching) == 0 && all.open[r] == a {
			delete(all.open, r)
		}
	}, nil
}

// begin plays until nobody watches.
func (a *arena) begin(ctx context.Context, stop func(), s *Server) {
	all := &s.arenas
	send := func(message []byte) {
		all.mutex.Lock()
		defer all.mutex.Unlock()
		for box := range a.watching {
			box.put(message)
		}
		if len(a.watching) == 0 {
			stop()
		}
	}
	all.playing.Go(func() {
		defer stop()
		safely(a.say, func() { a.play(ctx, send) })
	})
}

// safely runs f. A mistake in what is only looked at must not end a training.
func safely(say func(string), f func()) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(sayer{say}, "a game that was watched: %v; this is a mistake in the program: report it\n%s", p, debug.Stack())
		}
	}()
	f()
}

// wait waits until nothing is played any more.
func (a *arenas) wait() { a.playing.Wait() }

// serveWatch shows how the newest policy of a run plays. What the client says is nothing: any
// message ends it.
func (s *Server) serveWatch(w http.ResponseWriter, r *http.Request) {
	x := s.run(w, r)
	if x == nil {
		return
	}
	box := newMailbox()
	leave, err := s.enter(r.Context(), x, box)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer leave()
	if c := accept(w, r); c != nil {
		s.converse(r.Context(), c, box, func(string) error { return errors.New("there is nothing to say here") })
	}
}
