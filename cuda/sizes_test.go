//go:build linux && amd64 && cgo

package cuda_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/cudatest"
	"pongpg/cuda/simgpu"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// TestLongLines compares Blur with the CPU's where lines or the radius are too long for
// shared memory, and where they just fit.
func TestLongLines(t *testing.T) {
	device := cudatest.Simulated(t, cuda.Options{})
	host, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ height, width, units, radius int }{
		{1, 126, 16, 1}, {1, 127, 16, 1}, {150, 2, 48, 3}, {130, 2, 16, 90}, {3, 2, 16, 500}, {2, 70, 32, 64},
	} {
		image := make([]float32, c.height*c.width*c.units)
		for i := range image {
			image[i] = float32(rng.NormFloat64())
		}
		var got [2][]float32
		for i, b := range []compute.Backend{host, device} {
			g := compute.New[float32](b, c.height*c.width, c.units)
			compute.Upload(b, g, image)
			b.Blur(g, c.height, c.width, c.radius)
			got[i] = make([]float32, len(image))
			compute.Download(b, got[i], g)
		}
		for i := range image {
			if got[0][i] != got[1][i] {
				t.Errorf("%+v: element %d is %v on the CPU, %v on the device", c, i, got[0][i], got[1][i])
				break
			}
		}
	}
	if err := device.Sync(); err != nil {
		t.Fatal(err)
	}
}

// TestBadEntry checks what becomes of an observation with a column that is not there: the
// kernel stops, and Sync says so.
func TestBadEntry(t *testing.T) {
	const rows, cols, units = 100, 5, 16
	for _, c := range []struct {
		operation, kernel, code string
		call                    func(b compute.Backend, bad compute.Sparse, entries []uint16)
	}{
		{"SparseMLP", "sparse_mlp", "CUDA_ERROR_LAUNCH_FAILED (719)", func(b compute.Backend, bad compute.Sparse, _ []uint16) {
			w1, w2, z := compute.New[float32](b, cols, units), compute.New[float32](b, 1, units), compute.New[float32](b, rows, 1)
			b.SparseMLP(z, compute.New[uint16](b, rows, 1), bad, w1, w2)
		}},
		{"SparseImage", "sparse_image", "CUDA_ERROR_ILLEGAL_INSTRUCTION (715)", func(b compute.Backend, bad compute.Sparse, _ []uint16) {
			b.SparseImage(compute.New[float32](b, 3*rows, 1), bad, compute.NewSparse(b, cols, 1, 3))
		}},
		{"SparseImage", "sparse_image", "CUDA_ERROR_ILLEGAL_INSTRUCTION (715)", func(b compute.Backend, bad compute.Sparse, entries []uint16) {
			for i := range entries { // m has the bad row, of which x has the number
				entries[i] = compute.Entry(i/2, false)
			}
			x := compute.NewSparse(b, rows, 2, rows)
			compute.Upload(b, x.Entries, entries)
			b.SparseImage(compute.New[float32](b, cols*rows, 1), x, bad)
		}},
	} {
		for _, synchronous := range []bool{false, true} {
			var faults []error
			d, restore := simgpu.Install(simgpu.DriverOptions{Report: func(err error) { faults = append(faults, err) }})
			b, err := cuda.Open(cuda.Options{Synchronous: synchronous})
			if err != nil {
				t.Fatal(err)
			}
			x := compute.NewSparse(b, rows, 2, cols)
			entries := make([]uint16, 2*rows)
			entries[77] = compute.Entry(cols, true)
			compute.Upload(b, x.Entries, entries)
			c.call(b, x, entries)
			z := compute.New[float32](b, 1, 1)
			b.Sigmoid(z, z)
			var failed *compute.DeviceError
			if err := b.Sync(); !errors.As(err, &failed) || !strings.Contains(err.Error(), c.code) {
				t.Errorf("%s: Sync: %v", c.operation, err)
			} else if failed.Exact != synchronous || synchronous && failed.Operation != c.operation {
				t.Errorf("%s: the error is of %s, exactly: %v", c.operation, failed.Operation, failed.Exact)
			}
			if len(faults) != 1 || !strings.Contains(fmt.Sprint(faults), c.kernel) {
				t.Errorf("%s: the simulated device reports %v", c.operation, faults)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			for _, leak := range d.Leaks() {
				t.Errorf("%s: not given back: %s", c.operation, leak)
			}
			restore()
		}
	}
}
