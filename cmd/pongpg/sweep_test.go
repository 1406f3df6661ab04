package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sweepFile writes a sweep of runs as tiny as tiny's.
func sweepFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if !strings.Contains(text, "recipe") {
		text = "recipe = \"fast\"\n" + text
	}
	text = strings.Replace(text, "[flags]", "[flags]\nenvs = 16\nbatch-decisions = 512\nhidden = 16\ncheckpoint-interval = \"20ms\"", 1)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// sweepTable reads the table of a sweep: a map from column to value for each run.
func sweepTable(t *testing.T, dir string) map[string]map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "table.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]map[string]string{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		runs[row["run"]] = row
	}
	return runs
}

// TestSweep trains a grid: each run is that which its command makes, the second time there is
// nothing to do, and settings can be added.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	const text = "updates = 20\njobs = 2\n[flags]\n[search]\nlr = [0.001, 0.02]\nseed = [7]\n"
	sweepFile(t, dir, "s.toml", text)
	r := succeed(t, dir, "sweep", "s.toml")
	if !strings.Contains(r.stdout, "no picture") { // no game is over after 10,240 decisions
		t.Errorf("not a word of the picture:\n%s", r.stdout)
	}
	sweepDir := filepath.Join(dir, "sweeps", "s")
	alone := with([]string{"train", "--recipe", "fast", "--run", "alone", "--updates", "20", "--lr", "0.02"}, tiny...)
	succeed(t, dir, alone...)
	sameState(t, filepath.Join(sweepDir, "lr-0.02_seed-7"), filepath.Join(dir, "alone"))
	for _, row := range sweepTable(t, sweepDir) {
		if row["status"] != "done" || row["decisions"] != "10240" || row["seed"] != "7" {
			t.Errorf("the table has %v", row)
		}
	}
	before := files(t, sweepDir)
	again := succeed(t, dir, "sweep", "-o", "sweeps/s", "s.toml")
	if strings.Contains(again.stdout, "begins") || strings.Contains(again.stdout, "goes on") {
		t.Errorf("a sweep that is done says\n%s", again.stdout)
	}
	if after := files(t, sweepDir); !slices.Equal(after, before) {
		t.Errorf("files %q, before %q", after, before)
	}
	report := succeed(t, dir, "sweep", "s.toml", "--report").stdout
	if !strings.HasSuffix(again.stdout, report) || !slices.Contains(words(report), "lr 0.001 7 done 10.2 k "+secondsOf(t, report)+" – – – –") {
		t.Errorf("the report is\n%s", report)
	}
	sweepFile(t, dir, "s.toml", strings.Replace(text, "[0.001, 0.02]", "[0.02, 0.003, 0.001]", 1))
	more := succeed(t, dir, "sweep", "s.toml").stdout
	if strings.Count(more, " begins\n") != 1 || !strings.Contains(more, "lr-0.003_seed-7 begins") {
		t.Errorf("with a setting more it says\n%s", more)
	}
	sweepFile(t, dir, "s.toml", strings.Replace(text, "20", "30", 1))
	pongpg(t, dir, "sweep", "s.toml").fail(t, statusError, "changed", "--updates 20", "--updates 30", "-o")
}

// secondsOf returns the seconds of the line of lr 0.001, which differ from time to time.
func secondsOf(t *testing.T, report string) string {
	t.Helper()
	for _, line := range words(report) {
		if fields := strings.Fields(line); len(fields) > 6 && fields[1] == "0.001" {
			return fields[6]
		}
	}
	t.Fatalf("no line of lr 0.001:\n%s", report)
	return ""
}

// TestSweepFails has one run that diverges. The others are trained, and the table says why it
// did.
func TestSweepFails(t *testing.T) {
	dir := t.TempDir()
	sweepFile(t, dir, "s.toml", "updates = 5\njobs = 1\n[flags]\nepsilon = 1e-30\nlr = 100\nlr-final = 100\n[search]\ndecay = [1, 0.99]\n")
	for range 2 { // it fails again when it is tried again
		r := pongpg(t, dir, "sweep", "s.toml", "-o", "d")
		r.fail(t, statusError, "1 of 2 runs failed", "table.csv")
		if !strings.Contains(r.stdout, "decay-1 failed: the weight norm became +Inf") || !strings.Contains(r.stdout, "decay-0.99 is done") {
			t.Errorf("it says\n%s", r.stdout)
		}
		table := sweepTable(t, filepath.Join(dir, "d"))
		if row := table["decay-1"]; row["status"] != "failed" || !strings.Contains(row["error"], "diverged") {
			t.Errorf("the table has %v", row)
		}
		if row := table["decay-0.99"]; row["status"] != "done" || row["error"] != "" || row["decisions"] != "2560" {
			t.Errorf("the table has %v", row)
		}
	}
}

// TestSweepRefused refuses what train would refuse, before anything is trained.
func TestSweepRefused(t *testing.T) {
	for text, parts := range map[string][]string{
		"[flags]\nlearning-rate = 1\n[search]\nseed = [1]": {"s.toml", "seed-1", "--learning-rate", "pongpg train --help"},
		"[flags]\n[search]\nenvz = [1]":                    {"envz-1", "--envz", "did you mean --envs?"},
		"[flags]\n[search]\nlr = [0.1, 1e9]":               {"lr-1000000000", "--lr 1e+09", "1e-12 … 100"},
		"[flags]\n[search]\nlr = [0.1, \"high\"]":          {"lr-high", `--lr "high"`, "not a number"},
		"recipe = \"slow\"\n[flags]\n[search]\nlr = [1]":   {`"slow"`, "fast, karpathy"},
		"updates = -1\n[flags]\n[search]\nlr = [1]":        {"--updates -1", "above 0"},
		"time = 10\n[flags]\n[search]\nlr = [1]":           {`--time "10"`, "10m"},
		"[flags]\ndevice = \"tpu\"\n[search]\nlr = [1]":    {`"tpu"`, "auto, cpu, cuda"},
		"[flags]\nworkers = 0\n[search]\nlr = [1]":         {"--workers 0", "1 … 4096"},
		"[flags]\n[search]\nstandardize = [\"episode\"]":   {"standardize-episode", "--batch-episodes"},
		"method = \"bayes\"\n[flags]\n[search]\nlr = [1]":  {"s.toml", "grid", "random"},
		"[flags\n": {"s.toml", "line 2"},
	} {
		dir := t.TempDir()
		sweepFile(t, dir, "s.toml", text)
		pongpg(t, dir, "sweep", "s.toml").fail(t, statusUsage, parts...)
		if left := files(t, dir); !slices.Equal(left, []string{"s.toml"}) {
			t.Errorf("%q leaves %q", text, left)
		}
	}
	dir := t.TempDir()
	sweepFile(t, dir, "s.toml", "[flags]\n[search]\nlr = [1]")
	pongpg(t, dir, "sweep", "s.toml", "--report").fail(t, statusError, "sweeps/s", "no sweep yet")
	pongpg(t, dir, "sweep", "s.toml", "-o", ".").fail(t, statusError, "holds no sweep", "-o")
}
