package main

import (
	"encoding/json"
	"fmt"
	"math"
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
	want, err := trainer.Recipe("fast")
	if err != nil {
		t.Fatal(err)
	}
	want.Seed, want.Envs, want.BatchDecisions, want.Hidden, want.LearningRate = 7, 16, 512, 16, 0.25
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
	recipe, err := trainer.Recipe("fast")
	if err != nil {
		t.Fatal(err)
	}
	row("lr", "0.25", "(recipe:", fmt.Sprintf("%v)", recipe.LearningRate))
	row("lr-final", fmt.Sprint(recipe.LearningRateFinal))
	row("seed", "7")
	row("run", "r")
}

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

// TestDamaged resumes runs whose newest checkpoints are damaged.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	for _, run := range []string{"r", "undisturbed"} {
		succeed(t, dir, with([]string{"train", "--run", run, "--updates", "40", "--keep", "1000"}, with(tiny, "--checkpoint-interval", "1ns")...)...)
	}
	checkpoints, err := filepath.Glob(filepath.Join(dir, "r", "checkpoints", "*"))
	if err != nil || len(checkpoints) != 41 {
		t.Fatalf("%d checkpoints, %v; want 41", len(checkpoints), err)
	}
	damage := func(path string, at float64) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text[int(at*float64(len(text)))] ^= 1
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	damage(checkpoints[40], 0.3)
	damage(checkpoints[39], 0.9)
	if err := os.Truncate(checkpoints[38], 1000); err != nil {
		t.Fatal(err)
	}
	r := pongpg(t, dir, "eval", "--checkpoint", "r", "--episodes", "1")
	if r.status != 0 || strings.Count(r.stderr, "skipped") != 3 || !strings.Contains(r.stdout, filepath.Base(checkpoints[37])) {
		t.Errorf("eval did not take the checkpoint before: status %d, %s%s", r.status, r.stdout, r.stderr)
	}
	r = pongpg(t, dir, "train", "--resume", "r")
	if r.status != 0 || strings.Count(r.stderr, "\n") != 3 {
		t.Errorf("resume: status %d, %s", r.status, r.stderr)
	}
	for i, line := range strings.Split(strings.TrimSpace(r.stderr), "\n") {
		if !strings.Contains(line, "skipped") || !strings.Contains(line, filepath.Base(checkpoints[40-i])) {
			t.Errorf("line %d does not say that %s was skipped: %s", i, checkpoints[40-i], line)
		}
	}
	sameState(t, filepath.Join(dir, "r"), filepath.Join(dir, "undisturbed"))

	all, err := filepath.Glob(filepath.Join(dir, "r", "checkpoints", "*.safetensors"))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, path := range all {
		damage(path, 0.5)
	}
	pongpg(t, dir, "train", "--resume", "r").fail(t, statusError, filepath.Base(all[0]), filepath.Base(all[len(all)-1]))
}

// TestNotFinite resumes a run with a weight so large that its square is infinite.
func TestNotFinite(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "r")
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "3"}, tiny...)...)
	r, err := checkpoint.OpenForResume(run)
	if err != nil {
		t.Fatal(err)
	}
	found, err := r.Latest()
	if err != nil {
		t.Fatal(err)
	}
	w1 := found.File.Tensor("w1")
	weights, err := checkpoint.Values[float32](w1)
	if err != nil {
		t.Fatal(err)
	}
	weights[0] = math.MaxFloat32
	*w1 = checkpoint.NewTensor("w1", weights, w1.Shape...)
	if err := r.Rewind(found); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(found.Update, found.File, false); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(found.Path)
	if err != nil {
		t.Fatal(err)
	}
	pongpg(t, dir, "train", "--resume", "r", "--updates", "9").fail(t, statusError, "update 4", "+Inf", "lower --lr", filepath.Base(found.Path))
	after, err := os.ReadFile(found.Path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the last checkpoint was changed, %v", err)
	}
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
