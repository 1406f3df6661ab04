package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"

	"pongpg/cuda"
	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// testGPU is the environment variable that says which GPU a command of the tests finds:
//
//	none      no driver (the default)
//	real      what the machine has
//	broken    a driver that does not start
//	good      one that computes as the CPU does
//	fails N   one that fails after N updates
//	wrong     one with a wrong bit in the gradient of update 2
//	small     one with little memory
//	shares    one that draws a wrong action, its third, from memory that it shares with the host
const testGPU = "PONGPG_TEST_GPU"

// useTestGPU makes the commands find the GPU of that name.
func useTestGPU(name string) {
	kind, number, _ := strings.Cut(name, " ")
	found := driver.Status{Path: "/lib/libcuda.so.1", Version: 13010, Devices: 1}
	fake := &fakeDevice{failAfter: math.MaxInt64, free: 79 << 30}
	switch kind {
	case "real":
		return
	case "", "none":
		found = driver.Status{Load: "libcuda.so.1: cannot open shared object file: No such file or directory"}
	case "broken":
		found.Init = driver.SystemDriverMismatch
	case "good":
	case "fails":
		if _, err := fmt.Sscan(number, &fake.failAfter); err != nil {
			panic(err)
		}
	case "wrong":
		fake.wrongGradient = 2
	case "small":
		fake.free = 30 << 20
	case "shares":
		fake.wrongShared = 3
	default:
		panic("no such GPU: " + name)
	}
	gpus = gpuAccess{
		find: func() driver.Status { return found },
		list: func() ([]cuda.Device, error) { return []cuda.Device{fake.card()}, nil },
		open: func(ordinal, workers int) (compute.Backend, error) {
			if err := found.Err(); err != nil {
				return nil, err
			}
			if ordinal > 0 {
				return nil, fmt.Errorf("there is no cuda:%d: the only GPU is cuda:0", ordinal)
			}
			b, err := cpu.New(cpu.Options{Workers: workers})
			return &fakeGPU{Backend: b, device: fake}, err
		},
		simulated: gpus.simulated,
	}
}

// fakeDevice is what the queues of a fakeGPU share.
type fakeDevice struct {
	failAfter, wrongGradient, wrongShared int64
	free                                  int64 // bytes

	shares               atomic.Bool
	gradients, decisions atomic.Int64
}

func (f *fakeDevice) card() cuda.Device {
	return cuda.Device{Name: "Fake", Memory: 80 << 30, Free: f.free, Major: 9, SMs: 132}
}

// fakeGPU is a backend on the CPU that looks like a GPU.
type fakeGPU struct {
	compute.Backend
	device *fakeDevice
}

func (f *fakeGPU) Name() string        { return "cuda:0 (Fake)" }
func (f *fakeGPU) Device() cuda.Device { return f.device.card() }
func (f *fakeGPU) Async() bool         { return true }
func (f *fakeGPU) Queue() compute.Backend {
	return &fakeGPU{Backend: f.Backend.Queue(), device: f.device}
}

func (f *fakeGPU) Shared(bytes int) compute.Memory {
	f.device.shares.Store(true)
	return f.Backend.Shared(bytes)
}

// Sync fails once more gradients have been asked for than there are updates before the
// failure.
func (f *fakeGPU) Sync() error {
	if f.device.gradients.Load() > f.device.failAfter {
		return &compute.DeviceError{Device: f.Name(), Operation: "SparseMLPGrad", Err: errors.New("it has fallen off the bus; put it back")}
	}
	return f.Backend.Sync()
}

func (f *fakeGPU) SparseMLPGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	f.Backend.SparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	if f.device.gradients.Add(1) == f.device.wrongGradient {
		at := &dw1.Host[33*dw1.Cols+5]
		*at = math.Float32frombits(math.Float32bits(*at) ^ 1)
	}
}

func (f *fakeGPU) SparseMLPSample(action compute.Array[uint8], z, p compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor, draw compute.Draw) {
	f.Backend.SparseMLPSample(action, z, p, active, x, w1, w2, draw)
	if f.device.shares.Load() && f.device.decisions.Add(1) == f.device.wrongShared {
		action.Host[0] ^= 1
	}
}
