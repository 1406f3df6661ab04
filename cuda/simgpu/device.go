package simgpu

import (
	"fmt"
	"runtime"
	"sync"
)

// Options describe a device. The zero value is a device with every check on.
type Options struct {
	Name            string // default "simulated GPU"
	MemoryBytes     int64  // default 1 GiB
	Workers         int    // blocks that run at once; default GOMAXPROCS
	MaxInstructions uint64 // warp instructions of one block before it counts as hung; default 2³²

	SkipRaces         bool // do not look for races
	SkipUninitialised bool // let kernels read memory that nothing has written
	ReadUninitialised bool // let Read and Copy do so
}

// Device is a simulated GPU. Its methods may be called from any goroutine; one at a
// time is performed.
type Device struct {
	opt Options

	mu       sync.Mutex
	table    []*region // by (address − deviceBase) >> chunkShift
	host     []*region // by address
	live     map[uint64]*region
	used     int64
	count    int // of allocations so far
	workers  []*worker
	launches uint64
	executed uint64
}

// New returns a device without allocations.
func New(opt Options) *Device {
	if opt.Name == "" {
		opt.Name = "simulated GPU"
	}
	if opt.MemoryBytes == 0 {
		opt.MemoryBytes = 1 << 30
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.MaxInstructions == 0 {
		opt.MaxInstructions = 1 << 32
	}
	d := &Device{opt: opt, live: map[uint64]*region{}}
	for i := range opt.Workers {
		d.workers = append(d.workers, &worker{d: d, id: i})
	}
	return d
}

// Name is that of the options.
func (d *Device) Name() string { return d.opt.Name }

// Memory returns how many bytes are free, and how many there are.
func (d *Device) Memory() (free, total int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.opt.MemoryBytes - d.used, d.opt.MemoryBytes
}

// Executed returns how many instructions warps have executed so far.
func (d *Device) Executed() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.executed
}

// Allocation is a piece of device memory.
type Allocation struct {
	Address, Size uint64
	Number        int // counts the device's allocations from 1
}

func (a Allocation) String() string {
	return fmt.Sprintf("allocation %d of %d bytes at %#x", a.Number, a.Size, a.Address)
}

// Limits of a launch, as a card of compute capability 6.0 has them.
const (
	maxThreads   = 1024
	maxShared    = 48 << 10
	maxGridX     = 1<<31 - 1
	maxGridYZ    = 1<<16 - 1
	maxBlockZ    = 64
	maxParamSize = 4352
)
