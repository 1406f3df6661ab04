package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"golang.org/x/term"
)

// ErrNone is the error of what is no terminal, or none that can be drawn on.
var ErrNone = errors.New("not a terminal")

// What is written to begin and to end: the alternate screen, no cursor, no wrapping at the
// right margin; and for releases the kitty protocol, with a question whether it is there.
const (
	begin = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	end   = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"

	reportEvents  = 2 // a flag of the protocol
	beginReleases = "\x1b[>11u\x1b[?u"
	endReleases   = "\x1b[<u"

	// Between these a terminal that knows them shows nothing half-drawn.
	beginFrame = "\x1b[?2026h"
	endFrame   = "\x1b[?2026l"
)

// Terminal is a terminal in raw mode. Show and Close may be called from any goroutine.
type Terminal struct {
	in, out *os.File
	keys    chan Key
	depth   Depth

	mutex    sync.Mutex
	state    *term.State // before it was made raw; nil once it has been restored
	releases bool
	shown    *Cells // a copy
	buffer   []byte
}

// Open takes over the terminal that in and out are; releases asks it to report when keys are
// let go. getenv is os.Getenv, which says what the terminal can do. The caller must Close it,
// also when it panics. The error is ErrNone if one of them is no terminal.
func Open(in, out *os.File, getenv func(string) string, releases bool) (*Terminal, error) {
	for _, f := range []struct {
		name string
		*os.File
	}{{"standard input", in}, {"standard output", out}} {
		if !term.IsTerminal(int(f.Fd())) {
			return nil, fmt.Errorf("%s is %w", f.name, ErrNone)
		}
	}
	if kind := getenv("TERM"); kind == "dumb" {
		return nil, fmt.Errorf("TERM=%s is %w to draw on", kind, ErrNone)
	}
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("take over the terminal: %w; try another one", err)
	}
	t := &Terminal{in: in, out: out, keys: make(chan Key, 64), depth: depthOf(getenv), state: state, releases: releases}
	first := begin
	if releases {
		first += beginReleases
	}
	if _, err := io.WriteString(out, first); err != nil {
		return nil, errors.Join(fmt.Errorf("draw on the terminal: %w; try another one", err), t.Close())
	}
	go t.read()
	return t, nil
}

// read hands on keys until the terminal has no more.
func (t *Terminal) read() {
	defer close(t.keys)
	var decoder keyDecoder
	var keys []Key
	data := make([]byte, 256)
	for {
		n, err := t.in.Read(data)
		keys = decoder.decode(keys[:0], data[:n])
		for _, key := range keys {
			t.keys <- key
		}
		if err != nil {
			return
		}
	}
}

// Keys returns the keys; it is closed when there will be no more.
func (t *Terminal) Keys() <-chan Key { return t.keys }

// Size returns the number of columns and of rows as they are now.
func (t *Terminal) Size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(t.out.Fd()))
	if err != nil || columns < 1 || rows < 1 {
		return 80, 24
	}
	return columns, rows
}

// Show makes the terminal show cells: always the same ones, which are drawn on in between, or
// others of another size. After Close it does nothing.
func (t *Terminal) Show(cells *Cells) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.state == nil {
		return nil
	}
	t.buffer, t.shown = cells.appendChanges(append(t.buffer[:0], beginFrame...), t.shown, t.depth)
	if len(t.buffer) == len(beginFrame) {
		return nil
	}
	t.buffer = append(t.buffer, endFrame...)
	if _, err := t.out.Write(t.buffer); err != nil {
		return fmt.Errorf("draw on the terminal: %w; try another one", err)
	}
	return nil
}

// Close leaves the terminal as Open found it. The second call does nothing.
func (t *Terminal) Close() error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.state == nil {
		return nil
	}
	last := endFrame + end
	if t.releases {
		last = endFrame + endReleases + end
	}
	_, err := io.WriteString(t.out, last)
	err = errors.Join(err, term.Restore(int(t.in.Fd()), t.state))
	t.state = nil
	if err != nil {
		return fmt.Errorf("restore the terminal: %w; the command reset does", err)
	}
	return nil
}

// Guard is to be deferred in every goroutine beside the one that closes the terminal: a
// panic goes on only after the terminal has been restored, so that it can be read.
func (t *Terminal) Guard() {
	if p := recover(); p != nil {
		_ = t.Close()
		panic(p)
	}
}

// appendNumbers appends numbers with semicolons between them.
func appendNumbers(dst []byte, numbers ...int) []byte {
	for i, n := range numbers {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return dst
}
