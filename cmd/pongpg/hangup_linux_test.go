package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pongpg/cmd/internal/terminal/ptytest"
)

// TestHangUp closes the terminal on which a run trains, as when a connection to another machine is lost:
// the run saves.
func TestHangUp(t *testing.T) {
	notIgnored(t, syscall.SIGHUP)
	dir := t.TempDir()
	p := ptytest.New(t, 100, 30)
	c := command(dir, []string{"TERM=xterm"}, with([]string{"train", "--run", "r", "--updates", "1000000"}, with(tiny, "--checkpoint-interval", "1h")...)...)
	c.Stdin, c.Stdout, c.Stderr = p.Terminal, p.Terminal, p.Terminal
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	p.Terminal.Close()
	p.Until(t, "the return", func(all []byte) bool { return strings.Contains(string(all), "return -") })
	p.HangUp()
	if status := wait(t, c); status != signalStatus(syscall.SIGHUP) {
		t.Errorf("exit status %d", status)
	}
	reached := latest(t, filepath.Join(dir, "r")).Update
	if reached < 1 || int64(len(metrics(t, filepath.Join(dir, "r")))) != reached {
		t.Fatalf("stopped at update %d, which was not saved with its metrics", reached)
	}
}
