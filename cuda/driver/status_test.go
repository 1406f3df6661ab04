package driver

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestStatusErr checks what no fake driver brings about. What Find sees of a real
// process is in find_test.go.
func TestStatusErr(t *testing.T) {
	good := Status{Path: "/lib/libcuda.so.1", Version: 13000, Devices: 1}
	with := func(change func(s *Status)) Status {
		s := good
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		status   Status
		noDevice bool
		says     string // "" if there is no error
	}{
		"good":            {good, false, ""},
		"version unknown": {with(func(s *Status) { s.Version = 0 }), false, ""},
		"oldest":          {with(func(s *Status) { s.Version = MinVersion }), false, ""},
		"too old":         {with(func(s *Status) { s.Version = MinVersion - 10 }), false, "for CUDA 9.99 (/lib/libcuda.so.1) is too old; update it to one for CUDA 10.0"},
		"glibc, none": {Status{Load: "libcuda.so.1: cannot open shared object file: No such file or directory"}, true,
			"install NVIDIA's driver"},
		"musl, none":     {Status{Load: "Error loading shared library libcuda.so.1: No such file or directory"}, true, "install NVIDIA's driver"},
		"no permission":  {Status{Load: "libcuda.so.1: cannot open shared object file: Permission denied"}, false, "Permission denied; reinstall"},
		"a dependency":   {Status{Load: "libx.so.1: cannot open shared object file: No such file or directory"}, false, "libx.so.1"},
		"musl, wants it": {Status{Load: "Error loading shared library libx.so: No such file or directory (needed by libcuda.so.1)"}, false, "libx.so"},
		"no build":       {Status{Load: notBuilt + " plan9/arm"}, true, "needs a build for linux/amd64 with cgo"},
		"count": {with(func(s *Status) { s.Devices, s.Count = 0, Unknown }), false,
			"for CUDA 13.0 (/lib/libcuda.so.1) does not count its devices: CUDA_ERROR_UNKNOWN (999); restart"},
		"memory":              {with(func(s *Status) { s.Init = OutOfMemory }), false, "CUDA_ERROR_OUT_OF_MEMORY (2); end what fills"},
		"init before missing": {with(func(s *Status) { s.Init, s.Missing = NoDevice, []string{"cuX"} }), true, "sees no device"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.status.Err()
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, ErrNoDevice) != c.noDevice {
				t.Errorf("error %v, no device %v; want it to say %q, no device %v", err, errors.Is(err, ErrNoDevice), c.says, c.noDevice)
			}
		})
	}
}

func TestResult(t *testing.T) {
	for r, want := range map[Result]string{
		Success:  "CUDA_SUCCESS (0)",
		NoDevice: "CUDA_ERROR_NO_DEVICE (100)",
		Unknown:  "CUDA_ERROR_UNKNOWN (999)",
		-1:       "CUresult (-1)",
	} {
		if got := r.Error(); got != want {
			t.Errorf("result %d is %q, want %q", int(r), got, want)
		}
	}
	if err := Success.Err(); err != nil {
		t.Errorf("success is the error %v", err)
	}
	if err := fmt.Errorf("x: %w", OutOfMemory.Err()); !errors.Is(err, OutOfMemory) || errors.Is(err, NoDevice) {
		t.Errorf("%v is not OutOfMemory alone", err)
	}
}

func TestEntry(t *testing.T) {
	for e, want := range map[Entry]struct {
		name  string
		arity int
	}{
		EntryInit:           {"cuInit", 1},
		EntryMemAlloc:       {"cuMemAlloc_v2", 2},
		EntryCtxSynchronize: {"cuCtxSynchronize", 0},
		EntryLaunchKernel:   {"cuLaunchKernel", 11},
	} {
		if e.Name() != want.name || e.Arity() != want.arity {
			t.Errorf("%s with %d parameters, want %s with %d", e.Name(), e.Arity(), want.name, want.arity)
		}
	}
	if got := Entry(Entries).Name() + Entry(-1).Name(); got != fmt.Sprintf("Entry(%d)Entry(-1)", Entries) {
		t.Errorf("no functions are named %s", got)
	}
	seen := map[string]Entry{}
	for e := range Entry(Entries) {
		if other, ok := seen[e.Name()]; ok {
			t.Errorf("%d and %d are both %s", e, other, e.Name())
		}
		seen[e.Name()] = e
	}
}
