//go:build linux && amd64 && cgo

package cuda

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"pongpg/cuda/driver"
	"pongpg/cuda/simgpu"
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
			d := inject(t)
			d.failAt(e, n, result, false)
			b, err := Open(Options{})
			if n == 1 && err == nil {
				_ = b.Close()
				continue
			}
			if !errors.Is(err, result) || !strings.HasPrefix(err.Error(), "cuda: cuda:0") || !strings.Contains(err.Error(), "fabricmanager") || errors.Is(err, ErrNoDevice) {
				t.Errorf("%v, call %d: %v", e, n, err)
			}
			if leaks := d.Leaks(); len(leaks) > 0 {
				t.Errorf("%v: not given back: %q", e, leaks)
			}
		}
	}
}

// TestOpenRefuses checks what Open says of devices that are not there or not good enough.
func TestOpenRefuses(t *testing.T) {
	first := kernels.All()[0]                  // is loaded first
	log := func(args []uint64) driver.Result { // the options' values are its address and size
		values := unsafe.Slice((*uint64)(driver.Pointer(args[4])), args[2])
		copy(unsafe.Slice((*byte)(driver.Pointer(values[0])), values[1]), "ptxas fatal  : no\n\x00")
		return driver.InvalidPtx
	}
	for want, try := range map[string]struct {
		options Options
		at      driver.Entry
		answer  func(args []uint64) driver.Result
	}{
		"cuda: no device cuda:2; this machine has 2: cuda:0 to cuda:1": {
			Options{Ordinal: 2}, driver.EntryDeviceGetCount, func(args []uint64) driver.Result { return put(args[0], int32(2)) }},
		"cuda: device -1 and 0 workers; neither may be negative": {Options{Ordinal: -1}, none, nil},
		"cuda: device 0 and -1 workers; neither may be negative": {Options{Workers: -1}, none, nil},
		"cuda: cuda:0 (simulated GPU) has compute capability 5.5; the kernels": {
			Options{}, driver.EntryDeviceGetAttribute, func(args []uint64) driver.Result { return put(args[0], int32(5)) }},
		"cuda: cuda:0 (simulated GPU): load " + first.File + ".ptx (ptxas fatal : no): the driver does not compile the kernels, CUDA_ERROR_INVALID_PTX (218): update": {
			Options{}, driver.EntryModuleLoadDataEx, log},
		fmt.Sprintf("cuda: cuda:0 (simulated GPU): kernel %s runs with 1 threads at most and needs %d", first.Name, first.Block): {
			Options{}, driver.EntryFuncGetAttribute, func(args []uint64) driver.Result { return put(args[0], int32(1)) }},
	} {
		d := inject(t)
		d.answers[try.at] = try.answer
		if _, err := Open(try.options); err == nil || !strings.HasPrefix(err.Error(), want) || errors.Is(err, ErrNoDevice) {
			t.Errorf("error %v, want %s…", err, want)
		}
		if leaks := d.Leaks(); len(leaks) > 0 {
			t.Errorf("%s: not given back: %q", want, leaks)
		}
	}
}

// TestNoDevice checks that a driver without a device is ErrNoDevice.
func TestNoDevice(t *testing.T) {
	d := inject(t)
	d.answers[driver.EntryDeviceGetCount] = func(args []uint64) driver.Result { return put(args[0], int32(0)) }
	if _, err := Open(Options{}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("Open: %v", err)
	}
	if _, err := Devices(); !errors.Is(err, ErrNoDevice) {
		t.Errorf("Devices: %v", err)
	}
}

// TestDevices checks what is told of devices, and that one that does not start is listed.
func TestDevices(t *testing.T) {
	d := inject(t, simgpu.Options{}, simgpu.Options{})
	d.answers[driver.EntryDeviceGetAttribute] = func(args []uint64) driver.Result {
		return put(args[0], map[driver.Attribute]int32{
			driver.AttributeComputeCapabilityMajor: 9, driver.AttributeMultiprocessorCount: 132,
			driver.AttributeClockRate: 1980000, driver.AttributePciBusId: 0x3b,
		}[driver.Attribute(args[1])])
	}
	d.failAt(driver.EntryDevicePrimaryCtxRetain, 1, driver.DeviceUnavailable, false)
	devices, err := Devices()
	if err != nil || len(devices) != 2 {
		t.Fatalf("%d devices, error %v", len(devices), err)
	}
	want := Device{
		Name: "simulated GPU", Memory: 1 << 30, Free: 1 << 30, Major: 9, SMs: 132, ClockMHz: 1980,
		BusID: "0000:3b:00.0", UUID: "GPU-73696d75-6c61-7465-6420-475055202000", DriverVersion: 12040,
	}
	if devices[0] != want {
		t.Errorf("%+v, want %+v", devices[0], want)
	}
	second := devices[1]
	if second.ID() != "cuda:1" || second.Free != -1 || !errors.Is(second.Err, driver.DeviceUnavailable) ||
		!strings.HasPrefix(second.Err.Error(), "cuda:1 (simulated GPU): start the device: the device is unavailable") {
		t.Errorf("a device that does not start is %+v", second)
	}
	if leaks := d.Leaks(); len(leaks) > 0 {
		t.Errorf("not given back: %q", leaks)
	}
}
