// Package cuda is compute.Backend on one NVIDIA GPU.
//
// An operation is a launch of the kernel of its name (package kernels) on the stream of
// its queue; a queue is a stream. Nothing is waited for but in Sync, which is also
// where the device's first error comes out, as a *compute.DeviceError. The driver is
// called through gorgonia.org/cu, and what that lacks through package cuda/driver,
// which finds the driver at run time: where there is none, Open says so (ErrNoDevice),
// and a program goes on with the CPU.
//
// The results are the bits of the backend on the CPU. The same kernels, and this
// package around them, run without a GPU too, on the device that package cuda/simgpu simulates;
// so the tests need none.
//
// CUDA needs cgo on linux/amd64. Other builds have the same names, and their Open
// returns ErrNoDevice.
package cuda
