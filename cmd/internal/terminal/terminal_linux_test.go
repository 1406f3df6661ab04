package terminal_test

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"pongpg/cmd/internal/terminal"
	"pongpg/cmd/internal/terminal/ptytest"
)

// TestTerminal takes a terminal over, draws, presses keys, and gets it back as it was.
func TestTerminal(t *testing.T) {
	p := ptytest.New(t, 31, 7)
	before := p.Mode(t)
	environment := func(name string) string {
		return map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}[name]
	}
	s, err := terminal.Open(p.Terminal, p.Terminal, environment, true)
	if err != nil {
		t.Fatal(err)
	}
	if p.Mode(t) == before {
		t.Error("the terminal is not raw")
	}
	if columns, rows := s.Size(); columns != 31 || rows != 7 {
		t.Errorf("size %d×%d", columns, rows)
	}
	p.Resize(t, 20, 6)
	if columns, rows := s.Size(); columns != 20 || rows != 6 {
		t.Errorf("size %d×%d after another", columns, rows)
	}
	cells := terminal.NewCells(20, 6)
	cells.Text(3, 2, 10, terminal.Ink, "pong")
	if err := s.Show(cells); err != nil {
		t.Fatal(err)
	}
	all := p.Until(t, "pong", func(all []byte) bool { return bytes.Contains(all, []byte("pong")) })
	for _, part := range []string{"\x1b[?1049h", "\x1b[?25l", "\x1b[>11u\x1b[?u"} {
		if !bytes.Contains(all, []byte(part)) {
			t.Errorf("no %q in %q", part, all)
		}
	}
	p.Type(t, "\x1b[?11u\x1b[1;1:3Aq")
	for _, want := range []terminal.Key{{Code: terminal.ReportsReleases}, {Code: terminal.Up, Event: terminal.Released}, {Code: 'q'}} {
		if key := <-s.Keys(); key != want {
			t.Errorf("key %+v, want %+v", key, want)
		}
	}
	if err := errors.Join(s.Close(), s.Close(), s.Show(terminal.NewCells(20, 6))); err != nil {
		t.Error(err)
	}
	const end = "\x1b[<u\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
	if all := p.Until(t, "the end", func(all []byte) bool { return bytes.Contains(all, []byte(end)) }); !bytes.HasSuffix(all, []byte(end)) {
		t.Errorf("after the end comes more: %q", all)
	}
	if after := p.Mode(t); after != before {
		t.Errorf("the terminal is left as %+v, was %+v", after, before)
	}
}

// TestGuard panics in a goroutine that uses the terminal, which is restored first.
func TestGuard(t *testing.T) {
	p := ptytest.New(t, 20, 6)
	before := p.Mode(t)
	s, err := terminal.Open(p.Terminal, p.Terminal, os.Getenv, false)
	if err != nil {
		t.Fatal(err)
	}
	caught := make(chan any)
	go func() {
		defer func() { caught <- recover() }()
		defer s.Guard()
		panic("pong")
	}()
	if what := <-caught; what != "pong" || p.Mode(t) != before {
		t.Errorf("the panic is %v, the terminal %+v, was %+v", what, p.Mode(t), before)
	}
}

// TestNone refuses what is no terminal.
func TestNone(t *testing.T) {
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p := ptytest.New(t, 20, 6)
	before := p.Mode(t)
	for _, c := range []struct {
		in, out *os.File
		kind    string
	}{{file, p.Terminal, "xterm"}, {p.Terminal, file, "xterm"}, {p.Terminal, p.Terminal, "dumb"}} {
		if _, err := terminal.Open(c.in, c.out, func(string) string { return c.kind }, false); !errors.Is(err, terminal.ErrNone) {
			t.Errorf("error %v", err)
		}
	}
	if p.Mode(t) != before {
		t.Error("the terminal was touched")
	}
}
