// Package ptytest gives tests a terminal: its both ends.
package ptytest

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Pty is a terminal of which a program has Terminal, and a test what it shows, and its keys.
type Pty struct {
	Terminal *os.File

	other *os.File
	shown chan []byte
	all   []byte
}

// New returns a terminal of a size, which ends with the test. It skips a test that may not
// have one.
func New(t testing.TB, columns, rows int) *Pty {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	p := &Pty{other: os.NewFile(uintptr(fd), "ptmx"), shown: make(chan []byte, 1024)}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if p.Terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Terminal.Close(); p.other.Close() })
	p.Resize(t, columns, rows)
	go func() {
		defer close(p.shown)
		data := make([]byte, 1<<16)
		for {
			n, err := p.other.Read(data)
			if n > 0 {
				p.shown <- bytes.Clone(data[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	return p
}

// HangUp closes the terminal, as when its window is closed.
func (p *Pty) HangUp() { p.other.Close() }

// Resize changes the terminal's size.
func (p *Pty) Resize(t testing.TB, columns, rows int) {
	t.Helper()
	size := &unix.Winsize{Col: uint16(columns), Row: uint16(rows)}
	if err := unix.IoctlSetWinsize(int(p.other.Fd()), unix.TIOCSWINSZ, size); err != nil {
		t.Fatal(err)
	}
}

// Mode returns how the terminal treats what goes through it.
func (p *Pty) Mode(t testing.TB) unix.Termios {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(p.other.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *mode
}

// Type presses keys.
func (p *Pty) Type(t testing.TB, keys string) {
	t.Helper()
	if _, err := p.other.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// Discard throws away what the terminal shows from now on, so that nobody waits to write to it, and
// counts how often a mark is in it.
func (p *Pty) Discard(mark string) *atomic.Int64 {
	var count atomic.Int64
	go func() {
		var all []byte
		for data := range p.shown {
			all = append(all, data...)
			count.Add(int64(bytes.Count(all, []byte(mark))))
			if at := bytes.LastIndex(all, []byte(mark)); at >= 0 {
				all = all[at+len(mark):]
			}
			all = append(all[:0], all[max(0, len(all)-len(mark)+1):]...) // in which one may begin
		}
	}()
	return &count
}

// Until waits until done says so of all that was written to the terminal, which it returns. A
// minute is too long, and the end of the test.
func (p *Pty) Until(t testing.TB, what string, done func(all []byte) bool) []byte {
	t.Helper()
	timeout := time.After(time.Minute)
	for !done(p.all) {
		select {
		case data, ok := <-p.shown:
			if !ok {
				t.Fatalf("the terminal was closed before %s", what)
			}
			p.all = append(p.all, data...)
		case <-timeout:
			t.Fatalf("no %s within a minute; the terminal has %d bytes, at the end %q", what, len(p.all), p.all[max(0, len(p.all)-200):])
		}
	}
	return p.all
}
