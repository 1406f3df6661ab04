package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pongpg/trainer/checkpoint"
)

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
