//go:build linux || darwin

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pongpg/trainer/checkpoint"
)

// trainers returns the processes that the locks of a sweep's runs name: of each run with a
// checkpoint beyond the first, who trained in it last.
func trainers(t *testing.T, sweepDir string) map[int]bool {
	t.Helper()
	locks, err := filepath.Glob(filepath.Join(sweepDir, "*", "lock"))
	if err != nil {
		t.Fatal(err)
	}
	pids := map[int]bool{}
	for _, path := range locks {
		saved, err := filepath.Glob(filepath.Join(filepath.Dir(path), "checkpoints", "checkpoint-*[1-9].safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var pid int
		if _, err := fmt.Sscanf(string(text), "process %d on", &pid); err == nil && len(saved) > 0 { // else it is being written
			pids[pid] = true
		}
	}
	return pids
}

// newTrainer waits until a process of the sweep r trains that was not there before, and returns
// it. The sweep itself takes a run's lock for a moment before it has it trained.
func newTrainer(t *testing.T, r *running, sweepDir string, before map[int]bool) *os.Process {
	t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
		for pid := range trainers(t, sweepDir) {
			if before[pid] || pid == r.Process.Pid {
				continue
			}
			p, err := os.FindProcess(pid)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Fatal("nothing is trained for a minute")
	return nil
}

// awaitLocks waits until no run of a sweep is being trained.
func awaitLocks(t *testing.T, sweepDir string) {
	t.Helper()
	runs, err := filepath.Glob(filepath.Join(sweepDir, "*", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range runs {
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			r, err := checkpoint.OpenForResume(filepath.Dir(config))
			if err == nil {
				err = r.Close()
			}
			if err == nil {
				break
			}
			if !errors.Is(err, checkpoint.ErrLocked) || time.Since(began) > time.Minute {
				t.Fatal(err)
			}
		}
	}
}

// TestSweepKilled stops a sweep, kills it, and kills a child of it. In the end it must have
// what one has that nobody disturbed.
func TestSweepKilled(t *testing.T) {
	dir := t.TempDir()
	updates := 1200
	if testing.Short() { // as where an update takes ten times as long
		updates = 400
	}
	// Too few decisions for a hundred episodes: which return is the best a run keeps depends on
	// when it was saved.
	file := fmt.Sprintf("recipe = \"fast\"\nupdates = %d\njobs = 2\n[flags]\nenvs = 16\nbatch-decisions = 64\nhidden = 16\n"+
		"checkpoint-interval = \"20ms\"\n[search]\nlr = [0.001, 0.004]\nseed = [1, 2]\n", updates)
	if err := os.WriteFile(filepath.Join(dir, "s.toml"), []byte(file), 0o666); err != nil {
		t.Fatal(err)
	}
	sweepDir := filepath.Join(dir, "d")
	args := []string{"sweep", "s.toml", "-o", "d"}

	r := start(t, dir, args...)
	newTrainer(t, r, sweepDir, nil)
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status, out := r.end(t); status != 130 || !strings.HasSuffix(out, "stopped by SIGINT\ngo on with: pongpg sweep s.toml -o d\n") {
		t.Fatalf("after SIGINT: status %d\n%s", status, out)
	}
	before := trainers(t, sweepDir)
	r = start(t, dir, args...)
	newTrainer(t, r, sweepDir, before)
	if err := r.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	r.end(t)
	awaitLocks(t, sweepDir)
	before = trainers(t, sweepDir)
	r = start(t, dir, args...)
	if err := newTrainer(t, r, sweepDir, before).Kill(); err != nil {
		t.Fatal(err)
	}
	if status, out := r.end(t); status != statusError || !strings.Contains(out, "failed: signal: killed") || !strings.Contains(out, "1 of 4 runs failed") {
		t.Fatalf("after a child was killed: status %d\n%s", status, out)
	}
	out := succeed(t, dir, args...).stdout
	succeed(t, dir, "sweep", "s.toml", "-o", "undisturbed")
	table, undisturbed := sweepTable(t, sweepDir), sweepTable(t, filepath.Join(dir, "undisturbed"))
	if len(table) != 4 {
		t.Fatalf("the table has %d runs", len(table))
	}
	for name, row := range table {
		sameState(t, filepath.Join(sweepDir, name), filepath.Join(dir, "undisturbed", name))
		for _, column := range []string{"status", "decisions", "return", "best", "setting_return", "setting_return_standard_error", "error"} {
			if row[column] != undisturbed[name][column] || row["status"] != "done" {
				t.Errorf("%s: %s is %q, undisturbed %q", name, column, row[column], undisturbed[name][column])
			}
		}
	}
	if _, err := os.Stat(filepath.Join(sweepDir, "table.csv")); err != nil {
		t.Error(err)
	}
	// Whether there is a picture depends on the clock: runs as short as these may have no
	// second in common to be compared at. Either is said, or done.
	_, err := os.Stat(filepath.Join(sweepDir, "sweep.png"))
	if said := strings.Contains(out, "no picture: "); said == (err == nil) {
		t.Errorf("no picture is said: %v; the picture: %v\n%s", said, err, out)
	}
}
