package main

import (
	"slices"
	"strings"
	"testing"
)

// tinyParity is tiny without what only train has.
var tinyParity = []string{"--envs", "16", "--batch-decisions", "512", "--hidden", "16", "--workers", "1", "--seed", "7"}

// TestParity: devices that agree, in each recipe and with each number of actions.
func TestParity(t *testing.T) {
	for name, line := range map[string]string{
		"two instruction sets": "--device cpu --isa go",
		"a GPU":                "--device cuda",
		"a GPU by number":      "--device cuda:0 --actions 3",
		"two GPUs":             "--device cuda:0 --against cuda:0 --actions 6",
		"karpathy":             "--device cuda --recipe karpathy --batch-decisions 0 --batch-episodes 2 --updates 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := onGPU(t, "good", t.TempDir(), append(append([]string{"parity"}, tinyParity...), strings.Fields(line)...)...)
			if r.status != 0 || r.stderr != "" {
				t.Fatalf("status %d: %s", r.status, r.stderr)
			}
			if strings.Count(r.stdout, "no difference") != 2 || !strings.Contains(r.stdout, "values compared: no difference") || !strings.Contains(r.stdout, "SparseMLPGrad") {
				t.Errorf("it says %s", r.stdout)
			}
		})
	}
}

// TestParityFinds: devices that do not.
func TestParityFinds(t *testing.T) {
	instead := ""
	if cudaBuilt {
		instead = "--device sim"
	}
	for _, test := range []struct {
		gpu   string
		parts []string
		after string // what had been found in order before
	}{
		{"wrong", []string{"training on both: update 2: SparseMLPGrad, call 2: dw1[33][5] is ", "on cpu (1 worker", "on cuda:0 (Fake): 1 ulp apart"}, "update 1 "},
		{"shares", []string{"training on each alone: after update 1 ", "on cpu (1 worker", "on cuda:0 (Fake)"}, "values compared: no difference"},
		{"none", []string{"no NVIDIA GPU", "install NVIDIA's driver", instead}, ""},
		{"broken", []string{"SYSTEM_DRIVER_MISMATCH"}, ""},
		{"fails 1", []string{"training on both: update 2: cuda:0 (Fake): in or before SparseMLPGrad"}, "update 1 "},
	} {
		t.Run(test.gpu, func(t *testing.T) {
			t.Parallel()
			r := onGPU(t, test.gpu, t.TempDir(), append([]string{"parity"}, tinyParity...)...)
			r.fail(t, statusError, test.parts...)
			if !strings.Contains(r.stdout, test.after) {
				t.Errorf("before it says %s", r.stdout)
			}
		})
	}
}

// TestParityCounts: the values that are said to have been compared are those of the
// operations together.
func TestParityCounts(t *testing.T) {
	r := onGPU(t, "good", t.TempDir(), append([]string{"parity", "--updates", "2"}, tinyParity...)...)
	lines := words(r.stdout)
	at := slices.Index(lines, "operation calls values compared")
	if at < 0 {
		t.Fatal(r.stdout)
	}
	number := func(text string) (n int) {
		for _, digit := range strings.ReplaceAll(text, ",", "") {
			n = 10*n + int(digit-'0')
		}
		return n
	}
	sum := 0
	for _, line := range lines[at+1:] {
		f := strings.Fields(line)
		if len(f) != 3 {
			if total := number(f[0]); total != sum || sum == 0 {
				t.Errorf("%d values in all, %d by operation: %s", total, sum, r.stdout)
			}
			return
		}
		sum += number(f[2])
		// 32 decisions of 16 games each update, in tiles of 16, and what is measured after it.
		if f[0] == "SparseMLPSample" && (f[1] != "64" || f[2] != "14,336") {
			t.Errorf("%q", line)
		}
	}
}
