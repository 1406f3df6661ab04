//go:build linux

package gpucheck

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestScript(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		wrong  string   // what is wrong with the machine, for the programs in testdata
		args   []string // of the script
		row    string   // how a line of the table begins, without the seconds, one space between columns
		status int
	}{
		{name: "everything", row: "devices ok cuda:0 NVIDIA H200", status: 0},
		{name: "tests counted", args: []string{"suite"}, row: "suite cuda ok 2 tests passed, 1 skipped", status: 0},
		{name: "return", args: []string{"train"}, row: "train, fast, to return 0 ok return +0.14 after 23,422,464 decisions, 4s", status: 0},
		{name: "rate", args: []string{"bench"}, row: "bench on cuda ok training: 41.50 M decisions/s", status: 0},
		{name: "other card", args: []string{"devices", "--device", "cuda:1"}, row: "devices ok cuda:1", status: 0},
		{name: "no such card", args: []string{"devices", "--device", "cuda:2"}, row: "devices FAILED", status: 1},
		{name: "no card", wrong: "no card", args: []string{"devices"}, row: "devices FAILED no cuda:0", status: 1},
		{name: "driver unusable", wrong: "driver", args: []string{"devices"}, row: "devices FAILED status 1: pongpg: too old", status: 1},
		{name: "failing test", wrong: "test", args: []string{"suite"}, row: "suite cuda FAILED status 1: --- FAIL: TestA", status: 1},
		{name: "no tests", wrong: "no tests", args: []string{"suite"}, row: "suite cuda FAILED 0 tests passed", status: 1},
		{name: "test cut short", wrong: "exit 0", args: []string{"suite"}, row: "suite cuda FAILED 1 tests passed", status: 1},
		{name: "difference", wrong: "difference", args: []string{"parity"}, row: "parity, recipe karpathy FAILED status 1: pongpg: a difference", status: 1},
		{name: "nothing compared", wrong: "silent", args: []string{"parity"}, row: "parity, recipe fast FAILED", status: 1},
		{name: "slow", wrong: "slow", args: []string{"parity", "--parity-limit", "1"}, row: "parity, recipe fast FAILED stopped after 1 s", status: 1},
		{name: "no time", args: []string{"parity", "--limit", "4"}, row: "parity, recipe fast NOT RUN", status: 1},
		{name: "return missed", wrong: "return", args: []string{"train"}, row: "train, fast, to return 0 FAILED status 3", status: 1},
		{name: "other bits", wrong: "bits", args: []string{"train"}, row: "the same updates on cpu FAILED", status: 1},
		{name: "no rate", wrong: "rate", args: []string{"bench"}, row: "bench on cuda FAILED", status: 1},
		{name: "all tools", args: []string{"sanitizer"}, row: "initcheck cuda ok ERROR SUMMARY: 0 errors", status: 0},
		{name: "race", wrong: "race", args: []string{"sanitizer"}, row: "racecheck cuda FAILED RACECHECK SUMMARY: 2 hazards", status: 1},
		{name: "leak", wrong: "leak", args: []string{"sanitizer"}, row: "memcheck cuda FAILED status 9: ========= Invalid", status: 1},
		{name: "nothing checked", wrong: "unseen", args: []string{"sanitizer"}, row: "memcheck cuda FAILED =========", status: 1},
		{name: "no sanitizer", wrong: "no sanitizer", args: []string{"sanitizer"}, row: "compute-sanitizer FAILED not found", status: 1},
		{name: "left out", wrong: "no sanitizer", args: []string{"sanitizer", "--without-sanitizer"}, row: "compute-sanitizer left out not found", status: 0},
		{name: "not left out", wrong: "race", args: []string{"sanitizer", "--without-sanitizer"}, row: "racecheck cuda FAILED", status: 1},
		{name: "no section", args: []string{"everything"}, row: "", status: 2},
		{name: "no number", args: []string{"--limit", "long"}, row: "", status: 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, status := check(t, test.wrong, test.args...)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			found := test.row == ""
			for line := range strings.Lines(got) {
				line = seconds.ReplaceAllString(strings.TrimSpace(line), " ")
				found = found || strings.HasPrefix(strings.Join(strings.Fields(line), " "), test.row)
			}
			if !found {
				t.Errorf("no line begins %q", test.row)
			}
			if t.Failed() {
				t.Log(got)
			}
		})
	}
}

// seconds is the table's column of them.
var seconds = regexp.MustCompile(` +\d+ s  `)

// tools are what the script and the programs in testdata may call. They are given no
// other, as a machine's own compute-sanitizer and nvidia-smi are none of the tests'.
var tools = strings.Fields(`awk bash cat cmp dirname env find grep head mkdir mktemp nproc rm sed sleep
	sort tail tee timeout tr uname wc`)

// check makes a bundle of the programs in testdata, runs the script in it, and returns
// what it printed and its exit status.
func check(t *testing.T, wrong string, args ...string) (string, int) {
	t.Helper()
	dir := t.TempDir()
	copyProgram(t, "../gpu-check.sh", filepath.Join(dir, "gpu-check.sh"))
	copyProgram(t, "testdata/pongpg", filepath.Join(dir, "bin/pongpg"))
	copyProgram(t, "testdata/test", filepath.Join(dir, "tests/cuda/cuda.test"))
	if err := os.Mkdir(filepath.Join(dir, "path"), 0o755); err != nil {
		t.Fatal(err)
	}
	if wrong != "no sanitizer" {
		copyProgram(t, "testdata/compute-sanitizer", filepath.Join(dir, "path/compute-sanitizer"))
	}
	for _, tool := range tools {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, "path", tool)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("./gpu-check.sh", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WRONG="+wrong, "OUT="+filepath.Join(dir, "out"),
		"PATH="+filepath.Join(dir, "path"), "CUDA_HOME="+filepath.Join(dir, "none"))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func copyProgram(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}
