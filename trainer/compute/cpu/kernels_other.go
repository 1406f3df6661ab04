//go:build !amd64

package cpu

// available lists the kernels that this machine can run.
func available() []*kernels { return []*kernels{&goKernels} }
