//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"runtime"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
)

// Devices lists the GPUs of this machine, those that cannot be used included (Device.Err).
// The error is ErrNoDevice if there is none, and another if the driver does not work.
// It starts each GPU for a moment, which takes some tenths of a second.
func Devices() ([]Device, error) {
	n, err := count()
	if err != nil {
		return nil, err
	}
	devices := make([]Device, n)
	for i := range devices {
		devices[i] = look(i)
		if devices[i].Err == nil {
			devices[i].Free, devices[i].Err = devices[i].free()
		}
	}
	return devices, nil
}

// count loads the driver and returns the number of devices, which is not 0.
func count() (int, error) {
	status := driver.Find()
	if err := status.Err(); err != nil {
		return 0, fmt.Errorf("cuda: %w", err)
	}
	return status.Devices, nil
}

// look asks for what is known without starting the device.
func look(ordinal int) Device {
	d := Device{Ordinal: ordinal, Free: -1, DriverVersion: driver.Find().Version}
	handle, err := cu.GetDevice(ordinal)
	if err == nil {
		d.Name, err = handle.Name()
	}
	if err == nil {
		d.Memory, err = handle.TotalMem()
	}
	attribute := func(a cu.DeviceAttribute) int {
		x, e := handle.Attribute(a)
		if err == nil {
			err = e
		}
		return x
	}
	if err == nil {
		d.Major, d.Minor = attribute(cu.ComputeCapabilityMajor), attribute(cu.ComputeCapabilityMinor)
		d.SMs = attribute(cu.MultiprocessorCount)
		d.BusID = fmt.Sprintf("%04x:%02x:%02x.0", attribute(cu.PciDomainID), attribute(cu.PciBusID), attribute(cu.PciDeviceID))
	}
	if err != nil {
		d.Err = fmt.Errorf("%s: %w", d.ID(), explain(err))
		return d
	}
	// What a driver may do without.
	if khz, e := handle.Attribute(cu.ClockRate); e == nil {
		d.ClockMHz = khz / 1000
	}
	if khz, e := handle.Attribute(cu.MemoryClockRate); e == nil {
		d.MemoryMHz = khz / 1000
	}
	if id, e := handle.UUID(); e == nil {
		d.UUID = "GPU-" + id.String()
	}
	if d.Major*10+d.Minor < minMajor*10+minMinor {
		d.Err = fmt.Errorf("%s has compute capability %d.%d; the kernels need %d.%d or later: use another card, or the CPU", d, d.Major, d.Minor, minMajor, minMinor)
	}
	return d
}

// free starts the device and returns how much of its memory no program uses.
func (d Device) free() (bytes int64, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	handle, err := cu.GetDevice(d.Ordinal)
	if err != nil {
		return -1, d.failed("look for the device", err)
	}
	context, err := handle.RetainPrimaryCtx()
	if err != nil {
		return -1, d.failed("start the device", err)
	}
	defer func() {
		if e := handle.ReleasePrimaryCtx(); err == nil && e != nil {
			bytes, err = -1, d.failed("let go of the device", e)
		}
	}()
	if err = cu.SetCurrentContext(context); err != nil {
		return -1, d.failed("start the device", err)
	}
	if bytes, _, err = cu.MemInfo(); err != nil {
		return -1, d.failed("ask for the free memory", err)
	}
	return bytes, nil
}

// failed wraps an error of the driver before there is a backend.
func (d Device) failed(what string, err error) error {
	return fmt.Errorf("%s: %s: %w", d, what, explain(err))
}
