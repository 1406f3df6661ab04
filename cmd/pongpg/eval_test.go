package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// jsonNames returns the sorted names of a JSON object.
func jsonNames(t *testing.T, text string) (names []string, object map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, object
}

// TestEvalJSON holds eval's JSON to the fields that docs/command.md promises, and to
// each other.
func TestEvalJSON(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--recipe", "fast", "--updates", "8", "--keep", "100"}, tiny...)...)
	eval := func(more ...string) (string, evalReport) {
		t.Helper()
		out := succeed(t, dir, append([]string{"eval", "--checkpoint", "r", "--episodes", "20", "--json", "--workers", "1"}, more...)...).stdout
		var r evalReport
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
		return out, r
	}
	out, r := eval()
	want := []string{
		"checkpoint", "device", "episodes", "greedy", "lengths", "max", "max_length", "mean", "mean_frames",
		"mean_length", "min", "min_length", "preset", "returns", "seed", "standard_error", "truncated", "update",
	}
	if names, _ := jsonNames(t, out); !slices.Equal(names, want) {
		t.Errorf("fields %q, want %q", names, want)
	}
	sum, squares := 0.0, 0.0
	for _, x := range r.Returns {
		sum += float64(x)
	}
	mean := sum / 20
	for _, x := range r.Returns {
		squares += (float64(x) - mean) * (float64(x) - mean)
	}
	if len(r.Returns) != 20 || r.Episodes != 20 || math.Abs(r.Mean-mean) > 1e-9 ||
		math.Abs(r.StandardError-math.Sqrt(squares/19/20)) > 1e-9 ||
		r.Min != slices.Min(r.Returns) || r.Max != slices.Max(r.Returns) || r.Min < -21 || r.Max > 21 {
		t.Errorf("returns do not agree with what is said of them: %s", out)
	}
	if len(r.Lengths) != 20 || r.MinLength != slices.Min(r.Lengths) || r.MaxLength != slices.Max(r.Lengths) || r.MinLength < 700 ||
		r.MeanFrames < 2.9*r.MeanLength || r.MeanFrames > 3.1*r.MeanLength {
		t.Errorf("lengths do not agree with what is said of them: %s", out)
	}
	if r.Update != 8 || r.Checkpoint != filepath.Join("r", "checkpoints", "checkpoint-000000008.safetensors") || r.Preset != "Pong-v0" || r.Seed != 1 || r.Greedy {
		t.Errorf("not what was asked for: %s", out)
	}

	same := func(a, b evalReport) bool { return reflect.DeepEqual(a.Evaluation, b.Evaluation) }
	if _, again := eval("--workers", "3"); !same(again, r) {
		t.Error("three workers play otherwise than one")
	}
	if _, file := eval("--checkpoint", filepath.Join("r", "checkpoints", "checkpoint-000000000.safetensors")); file.Update != 0 || same(file, r) {
		t.Errorf("not the checkpoint of update 0: %+v", file)
	}
	if _, other := eval("--seed", "2"); same(other, r) {
		t.Error("another seed plays the same")
	}
	if _, greedy := eval("--greedy"); same(greedy, r) || !greedy.Greedy {
		t.Error("the likeliest actions play as sampled ones do")
	}
	if _, four := eval("--preset", "PongDeterministic-v4"); four.Preset != "PongDeterministic-v4" || math.Abs(four.MeanFrames-4*four.MeanLength) > 4 {
		t.Errorf("not four frames a decision: %+v", four)
	}
}

// TestEvalTable holds the text to the numbers of the JSON.
func TestEvalTable(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1"}, tiny...)...)
	if out := succeed(t, dir, "eval", "--checkpoint", "r", "--episodes", "2").stdout; !slices.Contains(words(out), "episodes 2 (0 truncated), seed 1") || !slices.Contains(words(out), "update 1") {
		t.Errorf("the table says %s", out)
	}
}
