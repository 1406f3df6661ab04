//go:build linux || darwin

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is a command whose lines are read while it runs.
type running struct {
	*exec.Cmd
	lines  chan string // of standard output and standard error
	stdout bytes.Buffer
}

// start starts the command in dir.
func start(t testing.TB, dir string, args ...string) *running {
	t.Helper()
	return startCommand(t, command(dir, nil, args...))
}

// startCommand starts a command.
func startCommand(t testing.TB, c *exec.Cmd) *running {
	t.Helper()
	r := &running{Cmd: c, lines: make(chan string, 10_000)}
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Stdout, r.Stderr = out, out
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	t.Cleanup(func() { r.Process.Kill() })
	go func() {
		defer close(r.lines)
		defer in.Close()
		for lines := bufio.NewScanner(io.TeeReader(in, &r.stdout)); lines.Scan(); {
			r.lines <- lines.Text()
		}
	}()
	return r
}

// until reads lines up to one with this beginning.
func (r *running) until(t *testing.T, prefix string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case line, ok := <-r.lines:
			if !ok {
				t.Fatalf("ended before it said %q: %s", prefix, r.stdout.String())
			}
			if strings.HasPrefix(line, prefix) {
				return
			}
		case <-deadline:
			t.Fatalf("did not say %q for a minute", prefix)
		}
	}
}

// end waits for the end and returns the exit status and all that was written.
func (r *running) end(t testing.TB) (int, string) {
	t.Helper()
	status := wait(t, r.Cmd)
	for range r.lines {
	}
	return status, r.stdout.String()
}

// notIgnored skips a test of a signal that is ignored, as under nohup, since commands inherit that.
func notIgnored(t *testing.T, s syscall.Signal) {
	t.Helper()
	if signal.Ignored(s) {
		t.Skip("ignored here:", s)
	}
}

// TestSignals stops runs by each signal: each finishes its update, saves and says how to
// go on, and what it says works.
func TestSignals(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		status int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}, {syscall.SIGHUP, 129}} {
		t.Run(test.signal.String(), func(t *testing.T) {
			notIgnored(t, test.signal)
			dir := t.TempDir()
			// Only the last save counts.
			r := start(t, dir, with([]string{"train", "--run", "a b", "--updates", "1000000", "--status-interval", "10ms"}, with(tiny, "--checkpoint-interval", "1h")...)...)
			r.until(t, "update ")
			if err := r.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			status, out := r.end(t)
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			const goOn = "go on with: pongpg train --resume 'a b'\n"
			if !strings.HasSuffix(out, goOn) || !strings.Contains(out, "stopped by "+signalName(test.signal)) {
				t.Fatalf("does not end in %q:\n%s", goOn, out)
			}
			reached := latest(t, filepath.Join(dir, "a b")).Update
			if reached < 1 || int64(len(metrics(t, filepath.Join(dir, "a b")))) != reached {
				t.Fatalf("stopped at update %d, which was not saved with its metrics", reached)
			}
			end := strconv.FormatInt(reached+10, 10)
			succeed(t, dir, "train", "--resume", "a b", "--updates", end)
			succeed(t, dir, with([]string{"train", "--run", "undisturbed", "--updates", end}, tiny...)...)
			sameState(t, filepath.Join(dir, "a b"), filepath.Join(dir, "undisturbed"))
		})
	}
}

// TestOutputGone ends who reads a run's output: head, or, by Ctrl-C, tee. The run saves, and then ends.
func TestOutputGone(t *testing.T) {
	for _, test := range []struct {
		what   string
		signal syscall.Signal // to the run, too; 0: none
	}{{"head", 0}, {"tee and Ctrl-C", syscall.SIGINT}, {"tee and a terminal that is closed", syscall.SIGHUP}} {
		t.Run(test.what, func(t *testing.T) {
			notIgnored(t, test.signal)
			dir := t.TempDir()
			c := command(dir, nil, with([]string{"train", "--run", "r", "--updates", "1000000", "--status-interval", "10ms"}, with(tiny, "--checkpoint-interval", "1h")...)...)
			in, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			c.Stdout, c.Stderr = out, out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Process.Kill() })
			out.Close()
			for lines := bufio.NewScanner(in); lines.Scan() && !strings.HasPrefix(lines.Text(), "update "); {
			}
			in.Close()
			statuses := []int{128 + int(syscall.SIGPIPE)}
			if test.signal != 0 {
				_ = c.Process.Signal(test.signal)
				statuses = append(statuses, signalStatus(test.signal)) // which of them comes first is open
			}
			if status := wait(t, c); !slices.Contains(statuses, status) {
				t.Errorf("exit status %d, want one of %v", status, statuses)
			}
			reached := latest(t, filepath.Join(dir, "r")).Update
			if reached < 1 || int64(len(metrics(t, filepath.Join(dir, "r")))) != reached {
				t.Fatalf("stopped at update %d, which was not saved with its metrics", reached)
			}
		})
	}
}

// TestNohup has a run go on when the terminal is closed, as nohup has asked for.
func TestNohup(t *testing.T) {
	dir := t.TempDir()
	c := command(dir, nil, with([]string{"train", "--run", "r", "--updates", "1000000", "--status-interval", "10ms"}, tiny...)...)
	c.Args = append([]string{"nohup", c.Path}, c.Args[1:]...)
	var err error
	if c.Path, err = exec.LookPath("nohup"); err != nil {
		t.Skip(err)
	}
	r := startCommand(t, c)
	r.until(t, "update ")
	if err := r.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		r.until(t, "update ")
	}
	if err := r.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, out := r.end(t); status != 143 {
		t.Errorf("exit status %d:\n%s", status, out)
	}
}

// TestFilmInterrupted stops the making of films, by two signals at once, as timeout and a shell send them,
// and one after the other. No part of a film is left.
func TestFilmInterrupted(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1"}, tiny...)...)
	before := files(t, dir)
	for try := range 8 {
		r := start(t, dir, "watch", "r", "-o", "a.gif", "--episodes", "1000", "--panel")
		for waited := time.Now(); len(files(t, dir)) == len(before); time.Sleep(10 * time.Millisecond) {
			if time.Since(waited) > time.Minute {
				t.Fatal("no film is begun after a minute")
			}
		}
		for range 2 {
			if err := r.Process.Signal(syscall.SIGINT); err != nil && try%2 == 0 {
				t.Fatal(err)
			}
			if try%2 == 1 {
				time.Sleep(2 * atOnce)
			}
		}
		if status, out := r.end(t); status != 130 {
			t.Errorf("exit status %d: %s", status, out)
		}
		if left := files(t, dir); !slices.Equal(left, before) {
			t.Fatalf("try %d: left behind: %q, before %q", try, left, before)
		}
	}
}

// TestSecondSignal stops a run within an update that takes long. Nothing that was saved
// is lost.
func TestSecondSignal(t *testing.T) {
	dir := t.TempDir()
	// Well over 10 s an update: many units, and no vector instructions.
	r := start(t, dir, "train", "--run", "long", "--hidden", "1000", "--batch-decisions", "1e6", "--isa", "go", "--workers", "1")
	first := filepath.Join(dir, "long", "checkpoints", "checkpoint-000000000.safetensors")
	// Signals count once training has begun, after the first checkpoint at the latest.
	for waited := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(first); err == nil {
			break
		}
		if time.Since(waited) > time.Minute {
			t.Fatal("no checkpoint after a minute")
		}
	}
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	r.until(t, "SIGINT: stopping after this update")
	time.Sleep(2 * atOnce) // two at once are one request
	asked := time.Now()
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	status, out := r.end(t)
	if took := time.Since(asked); status != 130 || took > 5*time.Second {
		t.Errorf("exit status %d after %v, want 130 at once:\n%s", status, took, out)
	}
	if found := latest(t, filepath.Join(dir, "long")); found.Update != 0 || len(found.Skipped) > 0 {
		t.Errorf("the latest checkpoint is of update %d, skipped %v", found.Update, found.Skipped)
	}
}
