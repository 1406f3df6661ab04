package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/cuda"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// deviceOptions are the flags that say what computes. None of them changes any result.
type deviceOptions struct {
	device  string
	workers int64
	isa     string
}

// maxWorkers is more than any machine has processors.
const maxWorkers = 4096

const deviceUsage = "'auto' (the first GPU if there is one, else the CPU), 'cpu', 'cuda', 'cuda:N' or 'sim' (a simulated GPU: slow, for checks)"

func (o *deviceOptions) flags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "device", Value: "auto", DefaultText: "auto", Destination: &o.device, Usage: "what computes: " + deviceUsage},
	}, o.hostFlags()...)
}

// hostFlags returns the flags that are about the CPU.
func (o *deviceOptions) hostFlags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: "workers", Value: into(&o.workers, parseWhole), DefaultText: "one per processor", Usage: "goroutines that play and compute; results do not depend on it"},
		&cli.GenericFlag{Name: "isa", Value: &value[string]{parse: parseText, put: func(s string) { o.isa = s }}, Hidden: true, Usage: "instruction set of the CPU backend, to compare them; results do not depend on it"},
	}
}

func parseText(s string) (string, error) { return s, nil }

// checkWorkers returns an error for an impossible --workers.
func (o *deviceOptions) checkWorkers(c *cli.Context) error {
	if c.IsSet("workers") && (o.workers < 1 || o.workers > maxWorkers) {
		return usageErrorf("--workers %d is impossible: it must be in 1 … %d, or left out for one per processor", o.workers, maxWorkers)
	}
	return nil
}

// check returns an error for flags that name no device on any machine. It opens none.
func (o *deviceOptions) check(c *cli.Context) error {
	if err := o.checkWorkers(c); err != nil || o.device == "auto" {
		return err
	}
	_, _, err := parseDevice("device", o.device)
	return err
}

// open returns the device to compute on, and why it is that one.
func (o *deviceOptions) open(c *cli.Context) (b compute.Backend, why string, err error) {
	if err := o.checkWorkers(c); err != nil {
		return nil, "", err
	}
	if o.device != "auto" {
		b, err = o.openNamed("device", o.device)
		return b, "asked for by --device", withoutGPU(err)
	}
	// The GPU if there is one; the CPU only if there is none.
	if b, err = gpus.open(0, int(o.workers)); !errors.Is(err, cuda.ErrNoDevice) {
		return b, "the first GPU", withoutGPU(err)
	}
	why = noGPU(err)
	b, err = o.openCPU()
	return b, why, err
}

// openNamed returns the device that a flag names.
func (o *deviceOptions) openNamed(flag, name string) (compute.Backend, error) {
	kind, ordinal, err := parseDevice(flag, name)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "cpu":
		return o.openCPU()
	case "sim":
		return gpus.simulated(int(o.workers))
	}
	return gpus.open(ordinal, int(o.workers))
}

// parseDevice returns "cpu", "sim" or "cuda", and which GPU.
func parseDevice(flag, name string) (kind string, ordinal int, err error) {
	if number, found := strings.CutPrefix(name, "cuda:"); found {
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return "", 0, usageErrorf("--%s %q names no GPU: write cuda:0 for the first, cuda:1 for the second; pongpg devices lists them", flag, name)
		}
		return "cuda", int(n), nil
	}
	if !slices.Contains([]string{"cpu", "sim", "cuda"}, name) {
		return "", 0, usageErrorf("--%s %q is not one of auto, cpu, cuda, cuda:N, sim", flag, name)
	}
	return name, 0, nil
}

func (o *deviceOptions) openCPU() (compute.Backend, error) {
	b, err := cpu.New(cpu.Options{Workers: int(o.workers), ISA: o.isa})
	if err != nil {
		return nil, asUsage(err)
	}
	return b, nil
}

// noGPU returns why there is no GPU.
func noGPU(err error) string { return strings.TrimPrefix(oneLine(err), "cuda: ") }

// withoutGPU adds to an error of a GPU how to do without one.
func withoutGPU(err error) error {
	if usage := (*exitError)(nil); err == nil || errors.As(err, &usage) {
		return err
	}
	return fmt.Errorf("%w; --device cpu computes without a GPU", err)
}

// deviceFailed reports whether err is the failure of a device, which another would not
// have had.
func deviceFailed(err error) bool {
	var failure *compute.DeviceError
	return errors.As(err, &failure)
}
