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

// TestExportImport takes a policy through every format and back: what is imported plays
// the same episodes, and what is exported again is the same file.
func TestExportImport(t *testing.T) {
	for actions, names := range map[string][]string{
		"2": {"w.safetensors", "w.npz", "save.p", "w.onnx"},
		"6": {"w.safetensors", "w.npz", "w.onnx"},
	} {
		t.Run(actions+" actions", func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "2", "--actions", actions}, tiny...)...)
			want := evalOf(t, dir, "r")
			for _, name := range names {
				succeed(t, dir, "export", "--checkpoint", "r", "-o", name)
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
				if name != "w.safetensors" && !bytes.Equal(readFile(t, dir, again), readFile(t, dir, name)) { // whose notes differ
					t.Errorf("%s: exported again it is another file", name)
				}
			}
		})
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
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1", "--actions", "3"}, tiny...)...)
	succeed(t, dir, with([]string{"train", "--run", "two", "--updates", "1"}, tiny...)...)
	succeed(t, dir, "export", "--checkpoint", "two", "-o", "save.p")
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
		{"import letter -o i", statusError, []string{"letter", "Dear Sir"}},
		{"import evil.p -o i", statusError, []string{"os.system", "nothing of it was run"}},
		{"import nowhere -o i", statusError, []string{"nowhere", "check the path"}},
		{"import save.p -o two", statusError, []string{"two", "already holds a run"}},
		{"import save.p -o letter/x", statusError, []string{"letter/x"}},
		{"import save.p -o i --hidden 17", statusUsage, []string{"--hidden 17", "have 16"}},
		{"train --init save.p --actions 3 --run i", statusUsage, []string{"--actions 3", "have 2"}},
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
