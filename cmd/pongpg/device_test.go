package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// onGPU runs a command with another GPU than none.
func onGPU(t *testing.T, gpu, dir string, args ...string) result {
	t.Helper()
	return finish(t, command(dir, []string{testGPU + "=" + gpu}, args...))
}

// TestDeviceChoice: which device is taken, and what is said of it.
func TestDeviceChoice(t *testing.T) {
	for _, test := range []struct {
		gpu, device string
		status      int
		says        []string // on standard error if the status is not 0, else in the table
	}{
		{"none", "auto", 0, []string{"device cpu (1 worker, ", "): no NVIDIA GPU: ", "libcuda.so.1 was not found", "install NVIDIA's driver"}},
		{"none", "cpu", 0, []string{"device cpu (1 worker, ", "): asked for by --device"}},
		{"none", "cuda", statusError, []string{"no NVIDIA GPU", "install NVIDIA's driver", "--device cpu"}},
		{"none", "cuda:3", statusError, []string{"no NVIDIA GPU", "--device cpu"}},
		{"broken", "auto", statusError, []string{"the NVIDIA driver for CUDA 13.1", "SYSTEM_DRIVER_MISMATCH", "restart the machine", "--device cpu"}},
		{"broken", "cuda", statusError, []string{"SYSTEM_DRIVER_MISMATCH", "--device cpu"}},
		{"broken", "cpu", 0, []string{"device cpu (1 worker, ", "): asked for by --device"}},
		{"good", "auto", 0, []string{"device cuda:0 (Fake): the first GPU"}},
		{"good", "cuda", 0, []string{"device cuda:0 (Fake): asked for by --device"}},
		{"good", "cuda:0", 0, []string{"device cuda:0 (Fake): asked for by --device"}},
		{"good", "cuda:1", statusError, []string{"no cuda:1", "--device cpu"}},
	} {
		t.Run(test.gpu+" "+test.device, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := onGPU(t, test.gpu, dir, with([]string{"train", "--run", "r", "--updates", "1", "--device", test.device}, tiny...)...)
			if test.status != 0 {
				r.fail(t, test.status, test.says...)
				if left := files(t, dir); left != nil {
					t.Errorf("left behind: %q", left)
				}
				return
			}
			table := strings.Join(words(r.stdout), "\n")
			for _, part := range test.says {
				if r.status != 0 || r.stderr != "" || !strings.Contains(table, part) {
					t.Errorf("status %d, %q is not in %s%s", r.status, part, r.stdout, r.stderr)
				}
			}
		})
	}
}

// TestGoesOnOnTheCPU: a run whose GPU fails ends as one on the CPU that nothing has happened
// to, wherever its last checkpoint was.
func TestGoesOnOnTheCPU(t *testing.T) {
	dir := t.TempDir()
	const updates = "7"
	succeed(t, dir, with([]string{"train", "--run", "undisturbed", "--updates", updates}, tiny...)...)
	for _, test := range []struct {
		name, gpu, interval string
		from                int
		record              bool // slow
	}{
		{"every", "fails 5", "1ns", 5, true}, {"first", "fails 0", "1ns", 0, false}, {"rare", "fails 6", "1h", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := append(with([]string{"train", "--run", test.name, "--updates", updates}, tiny...), "--checkpoint-interval", test.interval)
			if test.record {
				args = append(args, "--record", "record")
			}
			r := onGPU(t, test.gpu, dir, args...)
			r.says(t, "cuda:0 (Fake): in or before SparseMLPGrad", "fallen off the bus", fmt.Sprintf("goes on from update %d on the CPU", test.from))
			if r.status != 0 || !strings.Contains(r.stdout, "done: "+updates+" updates") || !strings.Contains(r.stdout, fmt.Sprintf("since update %d, when cuda:0 (Fake) had failed", test.from)) {
				t.Errorf("status %d: %s", r.status, r.stdout)
			}
			sameState(t, filepath.Join(dir, test.name), filepath.Join(dir, "undisturbed"))
			if on := string(readFile(t, dir, test.name, "device.txt")); !strings.HasPrefix(on, "cpu (") {
				t.Errorf("it is said to be trained on %s", on)
			}
			if !test.record {
				return
			}
			if _, err := os.Stat(filepath.Join(dir, "record", "update-00000"+updates+".npz")); err != nil {
				t.Errorf("the recording ended: %v", err)
			}
		})
	}
}

// TestDeviceFails: a device that was asked for by name has no substitute. The error says
// how to go on, and going on works.
func TestDeviceFails(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "undisturbed", "--updates", "8"}, tiny...)...)
	r := onGPU(t, "fails 5", dir, append(with([]string{"train", "--run", "r", "--updates", "8", "--device", "cuda"}, tiny...), "--checkpoint-interval", "1ns")...)
	r.fail(t, statusError, "fallen off the bus", "checkpoint-000000005.safetensors", "pongpg train --resume r", "--device cpu")
	succeed(t, dir, "train", "--resume", "r", "--device", "cpu", "--workers", "1")
	sameState(t, filepath.Join(dir, "r"), filepath.Join(dir, "undisturbed"))

	onGPU(t, "fails -1", dir, with([]string{"train", "--run", "never"}, tiny...)...).fail(t, statusError, "fallen off the bus", "--device cpu")
	onGPU(t, "fails -1", dir, "eval", "--checkpoint", "r").fail(t, statusError, "fallen off the bus", "--device cpu")
}

// TestSameOnAGPU: a run may change its device between any two updates.
func TestSameOnAGPU(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "undisturbed", "--updates", "8"}, tiny...)...)
	if r := onGPU(t, "good", dir, with([]string{"train", "--run", "r", "--updates", "4"}, tiny...)...); r.status != 0 {
		t.Fatal(r.stderr)
	}
	succeed(t, dir, "train", "--resume", "r", "--updates", "6")
	if r := onGPU(t, "good", dir, "train", "--resume", "r", "--updates", "8"); r.status != 0 {
		t.Fatal(r.stderr)
	}
	sameState(t, filepath.Join(dir, "r"), filepath.Join(dir, "undisturbed"))

	var episodes [2]evalReport
	for i, gpu := range []string{"none", "good"} {
		r := onGPU(t, gpu, dir, "eval", "--checkpoint", "r", "--episodes", "5", "--json")
		if err := json.Unmarshal([]byte(r.stdout), &episodes[i]); err != nil || r.status != 0 {
			t.Fatalf("%v: %s", err, r.stderr)
		}
	}
	if episodes[1].Device != "cuda:0 (Fake)" || !slices.Equal(episodes[0].Returns, episodes[1].Returns) || !slices.Equal(episodes[0].Lengths, episodes[1].Lengths) {
		t.Errorf("episodes on the GPU %+v, on the CPU %+v", episodes[1], episodes[0])
	}
}

// TestDeviceMemory: a run that the GPU cannot hold is refused before it is anything on disk,
// with what it takes, what there is, and what to change.
func TestDeviceMemory(t *testing.T) {
	dir := t.TempDir()
	onGPU(t, "small", dir, "train", "--hidden", "16", "--envs", "16").fail(t, statusError,
		"of cuda:0 (Fake)", "which has 0.03 GiB free of 80.00", "--batch-decisions", "--device cpu")
	onGPU(t, "small", dir, "train", "--recipe", "karpathy").fail(t, statusError, "--batch-episodes", "--device cpu")
	onGPU(t, "small", dir, "parity").fail(t, statusError, "which has 0.03 GiB free", "--batch-decisions")
	if left := files(t, dir); left != nil {
		t.Errorf("left behind: %q", left)
	}
	succeed(t, dir, "train", "--run", "r", "--hidden", "16", "--envs", "16", "--updates", "1")
	before := files(t, dir)
	onGPU(t, "small", dir, "train", "--resume", "r", "--updates", "2").fail(t, statusError, "which has 0.03 GiB free", "--device cpu")
	if after := files(t, dir); !slices.Equal(before, after) {
		t.Errorf("the run was changed: %q, before %q", after, before)
	}
}
