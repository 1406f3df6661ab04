package main

import (
	"fmt"

	"pongpg/cuda"
	"pongpg/cuda/driver"
	"pongpg/trainer"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/meter"
)

// gpuAccess is how the commands get at GPUs. Tests put another in its place, so that they
// are the same on machines with a GPU and without.
type gpuAccess struct {
	// find looks for the driver.
	find func() driver.Status
	// list returns what the driver shows, once it can be used.
	list func() ([]cuda.Device, error)
	// open returns the GPU of a number as a backend, for so many workers of the host (0:
	// one a processor). The error is cuda.ErrNoDevice if there is no GPU to be had.
	open func(ordinal, workers int) (compute.Backend, error)
	// simulated returns a simulated GPU. Afterwards there is no other in this process.
	simulated func(workers int) (compute.Backend, error)
}

var gpus = gpuAccess{find: driver.Find, list: cuda.Devices, open: openCUDA, simulated: openSimulated}

func openCUDA(ordinal, workers int) (compute.Backend, error) {
	b, err := cuda.Open(cuda.Options{Ordinal: ordinal, Workers: workers})
	if err != nil {
		return nil, err // and no *cuda.Backend that is nil
	}
	return b, nil
}

// gpu is a backend that knows its card.
type gpu interface{ Device() cuda.Device }

// gib is a binary gigabyte.
const gib = 1 << 30

// recordingBytes is what a device takes for a recorded request (trainer/rollout.go).
const recordingBytes = 10 << 10

// checkMemory returns an error if b is a GPU with less free memory than a run of config
// takes.
func checkMemory(config trainer.Config, b compute.Backend) error {
	g, ok := b.(gpu)
	if !ok {
		return nil
	}
	device := g.Device()
	if device.Free < 0 { // unknown
		return nil
	}
	m := meter.New(meter.Options{Async: b.Async(), Workers: b.Workers(), Scratch: cuda.ScratchBytes})
	if err := trainer.Allocate(config, m); err != nil {
		return err
	}
	usage := m.Usage()
	need := usage.Device + int64(usage.Recordings)*recordingBytes
	if need <= device.Free {
		return nil
	}
	flags := "--envs, --batch-decisions or --hidden"
	switch {
	case config.Algorithm == trainer.CEM:
		flags = "--population or --envs"
	case config.BatchEpisodes > 0:
		flags = "--batch-episodes or --hidden"
	}
	return fmt.Errorf("the run takes %.2f GiB of %s, which has %.2f GiB free of %.2f: lower %s, or end what else uses the GPU (nvidia-smi lists it)",
		float64(need)/gib, b.Name(), float64(device.Free)/gib, float64(device.Memory)/gib, flags)
}
