package cuda

import "fmt"

// Options says which GPU to use, and how. None changes any result.
type Options struct {
	// Ordinal is the GPU's number, from 0, as the driver counts those that
	// CUDA_VISIBLE_DEVICES leaves it.
	Ordinal int

	// Workers is how many goroutines the host has for its own part of the work; 0 is
	// GOMAXPROCS. See compute.Backend.Workers.
	Workers int

	// Synchronous waits after every operation, so that an error names the operation that
	// failed and not one after it. It is slow. PONGPG_CUDA_SYNC=1 in the environment
	// does the same.
	Synchronous bool
}

// Device is what is known of a GPU.
type Device struct {
	Ordinal       int
	Name          string // as "NVIDIA H200"
	Memory        int64  // bytes
	Free          int64  // bytes that no program uses; −1 if the device could not be asked
	Major, Minor  int    // compute capability
	SMs           int    // multiprocessors
	ClockMHz      int    // of the multiprocessors, at most; 0 if unknown
	MemoryMHz     int    // of the memory, at most; 0 if unknown
	BusID         string // on PCI, as "0000:3b:00.0"
	UUID          string // as nvidia-smi prints it; "" if unknown
	DriverVersion int    // CUDA version of the driver, as 13000 for 13.0

	// Err says why the GPU cannot be used, and what to do; nil if it can.
	Err error
}

// ID returns what names the device among others of the machine, as "cuda:0".
func (d Device) ID() string { return fmt.Sprintf("cuda:%d", d.Ordinal) }

// String returns the name of a backend on the device, as "cuda:0 (NVIDIA H200)".
func (d Device) String() string { return fmt.Sprintf("%s (%s)", d.ID(), d.Name) }

// The kernels are compiled for this compute capability, which later cards run too.
const (
	minMajor = 6
	minMinor = 0
)
