//go:build linux && amd64 && cgo

package cuda

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pongpg/cuda/driver"
	"pongpg/kernels"
)

// TestOpenFails has the driver fail in each call that Open makes, and expects an error with
// the driver's result and what to do, and nothing left.
func TestOpenFails(t *testing.T) {
	const result = driver.SystemNotReady
	for _, e := range []driver.Entry{
		driver.EntryDeviceGet, driver.EntryDeviceGetName, driver.EntryDeviceTotalMem, driver.EntryDeviceGetAttribute,
		driver.EntryDevicePrimaryCtxRetain, driver.EntryCtxSetCurrent, driver.EntryMemGetInfo, driver.EntryModuleLoadDataEx,
		driver.EntryModuleGetFunction, driver.EntryFuncGetAttribute, driver.EntryStreamCreate,
	} {
		for n := range 2 { // of some there is a second call
			s := useStrict(t)
			s.failAt(e, n, result, false)
			b, err := Open(Options{})
			if n == 1 && err == nil {
				_ = b.Close()
				continue
			}
			if !errors.Is(err, result) || !strings.HasPrefix(err.Error(), "cuda: cuda:0") || !strings.Contains(err.Error(), "fabricmanager") || errors.Is(err, ErrNoDevice) {
				t.Errorf("%v, call %d: %v", e, n, err)
			}
			if leaks := s.leaks(); len(leaks) > 0 {
				t.Errorf("%v: not given back: %q", e, leaks)
			}
		}
	}
}

// TestOpenRefuses checks what Open says of devices that are not there or not good enough.
func TestOpenRefuses(t *testing.T) {
	first := kernels.All()[0] // is loaded first
	for want, try := range map[string]struct {
		options Options
		set     func(s *strict)
	}{
		"cuda: no device cuda:2; this machine has 2: cuda:0 to cuda:1":      {Options{Ordinal: 2}, func(s *strict) { s.devices = 2 }},
		"cuda: device -1 and 0 workers; neither may be negative":            {Options{Ordinal: -1}, nil},
		"cuda: device 0 and -1 workers; neither may be negative":            {Options{Workers: -1}, nil},
		"cuda: cuda:0 (strict GPU) has compute capability 5.0; the kernels": {Options{}, func(s *strict) { s.major = 5 }},
		"cuda: cuda:0 (strict GPU): load " + first.File + ".ptx (ptxas fatal : no): the driver does not compile the kernels, CUDA_ERROR_INVALID_PTX (218): update": {
			Options{}, func(s *strict) { s.log = "ptxas fatal  : no\n" }},
		fmt.Sprintf("cuda: cuda:0 (strict GPU): kernel %s runs with 1 threads at most and needs %d", first.Name, first.Block): {
			Options{}, func(s *strict) { s.threads = 1 }},
	} {
		s := useStrict(t)
		if try.set != nil {
			try.set(s)
		}
		if _, err := Open(try.options); err == nil || !strings.HasPrefix(err.Error(), want) || errors.Is(err, ErrNoDevice) {
			t.Errorf("error %v, want %s…", err, want)
		}
		if leaks := s.leaks(); len(leaks) > 0 {
			t.Errorf("%s: not given back: %q", want, leaks)
		}
	}
}

// TestNoDevice checks that a driver without a device is ErrNoDevice.
func TestNoDevice(t *testing.T) {
	s := useStrict(t)
	s.devices = 0
	if _, err := Open(Options{}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("Open: %v", err)
	}
	if _, err := Devices(); !errors.Is(err, ErrNoDevice) {
		t.Errorf("Devices: %v", err)
	}
}

// TestDevices checks what is told of devices, and that one that does not start is listed.
func TestDevices(t *testing.T) {
	s := useStrict(t)
	s.devices = 2
	s.failAt(driver.EntryDevicePrimaryCtxRetain, 1, driver.DeviceUnavailable, false)
	devices, err := Devices()
	if err != nil || len(devices) != 2 {
		t.Fatalf("%d devices, error %v", len(devices), err)
	}
	want := Device{
		Name: "strict GPU", Memory: 1 << 30, Free: 1 << 30, Major: 9, SMs: 132, ClockMHz: 1980,
		BusID: "0000:3b:00.0", UUID: "GPU-01020300-0000-0000-0000-000000000000", DriverVersion: 13000,
	}
	if devices[0] != want {
		t.Errorf("%+v, want %+v", devices[0], want)
	}
	second := devices[1]
	if second.ID() != "cuda:1" || second.Free != -1 || !errors.Is(second.Err, driver.DeviceUnavailable) ||
		!strings.HasPrefix(second.Err.Error(), "cuda:1 (strict GPU): start the device: the device is unavailable") {
		t.Errorf("a device that does not start is %+v", second)
	}
	if leaks := s.leaks(); len(leaks) > 0 {
		t.Errorf("not given back: %q", leaks)
	}
}
