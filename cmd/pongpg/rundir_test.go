package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// TestDefaultRun holds the default directory to its name, and to another where that is
// taken.
func TestDefaultRun(t *testing.T) {
	dir := t.TempDir()
	args := append([]string{"train", "--recipe", "karpathy", "--seed", "5", "--updates", "1", "--hidden", "16", "--batch-episodes", "1"}, "--workers", "1")
	before := time.Now().Format(time.DateOnly)
	succeed(t, dir, args...)
	second := pongpg(t, dir, args...)
	third := pongpg(t, dir, args...)
	name := "runs/" + before + "-karpathy-5"
	if after := time.Now().Format(time.DateOnly); after != before {
		t.Skipf("the date became %s", after)
	}
	for i, r := range []result{second, third} {
		want := fmt.Sprintf("%s-%d", name, i+2)
		if r.status != 0 || !strings.Contains(r.stdout, want) {
			t.Errorf("not run in %s: status %d, %s", want, r.status, r.stdout)
		}
		r.says(t, name+" is taken", want)
	}
	for _, run := range []string{name, name + "-2", name + "-3"} {
		if got := latest(t, filepath.Join(dir, run)).Update; got != 1 {
			t.Errorf("%s is at update %d", run, got)
		}
	}
}

// TestStored holds config.json to what the flags say, and the table to that.
func TestStored(t *testing.T) {
	dir := t.TempDir()
	out := succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1", "--time", "1h", "--decisions", "1e4", "--lr", "0.25"}, tiny...)...).stdout
	text, err := os.ReadFile(filepath.Join(dir, "r", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		trainer.Config
		Limits map[string]float64
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want, err := trainer.Recipe(trainer.Recipes[0])
	if err != nil {
		t.Fatal(err)
	}
	want.Seed, want.Envs, want.BatchDecisions, want.Hidden, want.LearningRate, want.Schedule = 7, 16, 512, 16, 0.25, ""
	if got.Config != want {
		t.Errorf("config.json says %+v, want %+v", got.Config, want)
	}
	if l := got.Limits; len(l) != 3 || l["updates"] != 1 || l["seconds"] != 3600 || l["decisions"] != 10_000 {
		t.Errorf("config.json has limits %v", l)
	}
	row := func(fields ...string) {
		t.Helper()
		for line := range strings.Lines(out) {
			if slices.Equal(strings.Fields(line), fields) {
				return
			}
		}
		t.Errorf("the table has no row %q:\n%s", fields, out)
	}
	recipe, err := trainer.Recipe(trainer.Recipes[0])
	if err != nil {
		t.Fatal(err)
	}
	row("lr", "0.25", "(recipe:", fmt.Sprintf("%v)", recipe.LearningRate))
	row("lr-final", fmt.Sprint(recipe.LearningRateFinal))
	row("seed", "7")
	row("run", "r")
	for _, workers := range []string{"1", "2"} { // as it was begun, and then resumed
		if workers == "2" {
			succeed(t, dir, "train", "--resume", "r", "--updates", "2", "--workers", "2")
		}
		if got, want := string(readFile(t, filepath.Join(dir, "r"), "device.txt")), "cpu ("+workers+" worker"; !strings.HasPrefix(got, want) {
			t.Errorf("device.txt is %q, want %q …", got, want)
		}
	}
}

// TestTaken refuses a directory that holds a run, or that another process trains in.
func TestTaken(t *testing.T) {
	dir := t.TempDir()
	c := command(dir, nil, append(with([]string{"train", "--run", "r"}, tiny...), "--updates", "1000000")...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { c.Process.Kill(); c.Wait() }()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if _, err := checkpoint.Resolve(filepath.Join(dir, "r")); err == nil {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal("no checkpoint after a minute")
		}
	}
	pongpg(t, dir, "train", "--resume", "r").fail(t, statusError, "in use", fmt.Sprintf("process %d", c.Process.Pid), "--run")
	pongpg(t, dir, "train", "--run", "r", "--updates", "1").fail(t, statusError, "r already holds a run", "--resume", "--run")
	// Reading needs no lock.
	succeed(t, dir, "eval", "--checkpoint", "r", "--episodes", "1")
}

// TestConfigChanged warns when config.json no longer is what the run learns by.
func TestConfigChanged(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "2"}, tiny...)...)
	path := filepath.Join(dir, "r", "config.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `"learning_rate": `, `"learning_rate": 1`, 1)
	if err := os.WriteFile(path, []byte(changed), 0o666); err != nil || changed == string(text) {
		t.Fatal("not changed", err)
	}
	r := pongpg(t, dir, "train", "--resume", "r", "--updates", "4")
	if r.status != 0 {
		t.Errorf("exit status %d", r.status)
	}
	r.says(t, "config.json", "differs")
	succeed(t, dir, with([]string{"train", "--run", "undisturbed", "--updates", "4"}, tiny...)...)
	sameState(t, filepath.Join(dir, "r"), filepath.Join(dir, "undisturbed"))
}
