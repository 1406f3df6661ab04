package driver

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoDevice says that this machine has no GPU to be had: it has no driver, or the
// driver sees no device. A GPU that is there and does not work is another error.
var ErrNoDevice = errors.New("no NVIDIA GPU")

// MinVersion is the first CUDA version whose driver compiles PTX 6.3, which the
// kernels are written in (PTX ISA, release notes).
const MinVersion = 10000

// Status is what Find found.
type Status struct {
	Path    string   // of libcuda.so.1 as the dynamic linker resolved it; "" if none; "simulated" for a Simulator
	Version int      // CUDA version of the driver, as 13000 for 13.0; 0 if unknown
	Missing []string // functions that pongpg needs and this driver lacks
	Load    string   // dlerror's text if the library could not be loaded
	Init    Result   // cuInit's true answer
	Count   Result   // cuDeviceGetCount's answer
	Devices int      // the number of devices
	Hidden  string   // what hides devices from the driver, as "CUDA_VISIBLE_DEVICES=1"; "" if nothing
}

// Err returns nil if the driver can be used. Otherwise it says what was found and
// what to do about it, and is ErrNoDevice if there is no GPU to be had.
func (s Status) Err() error {
	switch {
	case strings.HasPrefix(s.Load, notBuilt):
		return fmt.Errorf("%w: %s; CUDA needs a build for linux/amd64 with cgo", ErrNoDevice, s.Load)
	case s.Path == "" && s.absent():
		return fmt.Errorf("%w: the driver's library %s was not found; "+
			"if this machine has a GPU, install NVIDIA's driver, or start the container with --gpus all", ErrNoDevice, library)
	case s.Path == "":
		return fmt.Errorf("the NVIDIA driver's library cannot be loaded: %s; reinstall the driver", s.Load)
	case s.Init != Success:
		return s.initErr()
	case len(s.Missing) > 0:
		return fmt.Errorf("%s lacks %s; update it%s", s.driver(), strings.Join(s.Missing, ", "), toMinVersion)
	case s.Version != 0 && s.Version < MinVersion:
		return fmt.Errorf("%s is too old; update it%s", s.driver(), toMinVersion)
	case s.Count != Success:
		return fmt.Errorf("%s does not count its devices: %w; restart the machine, or update the driver", s.driver(), s.Count)
	case s.Devices == 0:
		return s.noDevice("none counted")
	}
	return nil
}

// notBuilt begins Load where the build has no table.
const notBuilt = "this program was built without CUDA, for"

// library is the name the driver is looked for under.
const library = "libcuda.so.1"

var toMinVersion = fmt.Sprintf(" to one for CUDA %s or newer", version(MinVersion))

// absent says whether the library was not there at all, as the C library puts it: glibc
// as "libcuda.so.1: cannot open shared object file: No such file or directory", musl
// as "Error loading shared library libcuda.so.1: No such file or directory". A
// library of the driver's own that is missing is named instead, which is another matter.
func (s Status) absent() bool {
	text, found := strings.CutSuffix(s.Load, ": No such file or directory")
	text = strings.TrimSuffix(text, ": cannot open shared object file")
	text = strings.TrimPrefix(text, "Error loading shared library ")
	return found && text == library
}

// driver names what was found.
func (s Status) driver() string {
	if s.Version == 0 {
		return fmt.Sprintf("the NVIDIA driver (%s)", s.Path)
	}
	return fmt.Sprintf("the NVIDIA driver for CUDA %s (%s)", version(s.Version), s.Path)
}

// version turns 12040 into 12.4.
func version(v int) string { return fmt.Sprintf("%d.%d", v/1000, v%1000/10) }

func (s Status) noDevice(why string) error {
	if s.Hidden != "" {
		return fmt.Errorf("%w: %s sees no device (%s), and %s hides some; unset it to see all", ErrNoDevice, s.driver(), why, s.Hidden)
	}
	return fmt.Errorf("%w: %s sees no device (%s); if this machine has one, nvidia-smi should list it, "+
		"and a container must be started with --gpus all", ErrNoDevice, s.driver(), why)
}

// initErr says what cuInit's answer means, after the descriptions of CUresult in the
// driver API's documentation, and what has to be done.
func (s Status) initErr() error {
	switch s.Init {
	case NoDevice:
		return s.noDevice(s.Init.Error())
	case StubLibrary:
		return fmt.Errorf("%w: %s is the toolkit's stub and no driver: %w; install NVIDIA's driver, "+
			"and take the stub's folder out of LD_LIBRARY_PATH", ErrNoDevice, s.Path, s.Init)
	}
	hint := "restart the machine; if that does not help, reinstall the driver"
	switch s.Init {
	case InvalidDevice:
		hint = "CUDA_VISIBLE_DEVICES may name a device that is not there"
		if s.Hidden != "" {
			hint = s.Hidden + " may name a device that is not there; unset it"
		}
	case DeviceUnavailable:
		hint = "another process has the device to itself; end it, or choose another device with CUDA_VISIBLE_DEVICES"
	case OutOfMemory:
		hint = "end what fills the device's or the machine's memory"
	case SystemNotReady:
		hint = "the machine's NVIDIA services are not up yet; start nvidia-fabricmanager or wait for it"
	case SystemDriverMismatch:
		hint = "the library and the kernel module are of different versions, as after an update; restart the machine"
	case CompatNotSupportedOnDevice:
		hint = "a forward-compatible library (cuda-compat) needs a data-centre GPU; " +
			"take its folder out of LD_LIBRARY_PATH, or update the kernel's driver"
	case NotPermitted:
		hint = "this user may not use the device; add the user to the group that owns /dev/nvidia* (often video), " +
			"or run the container with --gpus all"
	case OperatingSystem:
		hint = "the kernel refused the driver: look at the permissions of /dev/nvidia* (add the user to their group), " +
			"at dmesg, and in a container at --gpus all"
	case Unknown:
		hint = "often /dev/nvidia-uvm is missing or the kernel module is in a bad state: run nvidia-modprobe -u, " +
			"start the container with --gpus all, or restart the machine"
	}
	return fmt.Errorf("%s does not start: %w; %s", s.driver(), s.Init, hint)
}
