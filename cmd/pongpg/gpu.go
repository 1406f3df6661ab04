package main

import (
	"fmt"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

// gpuAccess is how the commands get at GPUs. Tests put another in its place, so that they
// are the same on machines with a GPU and without.
type gpuAccess struct {
	// find looks for the driver.
	find func() driver.Status
	// list returns what the driver shows, once it can be used.
	list func() ([]gpu, error)
	// open returns the GPU of a number as a backend, for so many workers of the host (0:
	// one a processor). The error is driver.ErrNoDevice if there is no GPU to be had.
	open func(ordinal, workers int) (compute.Backend, error)
	// simulated returns a simulated GPU. Afterwards there is no other in this process.
	simulated func(workers int) (compute.Backend, error)
}

var gpus = gpuAccess{find: driver.Find, list: listCUDA, open: openCUDA, simulated: openSimulated}

// gpu is what is known of a GPU; docs/command.md has its JSON.
type gpu struct {
	Device     string `json:"device"` // as --device takes it
	Name       string `json:"name"`
	Memory     int64  `json:"memory_bytes"`
	Free       int64  `json:"free_bytes"`
	Capability string `json:"compute_capability"`
	SMs        int    `json:"sms"` // streaming multiprocessors
}

// gib is a binary gigabyte.
const gib = 1 << 30

// text says it in words.
func (g *gpu) text() string {
	return fmt.Sprintf("%s, %.1f GiB (%.1f free), compute capability %s, %d multiprocessors", g.Name, float64(g.Memory)/gib, float64(g.Free)/gib, g.Capability, g.SMs)
}
