//go:build linux && amd64 && cgo

package main

import (
	"fmt"
	"os"
	"sync"

	"pongpg/cuda/simgpu"
	"pongpg/trainer/compute"
)

// cudaBuilt says whether this build can compute on a GPU.
const cudaBuilt = true

// simulatedMemory is that of the simulated GPU, which takes of the host's what is used.
const simulatedMemory = 8 * gib

// install puts the simulated driver in the place of the machine's. A fault of a kernel
// is told in full, as a driver only numbers it.
var install = sync.OnceFunc(func() {
	simgpu.Install(simgpu.DriverOptions{
		Devices: []simgpu.Options{{MemoryBytes: simulatedMemory}},
		Report:  func(err error) { fmt.Fprintln(os.Stderr, "pongpg: simulated GPU:", oneLine(err)) },
	})
})

func openSimulated(workers int) (compute.Backend, error) {
	install()
	return openCUDA(0, workers)
}
