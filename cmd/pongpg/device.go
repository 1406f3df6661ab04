package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

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

func (o *deviceOptions) flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "device", Value: "auto", DefaultText: "auto", Destination: &o.device, Usage: "what computes: 'auto' (the GPU if there is one, else the CPU), 'cpu' or 'cuda'"},
		&cli.GenericFlag{Name: "workers", Value: into(&o.workers, parseWhole), DefaultText: "one per processor", Usage: "goroutines that play and compute; results do not depend on it"},
		&cli.GenericFlag{Name: "isa", Value: &value[string]{parse: parseText, put: func(s string) { o.isa = s }}, Hidden: true, Usage: "instruction set of the CPU backend, to compare them; results do not depend on it"},
	}
}

func parseText(s string) (string, error) { return s, nil }

// open returns the device to compute on, and why it is that one.
func (o *deviceOptions) open(c *cli.Context) (b compute.Backend, why string, err error) {
	if c.IsSet("workers") && (o.workers < 1 || o.workers > maxWorkers) {
		return nil, "", usageErrorf("--workers %d is impossible: it must be in 1 … %d, or left out for one per processor", o.workers, maxWorkers)
	}
	switch o.device {
	case "cpu":
		b, err = o.openCPU()
		return b, "asked for by --device", err
	case "cuda":
		b, err = openCUDA()
		return b, "asked for by --device", err
	case "auto":
		// The GPU if there is one; the CPU only if there is none.
		if b, err = openCUDA(); !errors.Is(err, errNoCUDA) {
			return b, "the first GPU", err
		}
		b, err = o.openCPU()
		return b, errNoCUDA.Error(), err
	}
	return nil, "", usageErrorf("--device %q is not one of auto, cpu, cuda", o.device)
}

func (o *deviceOptions) openCPU() (compute.Backend, error) {
	b, err := cpu.New(cpu.Options{Workers: int(o.workers), ISA: o.isa})
	if err != nil {
		return nil, asUsage(err)
	}
	return b, nil
}

// errNoCUDA says that there is no GPU to be had.
var errNoCUDA = errors.New("no CUDA in this build")

func openCUDA() (compute.Backend, error) {
	return nil, fmt.Errorf("%w, which was looked for as --device cuda asks; use --device cpu, or auto for a GPU where there is one", errNoCUDA)
}
