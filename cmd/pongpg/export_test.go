package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/weights"
)

func readFile(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// evalOf returns the evaluation of a checkpoint.
func evalOf(t *testing.T, dir, checkpoint string) evalReport {
	t.Helper()
	var r evalReport
	if err := json.Unmarshal([]byte(succeed(t, dir, "eval", "--checkpoint", checkpoint, "--episodes", "3", "--json").stdout), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestExportImport takes policies of every kind through every format and back: what is imported
// plays the same episodes, and what is exported again is the same file but for its notes.
func TestExportImport(t *testing.T) {
	all := []string{"w.safetensors", "w.npz", "w.onnx"}
	conv := []string{"--network", "conv", "--filters", "3@8/4 4@4/2"}
	for name, test := range map[string]struct {
		names []string
		flags []string
		notes map[string]string
	}{
		"the post's": {with(all, "save.p"), []string{"--recipe", "fast"},
			map[string]string{"input": "difference", "actions": "2", "network": "mlp", "recipe": "fast"}},
		"two images": {all, nil, map[string]string{"input": "both", "actions": "6", "network": "mlp", "recipe": "win"}},
		"a value":    {all, []string{"--recipe", "ppo", "--minibatches", "1"}, map[string]string{"input": "both", "actions": "6", "network": "mlp", "recipe": "ppo"}},
		"a value, the post's actions": {with(all, "save.p"), []string{"--recipe", "a2c", "--input", "difference", "--actions", "2"},
			map[string]string{"input": "difference", "actions": "2", "network": "mlp", "recipe": "a2c"}},
		"convolutions": {all, conv, map[string]string{"input": "both", "actions": "6", "network": "conv", "filters": "3@8/4 4@4/2", "recipe": "win"}},
		"convolutions on one image, a value": {all, with(conv, "--recipe", "a2c", "--input", "difference", "--actions", "3"),
			map[string]string{"input": "difference", "actions": "3", "network": "conv", "filters": "3@8/4 4@4/2", "recipe": "a2c"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			succeed(t, dir, with(with([]string{"train", "--run", "r", "--updates", "2"}, tiny...), test.flags...)...)
			test.notes["preset"], test.notes["seed"], test.notes["update"] = "Pong-v0", "7", "2"
			want := evalOf(t, dir, "r")
			for _, name := range test.names {
				succeed(t, dir, "export", "--checkpoint", "r", "-o", name)
				out := readWeightsOf(t, dir, name)
				if noted := name == "w.safetensors" || name == "w.onnx"; noted != (out.Notes != nil) || noted && !reflect.DeepEqual(out.Notes, test.notes) {
					t.Errorf("%s: the notes are %v", name, out.Notes)
				}
				succeed(t, dir, "import", name, "-o", name+".run", "--seed", "3", "--envs", "16")
				if got := evalOf(t, dir, name+".run"); !reflect.DeepEqual(got.Evaluation, want.Evaluation) || got.Update != 0 {
					t.Errorf("%s: the run plays otherwise: %+v", name, got)
				}
				succeed(t, dir, "import", "--envs", "16", "--output", name+".safetensors", name)
				if got := evalOf(t, dir, name+".safetensors"); !reflect.DeepEqual(got.Evaluation, want.Evaluation) || got.Update != 0 {
					t.Errorf("%s: the checkpoint plays otherwise: %+v", name, got)
				}
				again := "again-" + name
				format, _ := weights.FormatOfPath(name)
				succeed(t, dir, "export", "--checkpoint", name+".run", "--format", string(format), "-o", again)
				if out.Notes == nil && !bytes.Equal(readFile(t, dir, again), readFile(t, dir, name)) {
					t.Errorf("%s: exported again it is another file", name)
				}
				if back := readWeightsOf(t, dir, again); !reflect.DeepEqual(back.Arrays, out.Arrays) {
					t.Errorf("%s: exported again it is another policy", name)
				}
			}
		})
	}
}

func readWeightsOf(t *testing.T, path ...string) *weights.Weights {
	t.Helper()
	w, _, err := weights.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestExportLeavesValueOut: what is exported of an actor-critic has no row for the value, and a run
// that begins with it is judged by a new one, with its checkpoint by the one that was learned.
func TestExportLeavesValueOut(t *testing.T) {
	dir := t.TempDir()
	value := func(run string) []float32 {
		found, err := checkpoint.Resolve(filepath.Join(dir, run))
		if err != nil {
			t.Fatal(err)
		}
		w, _, err := trainer.ReadWeights(found)
		if err != nil || len(w.Value) != 16 {
			t.Fatalf("%d weights of a value, %v", len(w.Value), err)
		}
		return w.Value
	}
	succeed(t, dir, with([]string{"train", "--recipe", "a2c", "--run", "r", "--updates", "3"}, tiny...)...)
	succeed(t, dir, "export", "--checkpoint", "r", "-o", "w.npz")
	w := readWeightsOf(t, dir, "w.npz")
	if want := []int{6, 16}; !slices.Equal(w.Arrays[1].Shape, want) || len(w.Arrays[1].Values) != 96 {
		t.Errorf("W2 has shape %v, want %v", w.Arrays[1].Shape, want)
	}
	// What a run begins with is its first checkpoint.
	begin := func(from, to string) {
		succeed(t, dir, with([]string{"import", from, "-o", to, "--recipe", "a2c"}, tiny[:4]...)...)
	}
	begin("w.npz", "anew")
	begin("r", "learned")
	if slices.Equal(value("anew"), value("r")) || !slices.Equal(value("learned"), value("r")) {
		t.Error("the value is not where it should be")
	}
}

// TestTrainInit: a run that begins with weights learns from them, and the same whether they
// came by --init, from a run, or by import and --resume.
func TestTrainInit(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "2"}, tiny...)...)
	succeed(t, dir, "export", "--checkpoint", "r", "-o", "w.npz")
	size := []string{"--envs", "16", "--batch-decisions", "512", "--seed", "9"}
	for run, from := range map[string]string{"a": "w.npz", "b": "r", "c": "r/checkpoints/checkpoint-000000002.safetensors"} {
		out := succeed(t, dir, with([]string{"train", "--run", run, "--init", from, "--updates", "8"}, size...)...).stdout
		if !strings.Contains(out, "anew, with the weights of "+from+" (") || !slices.Contains(words(out), "hidden 16 (recipe: 200)") {
			t.Errorf("the table says %s", out)
		}
	}
	succeed(t, dir, with([]string{"import", "w.npz", "-o", "d"}, size...)...)
	if !strings.Contains(string(readFile(t, dir, "d", "config.json")), `"init": "w.npz (npz, `) {
		t.Error("config.json does not say what the run begins with")
	}
	succeed(t, dir, "train", "--resume", "d", "--updates", "8")
	succeed(t, dir, with([]string{"train", "--run", "e", "--hidden", "16", "--updates", "8"}, size...)...)
	export := func(run string) []byte {
		succeed(t, dir, "export", "--checkpoint", run, "--format", "npz", "-o", run+"-after.npz")
		return readFile(t, dir, run+"-after.npz")
	}
	first := export("a")
	for _, run := range []string{"b", "c", "d"} {
		if !bytes.Equal(export(run), first) {
			t.Errorf("run %s has learned something else", run)
		}
	}
	for _, run := range []string{"r", "e"} {
		if bytes.Equal(export(run), first) {
			t.Errorf("run %s has learned the same: the test tells nothing", run)
		}
	}

	// Killed between the run's beginning and its first checkpoint, it cannot begin again.
	for _, file := range files(t, filepath.Join(dir, "a", "checkpoints")) {
		if err := os.Remove(filepath.Join(dir, "a", "checkpoints", file)); err != nil {
			t.Fatal(err)
		}
	}
	pongpg(t, dir, "train", "--resume", "a").fail(t, statusError, "w.npz (npz, ", "--init")
}

// TestExportRefuses holds what cannot be written, or read, to an error that leaves all as it was.
func TestExportRefuses(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1", "--recipe", "fast", "--actions", "3"}, tiny...)...)
	succeed(t, dir, with([]string{"train", "--run", "two", "--updates", "1", "--recipe", "fast"}, tiny...)...)
	succeed(t, dir, with([]string{"train", "--run", "conv", "--updates", "1", "--network", "conv", "--filters", "3@8/4", "--input", "difference", "--actions", "2", "--baseline", "none", "--credit", "point"}, tiny...)...)
	succeed(t, dir, with([]string{"train", "--run", "permuted", "--updates", "1", "--network", "conv", "--filters", "3@8/4", "--permute-pixels", "3"}, tiny...)...)
	succeed(t, dir, with([]string{"train", "--run", "both", "--updates", "1", "--actions", "2"}, tiny...)...)
	succeed(t, dir, "export", "--checkpoint", "two", "-o", "save.p")
	succeed(t, dir, "export", "--checkpoint", "conv", "-o", "conv.npz")
	for name, text := range map[string]string{"there.npz": "precious", "letter": "Dear Sir,", "evil.p": "cos\nsystem\n(S'touch owned'\ntR."} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, dir)
	for _, test := range []struct {
		line   string
		status int
		parts  []string
	}{
		{"export --checkpoint r -o there.npz", statusError, []string{"there.npz", "--force"}},
		{"export --checkpoint r -o two --format npz", statusError, []string{"two", "directory"}},
		{"export --checkpoint r -o nowhere/w.npz", statusError, []string{"nowhere", "check the path"}},
		{"export --checkpoint letter -o w.npz", statusError, []string{"letter"}},
		{"export --checkpoint r -o new.p", statusUsage, []string{"2 actions", "this one has 3", "safetensors, npz or onnx"}},
		{"export --checkpoint both -o new.p", statusUsage, []string{"difference", "the image beside it", "safetensors, npz or onnx"}},
		{"export --checkpoint conv -o new.p", statusUsage, []string{"convolutional", "safetensors, npz or onnx"}},
		{"export --checkpoint permuted -o new.npz", statusError, []string{"--permute-pixels 3", "only a run without it"}},
		{"import letter -o i", statusError, []string{"letter", "Dear Sir"}},
		{"import evil.p -o i", statusError, []string{"os.system", "nothing of it was run"}},
		{"import nowhere -o i", statusError, []string{"nowhere", "check the path"}},
		{"import save.p -o two", statusError, []string{"two", "already holds a run"}},
		{"import save.p -o letter/x", statusError, []string{"letter/x"}},
		{"import save.p -o i --hidden 17", statusUsage, []string{"--hidden 17", "have 16"}},
		{"train --init save.p --actions 3 --run i", statusUsage, []string{"--actions 3", "have 2"}},
		{"import conv.npz -o i --filters 4@8/4", statusUsage, []string{"--filters 4@8/4", "have 3@8/4"}},
		{"import conv.npz -o i --network mlp", statusUsage, []string{"--network mlp", "have conv"}},
		{"import conv.npz -o i --permute-pixels 4", statusError, []string{"--permute-pixels 4"}},
		{"train --init both --input difference --run i", statusUsage, []string{"--input difference", "have both"}},
		{"train --init save.p --recipe win --run i", statusUsage, []string{"save.p", "input difference", "--input both"}},
		{"train --init both --recipe cem --run i", statusUsage, []string{"cem", "another --algorithm"}},
		{"train --init evil.p --run i", statusError, []string{"os.system"}},
	} {
		r := pongpg(t, dir, strings.Fields(test.line)...)
		t.Log(test.line)
		r.fail(t, test.status, test.parts...)
		if after := files(t, dir); !slices.Equal(after, before) {
			t.Fatalf("files were %q, are %q", before, after)
		}
	}
	if string(readFile(t, dir, "there.npz")) != "precious" {
		t.Error("a file was written over")
	}
	succeed(t, dir, "export", "--checkpoint", "r", "-o", "there.npz", "--force")
	if _, _, err := weights.ReadFile(filepath.Join(dir, "there.npz")); err != nil {
		t.Error(err)
	}
}
