package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSimulated: the simulated GPU trains as the CPU does, from the command line to the
// files, and there a run may change to it and back.
func TestSimulated(t *testing.T) {
	dir := t.TempDir()
	train := append([]string{"train", "--batch-decisions", "128"}, tiny[:2]...)
	train = append(train, "--hidden", "16", "--workers", "1", "--updates")
	if !cudaBuilt {
		pongpg(t, dir, append(train, "1", "--device", "sim")...).fail(t, statusError, "linux/amd64", "--device cpu")
		return
	}
	succeed(t, dir, append(train, "4", "--run", "undisturbed")...)
	out := succeed(t, dir, append(train, "2", "--run", "r", "--device", "sim")...).stdout
	if !strings.Contains(strings.Join(words(out), "\n"), "device cuda:0 (simulated GPU): asked for by --device") {
		t.Errorf("the table says %s", out)
	}
	succeed(t, dir, "train", "--resume", "r", "--updates", "3")
	succeed(t, dir, "train", "--resume", "r", "--updates", "4", "--device", "sim")
	sameState(t, filepath.Join(dir, "r"), filepath.Join(dir, "undisturbed"))

	if testing.Short() {
		return // the race detector makes the simulator dear
	}
	for _, actions := range []string{"2", "6"} {
		out = succeed(t, dir, "parity", "--device", "sim", "--envs", "16", "--batch-decisions", "128", "--hidden", "16", "--workers", "1", "--updates", "2", "--actions", actions).stdout
		if strings.Count(out, "no difference") != 2 || !slices.Contains(words(out), "tested cuda:0 (simulated GPU)") {
			t.Errorf("parity says %s", out)
		}
	}
}
