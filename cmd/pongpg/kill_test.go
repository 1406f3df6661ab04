package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// killMoments returns how often TestKill kills; the environment may ask for more.
func killMoments() int {
	if n, err := strconv.Atoi(os.Getenv("PONGPG_KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		return 5
	}
	return 20
}

// train returns the arguments of a tiny run of 60 updates in a directory.
func train(run string, more ...string) []string {
	return append(with([]string{"train", "--run", run, "--updates", "60"}, tiny...), more...)
}

// resume returns the arguments that go on with it.
func resume(run string, more ...string) []string {
	return append([]string{"train", "--resume", run, "--checkpoint-interval", "20ms", "--workers", "1"}, more...)
}

// TestKill kills runs with SIGKILL at random moments, again and again, and resumes
// them. Each must end as one does that nobody disturbed.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	began := time.Now()
	succeed(t, dir, train("undisturbed")...)
	span := time.Since(began)

	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	kills, underway := 0, 0
	for run := 0; kills < killMoments(); run++ {
		name := fmt.Sprintf("killed-%d", run)
		k, u := killAndResume(t, dir, name, span, random)
		kills, underway = kills+k, underway+u
		sameState(t, filepath.Join(dir, name), filepath.Join(dir, "undisturbed"))
		if t.Failed() {
			t.Fatalf("seed %d, run %d", seed, run)
		}
	}
	if underway < kills/4 {
		t.Errorf("only %d of %d kills came after the first update's checkpoint: the moments are chosen badly", underway, kills)
	}
}

// killAndResume does a run in as many pieces as it takes, each but the last killed within
// span. It returns the number of kills, and of those that came after a checkpoint beyond
// that of update 0.
func killAndResume(t *testing.T, dir, name string, span time.Duration, random *rand.Rand) (kills, underway int) {
	t.Helper()
	for {
		c := command(dir, nil, train(name)...)
		if _, err := os.Stat(filepath.Join(dir, name, "config.json")); err == nil {
			c = command(dir, nil, resume(name)...)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		span += span / 50 // should the machine have become slower, a run must end all the same
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(span))), func() { c.Process.Kill() })
		status := wait(t, c)
		timer.Stop()
		switch {
		case status == 0:
			return kills, underway
		case status > 0:
			t.Fatalf("%v: exit status %d", c.Args[1:], status)
		}
		kills++
		if newest, err := filepath.Glob(filepath.Join(dir, name, "checkpoints", "checkpoint-*[1-9].safetensors")); err == nil && newest != nil {
			underway++
		}
	}
}
