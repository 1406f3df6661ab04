package checkpoint_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pongpg/trainer/checkpoint"
)

// newRun creates a run in a new directory.
func newRun(t testing.TB) *checkpoint.Run {
	t.Helper()
	run, err := checkpoint.Create(filepath.Join(t.TempDir(), "runs", "a"), map[string]int{"seed": 1})
	must(t, err)
	t.Cleanup(func() { must(t, run.Close()) })
	return run
}

// reopen closes run and opens it to be resumed.
func reopen(t testing.TB, run *checkpoint.Run) *checkpoint.Run {
	t.Helper()
	must(t, run.Close())
	run, err := checkpoint.OpenForResume(run.Dir())
	must(t, err)
	t.Cleanup(func() { must(t, run.Close()) })
	return run
}

// files lists checkpoints/.
func files(t testing.TB, run *checkpoint.Run) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(run.Dir(), "checkpoints"))
	must(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func wantFiles(t testing.TB, run *checkpoint.Run, want ...string) {
	t.Helper()
	if got := files(t, run); !slices.Equal(got, want) {
		t.Errorf("checkpoints %v, want %v", got, want)
	}
}

func checkpointPath(run *checkpoint.Run, name string) string {
	return filepath.Join(run.Dir(), "checkpoints", name)
}

func TestCreate(t *testing.T) {
	run := newRun(t)
	wantFile(t, filepath.Join(run.Dir(), "config.json"), "{\n  \"seed\": 1\n}\n")
	wantFile(t, run.MetricsPath(), "")
	config, err := run.Config()
	var decoded struct{ Seed int }
	if must(t, err); json.Unmarshal(config, &decoded) != nil || decoded.Seed != 1 {
		t.Errorf("config %s", config)
	}
	must(t, run.SetConfig(map[string]int{"seed": 2}))
	wantFile(t, filepath.Join(run.Dir(), "config.json"), "{\n  \"seed\": 2\n}\n")
	if run.SetConfig(math.NaN()) == nil {
		t.Error("a configuration that is no JSON was written")
	}
	wantFile(t, filepath.Join(run.Dir(), "config.json"), "{\n  \"seed\": 2\n}\n")
}

func TestCreateErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o666))
	_, err := checkpoint.Create(file, nil)
	wantError(t, err, err, file)
	_, err = checkpoint.Create(filepath.Join(dir, "new"), make(chan int))
	if err == nil || !strings.Contains(err.Error(), "configuration") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a configuration that is no JSON left a directory")
	}

	// Any part of a run is worth keeping.
	for _, name := range []string{"config.json", "best.safetensors", "metrics.jsonl", "checkpoints/checkpoint-000000001.safetensors"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			must(t, os.MkdirAll(filepath.Dir(path), 0o777))
			must(t, os.WriteFile(path, []byte("precious"), 0o666))
			_, err := checkpoint.Create(dir, nil)
			wantError(t, err, checkpoint.ErrRunExists, dir, "choose another --run")
			if resume := strings.Contains(err.Error(), "--resume"); resume != (name == "config.json") {
				t.Errorf("error %q on --resume, which works with a config.json", err)
			}
			wantFile(t, path, "precious")
			if _, err := os.Stat(filepath.Join(dir, "lock")); err == nil {
				t.Error("a refused Create left a lock file")
			}
		})
	}

	t.Run("half created", func(t *testing.T) {
		dir := t.TempDir()
		must(t, os.Mkdir(filepath.Join(dir, "checkpoints"), 0o777))
		for _, name := range []string{"lock", "metrics.jsonl", ".config.json.tmp-0123456789abcdef", "notes.txt", ".mine.tmp-0123456789abcdef"} {
			must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o666))
		}
		run, err := checkpoint.Create(dir, nil)
		must(t, err)
		must(t, run.Close())
		if left := temps(t, dir); len(left) != 1 || filepath.Base(left[0]) != ".mine.tmp-0123456789abcdef" {
			t.Errorf("temporary files %v, want only the user's own", left)
		}
		wantFile(t, filepath.Join(dir, "notes.txt"), "")
	})
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o666))
	for name, open := range map[string]func(string) (*checkpoint.Run, error){"Open": checkpoint.Open, "OpenForResume": checkpoint.OpenForResume} {
		_, err := open(filepath.Join(dir, "none"))
		wantError(t, err, checkpoint.ErrNoRun, "none", "does not exist", "check the path")
		_, err = open(file)
		wantError(t, err, checkpoint.ErrNoRun, file, "is a file")
		_, err = open(dir)
		wantError(t, err, checkpoint.ErrNoRun, dir, "config.json")
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("%s changed a directory that is no run: %v", name, entries)
		}
	}
}

func TestOpenOnlyReads(t *testing.T) {
	run := newRun(t)
	must(t, run.Save(1, small(1), false))
	temp := checkpointPath(run, ".checkpoint-000000002.safetensors.tmp-0123456789abcdef")
	must(t, os.WriteFile(temp, nil, 0o666)) // the training process is writing it
	reader, err := checkpoint.Open(run.Dir())
	must(t, err)
	if found, err := reader.Latest(); err != nil || found.Update != 1 {
		t.Errorf("latest %v, %v", found, err)
	}
	if _, err := reader.Config(); err != nil {
		t.Error(err)
	}
	wantFile(t, temp, "")
	for name, err := range map[string]error{
		"Save": reader.Save(2, small(2), false), "Rewind": reader.Rewind(nil), "SetConfig": reader.SetConfig(1), "SetDevice": reader.SetDevice("x"),
	} {
		if err == nil {
			t.Errorf("%s on a run opened for reading", name)
		}
	}
	if reader.Metrics() != nil {
		t.Error("a reader has metrics to write")
	}
	must(t, reader.Close())
	must(t, os.WriteFile(filepath.Join(run.Dir(), "config.json"), []byte("{"), 0o666))
	if _, err := reader.Config(); err == nil || !strings.Contains(err.Error(), "is not JSON; restore") {
		t.Errorf("error %v", err)
	}
}

func TestSave(t *testing.T) {
	run := newRun(t)
	run.Keep = 2
	if n := run.Newest(); n != -1 {
		t.Errorf("before the first checkpoint %d is the newest", n)
	}
	in := small(3)
	in.Metadata = map[string]string{"score": "21"}
	for _, c := range []struct {
		update int64
		best   bool
	}{{0, false}, {1, true}, {2, false}, {3, false}, {3, false}} {
		in.Tensors = small(c.update).Tensors
		must(t, run.Save(c.update, in, c.best))
	}
	wantFiles(t, run, "checkpoint-000000002.safetensors", "checkpoint-000000003.safetensors")
	if n := run.Newest(); n != 3 {
		t.Errorf("%d is the newest", n)
	}
	if !reflect.DeepEqual(in.Metadata, map[string]string{"score": "21"}) {
		t.Errorf("Save changed the caller's metadata: %v", in.Metadata)
	}
	best, err := checkpoint.ReadFile(run.BestPath())
	must(t, err)
	want := map[string]string{"score": "21", "update": "1", "metrics_offset": "0"}
	if !reflect.DeepEqual(best.Metadata, want) {
		t.Errorf("best has %v, want %v", best.Metadata, want)
	}

	err = run.Save(2, in, true)
	if err == nil || !strings.Contains(err.Error(), "newer checkpoint 3; resume") {
		t.Errorf("going back: %v", err)
	}
	if run.Save(-1, in, false) == nil {
		t.Error("update -1")
	}
	run.Keep = -5
	must(t, run.Save(1_234_567_890, in, false))
	wantFiles(t, run, "checkpoint-1234567890.safetensors")
	if found, err := run.Latest(); err != nil || found.Update != 1_234_567_890 {
		t.Errorf("latest %v, %v", found, err)
	}
	must(t, run.Close())
	must(t, run.Close())
	if run.Save(1_234_567_891, in, false) == nil {
		t.Error("Save after Close")
	}
	if err := run.Metrics().Append(1); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Append after Close: %v", err)
	}
}

// TestSaveFails: the checkpoint cannot be written, the older one stays, the
// reason is told.
func TestSaveFails(t *testing.T) {
	run := newRun(t)
	must(t, run.Save(1, small(1), true))
	must(t, os.Mkdir(checkpointPath(run, "checkpoint-000000002.safetensors"), 0o777)) // in the way
	err := run.Save(2, small(2), false)
	if err == nil || errors.Is(err, checkpoint.ErrPrune) {
		t.Fatalf("error %v", err)
	}
	if left := temps(t, run.Dir()); left != nil {
		t.Errorf("left %v", left)
	}
	found, err := run.Latest()
	must(t, err)
	if found.Update != 1 || len(found.Skipped) != 1 {
		t.Errorf("latest %d, skipped %v", found.Update, found.Skipped)
	}
}

// TestPruneFails: what was saved is saved.
func TestPruneFails(t *testing.T) {
	run := newRun(t)
	run.Keep = 1
	stuck := checkpointPath(run, "checkpoint-000000001.safetensors")
	must(t, os.MkdirAll(filepath.Join(stuck, "full"), 0o777)) // Remove refuses it
	err := run.Save(2, small(2), false)
	if !errors.Is(err, checkpoint.ErrPrune) || !strings.Contains(err.Error(), stuck) {
		t.Errorf("error %v, want %v about %s", err, checkpoint.ErrPrune, stuck)
	}
	if found, err := run.Latest(); err != nil || found.Update != 2 {
		t.Errorf("latest %v, %v", found, err)
	}
	must(t, os.RemoveAll(stuck))
	must(t, run.Save(3, small(3), false))
	wantFiles(t, run, "checkpoint-000000003.safetensors")
}

// TestDevice: what a run computes on is known as it was noted last, to readers too, or not at all.
func TestDevice(t *testing.T) {
	run := newRun(t)
	if got := run.Device(); got != "" {
		t.Errorf("device %q before any was noted", got)
	}
	for _, name := range []string{"cpu (2 workers, avx2)", "cuda:0 (Café)"} {
		must(t, run.SetDevice(name))
		reader, err := checkpoint.Open(run.Dir())
		must(t, err)
		if got := reader.Device(); got != name {
			t.Errorf("device %q, want %q", got, name)
		}
	}
}

// TestForeignNames: what is not a checkpoint's exact name is neither read nor
// removed.
func TestForeignNames(t *testing.T) {
	run := newRun(t)
	run.Keep = 1
	foreign := []string{"checkpoint-000000000007.safetensors", "checkpoint-00000008.safetensors", "checkpoint-00000000x.safetensors",
		"checkpoint-000000009.safetensors.skipped", "checkpoint--00000009.safetensors", "checkpoint-99999999999999999999.safetensors", "mine.safetensors"}
	for _, name := range foreign {
		must(t, os.WriteFile(checkpointPath(run, name), nil, 0o666))
	}
	must(t, run.Save(1, small(1), false))
	must(t, run.Save(2, small(2), false))
	want := append(foreign, "checkpoint-000000002.safetensors")
	slices.Sort(want)
	wantFiles(t, run, want...)
	if found, err := run.Latest(); err != nil || found.Update != 2 || found.Skipped != nil {
		t.Errorf("latest %v, %v", found, err)
	}
}
