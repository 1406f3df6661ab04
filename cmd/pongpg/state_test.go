package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pongpg/cmd/internal/tfevents"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// tiny is a training small enough to be done many times. What it learns is no matter:
// each of its parts does what it does in a large one.
var tiny = []string{
	"--envs", "16", "--batch-decisions", "512", "--hidden", "16",
	"--checkpoint-interval", "20ms", "--workers", "1", "--seed", "7",
}

// with returns args and more, without a change to either.
func with(args []string, more ...string) []string {
	return append(args[:len(args):len(args)], more...)
}

// latest returns the latest checkpoint of a run.
func latest(t *testing.T, dir string) *checkpoint.Found {
	t.Helper()
	found, err := checkpoint.Resolve(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sameState checks that two runs are at the same update with the same weights, games and
// all else, bit for bit, and that their metrics are the same but for time.
func sameState(t *testing.T, got, want string) {
	t.Helper()
	a, b := latest(t, got), latest(t, want)
	if a.Update != b.Update || len(a.File.Tensors) != len(b.File.Tensors) {
		t.Fatalf("%s is at update %d with %d tensors, %s at update %d with %d", got, a.Update, len(a.File.Tensors), want, b.Update, len(b.File.Tensors))
	}
	for _, x := range a.File.Tensors {
		if y := b.File.Tensor(x.Name); y == nil || !bytes.Equal(x.Data, y.Data) {
			t.Errorf("tensor %s differs between %s and %s", x.Name, got, want)
		}
	}
	if x, y := counters(t, a), counters(t, b); x != y {
		t.Errorf("counters of %s: %s\nof %s: %s", got, x, want, y)
	}
	x, y := metrics(t, got), metrics(t, want)
	if int64(len(x)) != a.Update {
		t.Errorf("%s: %d lines of metrics after %d updates", got, len(x), a.Update)
	}
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			t.Fatalf("update %d differs:\n%s\n%s", i+1, x[i], y[i])
		}
	}
	sameJournal(t, got)
}

// sameJournal checks that metrics.csv and the events for TensorBoard have the updates of
// metrics.jsonl, each once and in order.
func sameJournal(t *testing.T, dir string) {
	t.Helper()
	var want []string // decisions
	for _, line := range metrics(t, dir) {
		var m trainer.Metrics
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		want = append(want, strconv.FormatInt(m.GlobalStep, 10))
	}
	rows, err := csv.NewReader(bytes.NewReader(readFile(t, dir, "metrics.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows[1:] {
		got = append(got, row[1])
	}
	if rows[0][1] != "global_step" || !slices.Equal(got, want) {
		t.Errorf("%s of metrics.csv in %s is %q, want %q", rows[0][1], dir, got, want)
	}
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s has the events %q, %v; want one file", dir, files, err)
	}
	got = nil
	for _, payload := range tfevents.Records(readFile(t, files[0])) {
		e, err := tfevents.Parse(payload)
		if err != nil {
			t.Fatal(err)
		}
		if e.Scalars {
			got = append(got, strconv.FormatInt(e.Step, 10))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the steps of events in %s are %q, want %q", dir, got, want)
	}
}

// counters returns the counters of a checkpoint without those of time.
func counters(t *testing.T, found *checkpoint.Found) string {
	t.Helper()
	return timeless(t, []byte(found.File.Metadata["counters"]))
}

// metrics returns the lines of metrics.jsonl of a run without what is about time.
func metrics(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, timeless(t, []byte(line)))
	}
	return lines
}

// timeless returns a JSON object without what may differ from run to run.
func timeless(t *testing.T, text []byte) string {
	t.Helper()
	object := map[string]any{}
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	delete(object, "elapsed_seconds")
	delete(object, "sps")
	sorted, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return string(sorted)
}
