// Package driver finds the NVIDIA driver while the program runs, so that one binary
// serves machines with a GPU and without.
//
// gorgonia.org/cu, the binding to CUDA's driver API, asks for libcuda.so when it is
// linked, and ends the program when there is no device. This package stands
// between the two. It holds
//
//   - include/cuda.h, the part of the driver API that is used, which gorgonia.org/cu
//     is compiled against (the Makefile's CGO_CFLAGS say so), and libcuda.a, an archive of
//     nothing that satisfies its -lcuda;
//   - a definition of every driver function, each a forward through one table. The table is
//     empty until Find loads libcuda.so.1 and fills it; a function called before that returns
//     NotInitialized, and one that the driver lacks NotSupported. cuInit alone
//     always succeeds and does nothing: gorgonia.org/cu calls it from init, and a
//     command that needs no device should not pay for one;
//   - Simulate, which fills the table with a Simulator's functions instead;
//   - pinned memory and graphs, which gorgonia.org/cu lacks.
//
// The table needs cgo on linux/amd64. In other builds Find says so, and the rest is
// left out.
package driver

//go:generate go run ./gen
