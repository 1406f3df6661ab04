package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// asCommand makes the test binary the command itself, so that the tests run it as its
// users do: as a process with an exit status.
const asCommand = "PONGPG_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		constrain()
		useTestGPU(os.Getenv(testGPU))
		os.Exit(run(append([]string{"pongpg"}, os.Args[1:]...)))
	}
	status := m.Run()
	_ = os.RemoveAll(cacheDir())
	os.Exit(status)
}

// cacheDir is where the commands that are tested keep what is in a user's cache: who looks on at other
// trainings on this machine is not to matter.
func cacheDir() string { return filepath.Join(os.TempDir(), fmt.Sprint("pongpg-test-", os.Getpid())) }

// command returns the command pongpg with these arguments, to be run in dir.
func command(dir string, env []string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Dir = dir
	c.Env = append(os.Environ(), asCommand+"=1", "XDG_CACHE_HOME="+cacheDir())
	c.Env = append(c.Env, env...)
	return c
}

// result is how a command ended.
type result struct {
	status         int
	stdout, stderr string
}

// pongpg runs the command in dir to its end.
func pongpg(t *testing.T, dir string, args ...string) result {
	t.Helper()
	return finish(t, command(dir, nil, args...))
}

// finish runs c to its end, with what it writes kept.
func finish(t *testing.T, c *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if c.Process == nil {
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	return result{wait(t, c), stdout.String(), stderr.String()}
}

// wait waits for a command and returns its exit status; −1 if a signal ended it. A command
// that takes minutes is hanging, and killed.
func wait(t testing.TB, c *exec.Cmd) int {
	t.Helper()
	timer := time.AfterFunc(2*time.Minute, func() {
		t.Errorf("%v took more than two minutes", c.Args[1:])
		c.Process.Kill()
	})
	defer timer.Stop()
	err := c.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// succeed runs the command in dir, which must succeed in silence on standard error.
func succeed(t *testing.T, dir string, args ...string) result {
	t.Helper()
	r := pongpg(t, dir, args...)
	if r.status != 0 || r.stderr != "" {
		t.Fatalf("pongpg %s: status %d\nstdout: %s\nstderr: %s", strings.Join(args, " "), r.status, r.stdout, r.stderr)
	}
	return r
}

// fail checks that a command failed as it should: with this status, and one line on
// standard error that has all these parts.
func (r result) fail(t *testing.T, status int, parts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("exit status %d, want %d; stderr: %s", r.status, status, r.stderr)
	}
	r.says(t, parts...)
}

// says checks that standard error is one line that has all these parts.
func (r result) says(t *testing.T, parts ...string) {
	t.Helper()
	if !strings.HasSuffix(r.stderr, "\n") || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("stderr is not one line: %q", r.stderr)
	}
	for _, part := range parts {
		if !strings.Contains(r.stderr, part) {
			t.Errorf("stderr does not say %q: %s", part, r.stderr)
		}
	}
}

// files returns the names of all files and directories under dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil && path != dir {
			names = append(names, strings.TrimPrefix(path, dir+string(filepath.Separator)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// words returns the lines of a table with single spaces between the words.
func words(table string) []string {
	var lines []string
	for line := range strings.Lines(table) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}
