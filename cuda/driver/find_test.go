//go:build linux && amd64 && cgo

package driver_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pongpg/cuda/driver"
)

// TestGoodDriver checks a driver that works: what is found, and that it is loaded
// and started once, by Find and not before.
func TestGoodDriver(t *testing.T) {
	dir := buildFake(t, nil, nil)
	log := filepath.Join(dir, "log")
	r := look(t, dir, "FAKE_LOG="+log, "FAKE_COUNT=2")
	want := driver.Status{Path: filepath.Join(dir, "libcuda.so.1"), Version: 12040, Devices: 2}
	if s := r.Status; s.Path != want.Path || s.Version != want.Version || s.Devices != want.Devices ||
		len(s.Missing) != 0 || s.Load != "" || s.Init != driver.Success || s.Count != driver.Success || s.Hidden != "" {
		t.Errorf("found %+v, want %+v", s, want)
	}
	if r.Err != "<nil>" || r.NoDevice || !r.Graphs {
		t.Errorf("error %s, no device %v, graphs %v", r.Err, r.NoDevice, r.Graphs)
	}
	if r.Before != "NotInitialized" {
		t.Errorf("a call before Find returned %s", r.Before)
	}
	for name, err := range r.After {
		if err != "<nil>" {
			t.Errorf("%s returned %s", name, err)
		}
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	calls := strings.Fields(string(text))
	wantCalls := []string{"load", "cuDriverGetVersion", "cuInit", "cuDeviceGetCount", "cuMemAlloc_v2", "cuEventElapsedTime", "cuLaunchKernel"}
	if !slices.Equal(calls, wantCalls) {
		t.Errorf("calls %v, want %v", calls, wantCalls)
	}
}

// TestInitAnswers checks each answer of cuInit that users meet. Only two of them say
// that there is no GPU.
func TestInitAnswers(t *testing.T) {
	dir := buildFake(t, nil, nil)
	for _, c := range []struct {
		answer   string
		result   driver.Result
		noDevice bool
		says     []string
	}{
		{"34", driver.StubLibrary, true, []string{"CUDA_ERROR_STUB_LIBRARY (34)", "stub", "install NVIDIA's driver", "LD_LIBRARY_PATH"}},
		{"46", driver.DeviceUnavailable, false, []string{"CUDA_ERROR_DEVICE_UNAVAILABLE (46)", "another process"}},
		{"100", driver.NoDevice, true, []string{"CUDA_ERROR_NO_DEVICE (100)", "sees no device", "nvidia-smi", "--gpus all"}},
		{"101", driver.InvalidDevice, false, []string{"CUDA_ERROR_INVALID_DEVICE (101)", "CUDA_VISIBLE_DEVICES"}},
		{"304", driver.OperatingSystem, false, []string{"CUDA_ERROR_OPERATING_SYSTEM (304)", "/dev/nvidia*", "group", "--gpus all"}},
		{"800", driver.NotPermitted, false, []string{"CUDA_ERROR_NOT_PERMITTED (800)", "add the user to the group", "--gpus all"}},
		{"802", driver.SystemNotReady, false, []string{"CUDA_ERROR_SYSTEM_NOT_READY (802)", "nvidia-fabricmanager"}},
		{"803", driver.SystemDriverMismatch, false, []string{"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)", "kernel module", "restart the machine"}},
		{"804", driver.CompatNotSupportedOnDevice, false, []string{"CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE (804)", "cuda-compat", "update"}},
		{"999", driver.Unknown, false, []string{"CUDA_ERROR_UNKNOWN (999)", "nvidia-modprobe", "--gpus all", "restart the machine"}},
		{"12345", 12345, false, []string{"CUresult (12345)", "restart the machine"}},
	} {
		t.Run(c.answer, func(t *testing.T) {
			r := look(t, dir, "FAKE_INIT="+c.answer)
			if r.Status.Init != c.result || r.Status.Version != 12040 || r.Status.Devices != 0 {
				t.Errorf("found %+v", r.Status)
			}
			if r.NoDevice != c.noDevice {
				t.Errorf("no device %v, want %v", r.NoDevice, c.noDevice)
			}
			wantErr(t, r.Err, append(c.says, dir)...)
		})
	}
}

func TestNoDevices(t *testing.T) {
	dir := buildFake(t, nil, nil)
	r := look(t, dir, "FAKE_COUNT=0")
	if !r.NoDevice || r.Status.Init != driver.Success || r.Status.Count != driver.Success || r.Status.Devices != 0 {
		t.Errorf("found %+v, no device %v", r.Status, r.NoDevice)
	}
	wantErr(t, r.Err, "CUDA 12.4", dir, "sees no device", "nvidia-smi", "--gpus all")

	r = look(t, dir, "FAKE_INIT=100", "CUDA_VISIBLE_DEVICES=-1")
	if !r.NoDevice || r.Status.Hidden != "CUDA_VISIBLE_DEVICES=-1" {
		t.Errorf("found %+v, no device %v", r.Status, r.NoDevice)
	}
	wantErr(t, r.Err, "CUDA_VISIBLE_DEVICES=-1 hides", "unset it")

	r = look(t, dir, "FAKE_INIT=101", "CUDA_VISIBLE_DEVICES=7")
	if r.NoDevice {
		t.Error("a device that is not there counts as no device")
	}
	wantErr(t, r.Err, "CUDA_VISIBLE_DEVICES=7 may name a device that is not there; unset it")
}

// TestOldDriver checks a driver that lacks functions. What only gorgonia.org/cu
// refers to may be missing, and another version of a function stands in for one.
func TestOldDriver(t *testing.T) {
	dir := buildFake(t, []string{"cuMemAlloc_v2", "cuLaunchKernel", "cuEventElapsedTime", "cuGraphInstantiateWithFlags", "cuSurfRefGetArray",
		"cuDevicePrimaryCtxRelease_v2"}, []string{"cuEventElapsedTime_v2", "cuDevicePrimaryCtxRelease"})
	log := filepath.Join(dir, "log")
	r := look(t, dir, "FAKE_LOG="+log)
	if !slices.Equal(r.Status.Missing, []string{"cuLaunchKernel", "cuMemAlloc_v2"}) {
		t.Errorf("missing %v", r.Status.Missing)
	}
	if r.NoDevice || r.Graphs {
		t.Errorf("no device %v, graphs %v", r.NoDevice, r.Graphs)
	}
	wantErr(t, r.Err, dir, "lacks cuLaunchKernel, cuMemAlloc_v2", "update it", "10.0 or newer")
	if r.After["MemAlloc"] != "NotSupported" || r.After["Launch"] != "NotSupported" || r.After["Elapsed"] != "<nil>" {
		t.Errorf("calls returned %v", r.After)
	}
	if text, err := os.ReadFile(log); err != nil || !strings.Contains(string(text), "cuEventElapsedTime_v2\n") {
		t.Errorf("calls %q, %v", text, err)
	}

	r = look(t, buildFake(t, nil, nil), "FAKE_VERSION=9020")
	if r.NoDevice || r.Status.Version != 9020 {
		t.Errorf("found %+v, no device %v", r.Status, r.NoDevice)
	}
	wantErr(t, r.Err, "CUDA 9.2", "too old", "update it", "10.0 or newer")
}

// TestNeeded leaves out every function that is needed, and finds them missing; then all
// others, and misses nothing.
func TestNeeded(t *testing.T) {
	var names []string
	for _, e := range driver.Needed() {
		switch e {
		case driver.EntryInit, driver.EntryDriverGetVersion, driver.EntryDeviceGetCount: // in every fake
		default:
			names = append(names, e.Name())
		}
	}
	r := look(t, buildFake(t, names, nil))
	if !slices.Equal(r.Status.Missing, names) {
		t.Errorf("missing %v, want %v", r.Status.Missing, names)
	}
	var others []string
	for e := range driver.Entry(driver.Entries) {
		if !slices.Contains(names, e.Name()) {
			others = append(others, e.Name())
		}
	}
	if r = look(t, buildFake(t, others, nil)); len(r.Status.Missing) != 0 || r.Err != "<nil>" {
		t.Errorf("missing %v: %s", r.Status.Missing, r.Err)
	}
}

// TestBrokenLibrary checks files that are there and cannot be loaded: a driver is
// installed, so this is no machine without one.
func TestBrokenLibrary(t *testing.T) {
	write := func(content string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "libcuda.so.1"), []byte(content), 0o777); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	orphan := func() string {
		dep := t.TempDir()
		source := filepath.Join(dep, "dependency.c")
		if err := os.WriteFile(source, []byte("int dependency;\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		compile(t, "-shared", "-fPIC", "-o", filepath.Join(dep, "libfakedependency.so"), source)
		return buildFake(t, nil, nil, "-Wl,--no-as-needed", "-L"+dep, "-lfakedependency")
	}
	for name, c := range map[string]struct{ dir, says string }{
		"empty":      {write(""), "file too short"},
		"text":       {write(strings.Repeat("this is no library\n", 100)), "invalid ELF header"},
		"dependency": {orphan(), "libfakedependency.so"},
	} {
		t.Run(name, func(t *testing.T) {
			r := look(t, c.dir)
			if r.NoDevice || r.Status.Path != "" {
				t.Errorf("found %+v, no device %v", r.Status, r.NoDevice)
			}
			wantErr(t, r.Err, c.says, "cannot be loaded", "reinstall the driver")
			if r.After["MemAlloc"] != "NotInitialized" {
				t.Errorf("a call returned %s", r.After["MemAlloc"])
			}
		})
	}
}

// TestFolders checks a library that the dynamic linker does not know of.
func TestFolders(t *testing.T) {
	dir := buildFake(t, nil, nil)
	r := look(t, t.TempDir(), folder+"="+dir)
	if r.Status.Path == filepath.Join(dir, "libcuda.so.1") {
		if r.Err != "<nil>" || r.Status.Load != "" {
			t.Errorf("found %+v: %s", r.Status, r.Err)
		}
	} else if r.Status.Path == "" {
		t.Errorf("found nothing: %s", r.Err)
	} else {
		t.Skipf("this machine has a driver, %s", r.Status.Path)
	}
	known := buildFake(t, nil, nil)
	if r := look(t, known, folder+"="+dir); filepath.Dir(r.Status.Path) != known {
		t.Errorf("found %s, want the one the dynamic linker knows in %s", r.Status.Path, known)
	}
}

func TestNoLibrary(t *testing.T) {
	r := look(t, t.TempDir())
	if r.Status.Path != "" {
		t.Skipf("this machine has a driver, %s", r.Status.Path)
	}
	if !r.NoDevice || r.Status.Init != driver.NotInitialized {
		t.Errorf("found %+v, no device %v", r.Status, r.NoDevice)
	}
	wantErr(t, r.Err, "libcuda.so.1", "not found", "install NVIDIA's driver", "--gpus all")
	if r.Before != "NotInitialized" || r.After["MemAlloc"] != "NotInitialized" {
		t.Errorf("calls returned %s, %v", r.Before, r.After)
	}
}
