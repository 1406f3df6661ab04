package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"pongpg/cmd/internal/terminal/ptytest"
)

// onPty starts the command on a terminal, which it must have left as it was at the end.
func onPty(t *testing.T, dir string, args ...string) (p *ptytest.Pty, c *exec.Cmd, before unix.Termios) {
	t.Helper()
	p = ptytest.New(t, 100, 30)
	before = p.Mode(t)
	c = command(dir, []string{"TERM=xterm-256color", "COLORTERM=truecolor"}, args...)
	c.Stdin, c.Stdout, c.Stderr = p.Terminal, p.Terminal, p.Terminal
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	return p, c, before
}

// shows waits for what matches on the terminal. Only what has changed is written, so that a
// line is there at once only when it is new.
func shows(t *testing.T, p *ptytest.Pty, what string) []byte {
	t.Helper()
	pattern := regexp.MustCompile(what)
	return p.Until(t, what, pattern.Match)
}

const restored = "\x1b[?25h\x1b[?1049l"

// givesWay holds all threads of a program that looks on to their nice value.
func givesWay(t *testing.T, c *exec.Cmd) {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", c.Process.Pid))
	if err != nil || len(threads) < 2 {
		t.Fatal(threads, err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(filepath.Base(thread))
		if err != nil {
			t.Fatal(err)
		}
		if now, err := unix.Getpriority(unix.PRIO_PROCESS, id); err == nil && 20-now != givenWay {
			t.Errorf("thread %d has the nice value %d", id, 20-now)
		}
	}
}

// TestWatchOnTerminal watches a run in a terminal: keys, another checkpoint, and every end
// leave the terminal as it was.
func TestWatchOnTerminal(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1"}, tiny...)...)
	for _, test := range []struct {
		name   string
		end    func(*ptytest.Pty, *exec.Cmd)
		status int
	}{
		{"q", func(p *ptytest.Pty, _ *exec.Cmd) { p.Type(t, "q") }, 0},
		{"Ctrl-C", func(p *ptytest.Pty, _ *exec.Cmd) { p.Type(t, "\x03") }, 130},
		{"SIGTERM", func(_ *ptytest.Pty, c *exec.Cmd) { c.Process.Signal(syscall.SIGTERM) }, 143},
		{"SIGHUP", func(_ *ptytest.Pty, c *exec.Cmd) { c.Process.Signal(syscall.SIGHUP) }, 129},
		{"SIGINT", func(_ *ptytest.Pty, c *exec.Cmd) { c.Process.Signal(syscall.SIGINT) }, 130},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.status == 129 {
				notIgnored(t, syscall.SIGHUP)
			}
			p, c, before := onPty(t, dir, "watch", "r", "--seed", "2")
			shows(t, p, "update 1 of r")
			p.Type(t, " ")
			shows(t, p, "paused")
			test.end(p, c)
			if status := wait(t, c); status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			all := shows(t, p, regexp.QuoteMeta(restored))
			if !bytes.HasSuffix(all, []byte(restored)) || p.Mode(t) != before {
				t.Errorf("the terminal is left with %q", all[len(all)-60:])
			}
		})
	}
	t.Run("follow", func(t *testing.T) {
		p, c, _ := onPty(t, dir, "watch", "r", "--speed", "16")
		shows(t, p, "update 1 of r")
		givesWay(t, c)
		succeed(t, dir, "train", "--resume", "r", "--updates", "2", "--workers", "1")
		shows(t, p, "update 1 of r(?s:.*)\x1b\\[1;[0-9]+H(\x1b\\[[0-9;]*m)?2") // the number alone is written again
		hasPlace(t, "looking-on")
		p.Type(t, "q")
		if status := wait(t, c); status != 0 {
			t.Errorf("exit status %d", status)
		}
	})
	t.Run("episode", func(t *testing.T) {
		p, c, _ := onPty(t, dir, "watch", filepath.Join("r", "best.safetensors"), "--episodes", "1")
		if status := wait(t, c); status != 1 { // there is none yet
			t.Errorf("exit status %d", status)
		}
		shows(t, p, "best.safetensors")
		p, c, _ = onPty(t, dir, "watch", "r", "--episodes", "1", "--speed", "16")
		if status := wait(t, c); status != 0 {
			t.Errorf("exit status %d", status)
		}
		shows(t, p, regexp.QuoteMeta(restored)+"1 episode: [-+][0-9]+")
	})
}

// TestPlayOnTerminal plays a little, alone and against a policy.
func TestPlayOnTerminal(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1"}, tiny...)...)
	for _, args := range [][]string{{"play"}, {"play", "r", "--greedy"}} {
		p, c, before := onPty(t, dir, args...)
		shows(t, p, "you")
		p.Type(t, "\x1b[Aws ")
		p.Type(t, "p")
		shows(t, p, "paused")
		p.Type(t, "q")
		if status := wait(t, c); status != 0 {
			t.Errorf("%q: exit status %d", args, status)
		}
		if all := shows(t, p, regexp.QuoteMeta(restored)); !bytes.Contains(all, []byte("\x1b[<u")) || p.Mode(t) != before {
			t.Errorf("%q: the terminal is left with %q", args, all[len(all)-60:])
		}
	}
}
