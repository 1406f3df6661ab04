package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestDevices: what devices says on machines of each sort, and its JSON's fields.
func TestDevices(t *testing.T) {
	for _, test := range []struct {
		gpu, auto string
		status    int
		lines     []string // the beginnings of lines
	}{
		{"none", "cpu", 0, []string{"driver none", "cpu cpu (", "auto cpu: no NVIDIA GPU: "}},
		{"good", "cuda:0", 0, []string{"driver /lib/libcuda.so.1, CUDA 13.1", "cuda:0 Fake, 80.0 GiB (79.0 free), compute capability 9.0, 132 multiprocessors", "cpu cpu (", "auto cuda:0: the first GPU"}},
		{"broken", "", statusError, []string{"driver /lib/libcuda.so.1, CUDA 13.1", "cpu cpu (", "auto an error: the NVIDIA driver for CUDA 13.1 (/lib/libcuda.so.1) does not start"}},
	} {
		t.Run(test.gpu, func(t *testing.T) {
			r := onGPU(t, test.gpu, t.TempDir(), "devices")
			if r.status != test.status || r.stderr != "" {
				t.Errorf("status %d, stderr %s", r.status, r.stderr)
			}
			lines := words(r.stdout)
			if len(lines) != len(test.lines) {
				t.Fatalf("it says %s", r.stdout)
			}
			for i, line := range lines {
				if !strings.HasPrefix(line, test.lines[i]) {
					t.Errorf("line %d is %q, want %q", i, line, test.lines[i])
				}
			}
			r = onGPU(t, test.gpu, t.TempDir(), "devices", "--json")
			names, _ := jsonNames(t, r.stdout)
			if want := []string{"auto", "cpu", "driver", "error", "gpus", "reason"}; !slices.Equal(names, want) {
				t.Errorf("fields %q, want %q", names, want)
			}
			var report devicesReport
			if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
				t.Fatal(err)
			}
			if report.Auto != test.auto || report.Reason == "" || (report.Error != "") != (test.status != 0) || r.status != test.status || report.CPU.Workers < 1 || test.auto == "cuda:0" && (len(report.GPUs) != 1 || report.GPUs[0].Memory != 80<<30) {
				t.Errorf("%+v", report)
			}
		})
	}
}

// TestRealDevices holds what devices says of this machine to what train then does.
func TestRealDevices(t *testing.T) {
	dir := t.TempDir()
	r := onGPU(t, "real", dir, "devices", "--json")
	var report devicesReport
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		t.Fatalf("%v: %s%s", err, r.stdout, r.stderr)
	}
	t.Logf("%+v", report)
	if os.Getenv("PONGPG_REQUIRE_CUDA") == "1" && report.Auto != "cuda:0" {
		t.Errorf("PONGPG_REQUIRE_CUDA is 1, and there is no GPU to be used: %s", report.Reason)
	}
	if (r.status == 0) != (report.Error == "") || (report.Auto == "") != (report.Error != "") {
		t.Errorf("status %d with %+v", r.status, report)
	}
	trained := onGPU(t, "real", dir, with([]string{"train", "--updates", "2"}, tiny...)...)
	if (trained.status == 0) != (report.Error == "") {
		t.Errorf("devices says %+v, train %s%s", report, trained.stdout, trained.stderr)
	}
	on := report.Auto
	for _, line := range words(trained.stdout) {
		if strings.HasPrefix(line, "device ") && !strings.HasPrefix(line, "device "+on) {
			t.Errorf("devices says that it will be %s, train %s", on, line)
		}
	}
}
