//go:build linux && amd64 && cgo

package cuda

import (
	"errors"
	"fmt"
	"reflect"

	"pongpg/cuda/driver"
)

// ErrNoDevice says that there is no GPU to be had: no driver, no device, or a build
// without CUDA. A GPU that is there and cannot be used is another error.
var ErrNoDevice = driver.ErrNoDevice

// errClosed is Sync's answer after Close.
var errClosed = errors.New("cuda: the backend is closed; open another")

const (
	bug      = "this should not happen: PONGPG_CUDA_SYNC=1 names the operation that did it; please report it"
	hardware = "run it again; if it comes back, look for Xid errors in dmesg and at the card with nvidia-smi -q"
	restart  = "look for Xid errors in dmesg; the card may need nvidia-smi --gpu-reset or a restart of the machine"
)

// meaning is what a driver's result is called in plain words (after the descriptions of
// CUresult in the driver API's documentation), and what to do about it.
var meaning = map[driver.Result][2]string{
	driver.OutOfMemory:            {"out of memory", "train fewer games at a time, or end other programs that use the GPU (nvidia-smi lists them)"},
	driver.Deinitialized:          {"the driver has shut down", "the process was about to end; start it again"},
	driver.DeviceUnavailable:      {"the device is unavailable", "another process has it to itself, or its compute mode forbids it (nvidia-smi -q -d COMPUTE)"},
	driver.InvalidContext:         {"the context is gone", bug},
	driver.ContextIsDestroyed:     {"the context is gone", "something else in the process has reset the device; start it again"},
	driver.NoBinaryForGpu:         {"the kernels do not run on this card", fmt.Sprintf("a card of compute capability %d.%d or later is needed", minMajor, minMinor)},
	driver.InvalidPtx:             {"the driver does not compile the kernels", "update the driver"},
	driver.UnsupportedPtxVersion:  {"the driver is too old for the kernels", "update the driver"},
	driver.JitCompilerNotFound:    {"the driver lacks its compiler, libnvidia-ptxjitcompiler.so.1", "install it; containers need NVIDIA_DRIVER_CAPABILITIES=compute,utility"},
	driver.JitCompilationDisabled: {"compiling kernels is switched off", "unset CUDA_DISABLE_PTX_JIT"},
	driver.EccUncorrectable:       {"an uncorrectable error of the card's memory", hardware},
	driver.NvlinkUncorrectable:    {"an uncorrectable error of NVLink", hardware},
	driver.Contained:              {"an error of the card's memory that ended this process's work", hardware},
	driver.HardwareStackError:     {"an error of the hardware's call stack", hardware},
	driver.LaunchFailed:           {"a kernel failed", "its data were broken, or the hardware: " + bug},
	driver.IllegalInstruction:     {"a kernel met an instruction that is none, or stopped itself", bug},
	driver.IllegalAddress:         {"illegal address", bug},
	driver.MisalignedAddress:      {"misaligned address", bug},
	driver.InvalidAddressSpace:    {"an address of the wrong kind", bug},
	driver.InvalidPc:              {"a kernel jumped to nowhere", bug},
	driver.Assert:                 {"an assertion of a kernel failed", bug},
	driver.LaunchTimeout:          {"a kernel took longer than the system allows", "the card also drives a screen: use another, end the desktop, or train fewer games at a time"},
	driver.LaunchOutOfResources:   {"a kernel needs more registers or threads than the card has", bug},
	driver.SystemNotReady:         {"the machine's NVIDIA services are not up", "start nvidia-fabricmanager or wait for it"},
	driver.OperatingSystem:        {"the operating system refused", restart},
	driver.NotPermitted:           {"not permitted", "look at the permissions of /dev/nvidia*; containers need --gpus all"},
	driver.NotSupported:           {"the driver or card lacks this function", "update the driver"},
	driver.ExternalDevice:         {"an error of another device", hardware},
	driver.Unknown:                {"an unknown error", restart},
}

// explain returns err with what it means and what to do. It wraps the driver.Result.
func explain(err error) error {
	r, ok := resultOf(err)
	if !ok {
		return err
	}
	m, ok := meaning[r]
	if !ok {
		return fmt.Errorf("%w: %s", r, hardware)
	}
	return fmt.Errorf("%s, %w: %s", m[0], r, m[1])
}

// resultOf returns the driver's result in an error of gorgonia.org/cu, whose type is
// its own, or of package driver.
func resultOf(err error) (driver.Result, bool) {
	var r driver.Result
	if errors.As(err, &r) {
		return r, true
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if v := reflect.ValueOf(err); v.Kind() == reflect.Int {
			return driver.Result(v.Int()), true
		}
	}
	return 0, false
}
