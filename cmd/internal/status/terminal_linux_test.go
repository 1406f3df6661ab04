package status

import (
	"testing"
	"time"

	"pongpg/cmd/internal/terminal/ptytest"
	"pongpg/trainer"
)

// TestNewTerminal has a live line on a terminal, but none where it would not be seen: on one that has no
// width, as a container's that nobody is attached to.
func TestNewTerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	p := ptytest.New(t, 80, 24)
	of := func() Status {
		s := New(p.Terminal, none, trainer.Metrics{}, time.Second)
		s.Close()
		return s
	}
	if s, ok := of().(*line); !ok {
		t.Errorf("%T for a terminal", s)
	}
	p.Resize(t, 0, 0)
	if s, ok := of().(*plain); !ok {
		t.Errorf("%T for a terminal without a width", s)
	}
	p.Resize(t, 80, 24)
	t.Setenv("TERM", "dumb")
	if s, ok := of().(*plain); !ok {
		t.Errorf("%T for a terminal that is dumb", s)
	}
}
