package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"pongpg/emu"
)

// match is a game that a person plays against the game's own opponent, a frame every 60th of a
// second, whether the person's connection keeps up or not.
type match struct {
	game   emu.Game
	screen emu.Screen

	mutex sync.Mutex
	held  emu.Action
	anew  bool
}

// aboutMatch is what is said of a frame of a person's game.
type aboutMatch struct {
	Agent int32 `json:"agent"` // the person's points
	Enemy int32 `json:"enemy"`
	Over  bool  `json:"over"`
}

// orders are the messages that a person's page sends: which keys are held from now on, or
// that another game is to begin.
var orders = map[string]emu.Action{
	"stay": emu.Noop, "up": emu.Right, "down": emu.Left, "fire": emu.Fire, "up+fire": emu.RightFire, "down+fire": emu.LeftFire,
}

const newGame = "new"

// order does what a message says, or returns an error.
func (m *match) order(text string) error {
	held, ok := orders[text]
	if !ok && text != newGame {
		return errors.New("no such order: stay, up, down, fire, up+fire, down+fire or new")
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if text == newGame {
		m.anew = true
	} else {
		m.held = held
	}
	return nil
}

// step plays a frame. A game that is over waits for another to begin.
func (m *match) step() {
	m.mutex.Lock()
	held, anew := m.held, m.anew
	m.anew = false
	m.mutex.Unlock()
	if anew {
		m.game.Reset()
	}
	if !m.game.Over() {
		m.game.Step(held)
	}
}

// play plays until ctx is done. One frame in two is sent.
func (m *match) play(ctx context.Context, box mailbox) {
	clock := time.NewTicker(frameTime)
	defer clock.Stop()
	for tick := 0; ; tick++ {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
		}
		m.step()
		if tick%2 == 1 {
			continue
		}
		m.game.Draw(&m.screen)
		message, err := appendMessage(make([]byte, 0, 1024), aboutMatch{m.game.AgentScore, m.game.EnemyScore, m.game.Over()}, &m.screen)
		if err == nil {
			box.put(message)
		}
	}
}

// servePlay lets a person play.
func (s *Server) servePlay(w http.ResponseWriter, r *http.Request) {
	select {
	case s.matches <- struct{}{}:
		defer func() { <-s.matches }()
	default:
		http.Error(w, fmt.Sprintf("%d people play already, as many as can: try again later", mostMatches), http.StatusServiceUnavailable)
		return
	}
	c := accept(w, r)
	if c == nil {
		return
	}
	m, box := &match{game: emu.NewGame()}, newMailbox()
	ctx, cancel := context.WithCancel(r.Context())
	var playing sync.WaitGroup
	playing.Go(func() { m.play(ctx, box) })
	s.converse(ctx, c, box, m.order)
	cancel()
	playing.Wait()
}
