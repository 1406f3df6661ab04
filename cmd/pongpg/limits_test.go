package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLimits ends runs by each limit.
func TestLimits(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name, flags string
		status      int
		stdout      string
		stderr      []string
	}{
		{"decisions", "--decisions 1000", 0, "done: 1,000 decisions\n", nil},
		{"time", "--time 1ms", 0, "done: 1ms of training\n", nil},
		{"return", "--until-return -21 --updates 100000 --batch-decisions 2e4", 0, "done: a mean return of -21.00\n", nil},
		{"missed", "--until-return 20.5 --updates 2", statusMissed, "done: 2 updates\n", []string{"2 updates", "--until-return +20.50", "--resume"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := pongpg(t, dir, append(with([]string{"train", "--run", test.name}, tiny...), strings.Fields(test.flags)...)...)
			if r.status != test.status || !strings.Contains(r.stdout, test.stdout) {
				t.Errorf("status %d, want %d; stdout %s; stderr %s", r.status, test.status, r.stdout, r.stderr)
			}
			if test.stderr != nil {
				r.says(t, test.stderr...)
			} else if r.stderr != "" {
				t.Errorf("stderr: %s", r.stderr)
			}
		})
	}
}

// TestMissedAgain resumes a run that ended before its return: it still has not got there.
func TestMissedAgain(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{
		with([]string{"train", "--run", "r", "--updates", "2", "--until-return", "20.5"}, tiny...),
		{"train", "--resume", "r"},
	} {
		pongpg(t, dir, args...).fail(t, statusMissed, "2 updates", "+20.50")
	}
}

// TestResumeLimits resumes a run that is done, then with a higher limit, which is
// then the run's.
func TestResumeLimits(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "r")
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "3"}, tiny...)...)
	stale := files(t, dir)
	for range 2 {
		if out := succeed(t, dir, "train", "--resume", "r").stdout; !strings.Contains(out, "nothing to do") || !strings.Contains(out, "3 updates") || !strings.Contains(out, "--updates") {
			t.Errorf("a run that is done says %s", out)
		}
	}
	if got := files(t, dir); !slices.Equal(got, stale) || latest(t, run).Update != 3 {
		t.Errorf("resuming a run that is done changed it: %q, before %q", got, stale)
	}
	succeed(t, dir, "train", "--resume", "r", "--updates", "5")
	if got := latest(t, run).Update; got != 5 {
		t.Errorf("at update %d, want 5", got)
	}
	if out := succeed(t, dir, "train", "--resume", "r").stdout; !strings.Contains(out, "5 updates") {
		t.Errorf("the new limit was not stored: %s", out)
	}
}
