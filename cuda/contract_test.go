//go:build linux && amd64 && cgo

package cuda_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/cudatest"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/computetest"
)

// TestContract holds the committed kernels to the contract, bit for bit, on the simulated
// device, with every check that it has.
func TestContract(t *testing.T) {
	if testing.Short() && raceDetector {
		t.Skip("minutes; TestQueues is what the race detector is for")
	}
	computetest.Run(t, cudatest.Simulated(t, cuda.Options{Workers: 2}))
}

// TestQueueContract does so for a queue, each of whose operations is waited for.
func TestQueueContract(t *testing.T) {
	if testing.Short() {
		t.Skip("TestContract runs the same kernels")
	}
	computetest.Run(t, cudatest.Simulated(t, cuda.Options{Synchronous: true}).Queue())
}

// TestQueues makes decisions in pieces, a queue and a goroutine each, side by side, and
// expects the bits of one call.
func TestQueues(t *testing.T) {
	b := cudatest.Simulated(t, cuda.Options{})
	const rows, piece, width, cols, units = 96, 24, 2, 9, 16
	rng := rand.New(rand.NewPCG(1, 3))
	floats := func(rows, cols int) compute.Tensor {
		x, host := compute.New[float32](b, rows, cols), make([]float32, rows*cols)
		for i := range host {
			host[i] = float32(rng.NormFloat64())
		}
		compute.Upload(b, x, host)
		return x
	}
	x := compute.NewSparse(b, rows, width, cols)
	entries := make([]uint16, rows*width)
	for i := range entries {
		entries[i] = compute.Entry(rng.IntN(cols), rng.IntN(2) == 0)
	}
	compute.Upload(b, x.Entries, entries)
	w1, w2 := floats(cols, units), floats(1, units)
	words := compute.New[uint32](b, rows, 1)
	decide := func(q compute.Backend, lo, hi int, action compute.Array[uint8], z, p compute.Tensor, active compute.Array[uint16]) {
		q.SparseMLPSample(action.Slice(lo, hi), z.Slice(lo, hi), p.Slice(lo, hi), active.Slice(lo, hi), x.Slice(lo, hi), w1, w2,
			compute.Draw{Seed: 5, Stream: words.Slice(lo, hi), Tick: words.Slice(lo, hi), After: uint32(lo)})
	}
	var got [2][]float32
	for side := range got {
		action, active := compute.New[uint8](b, rows, 1), compute.New[uint16](b, rows, 1)
		z, p := floats(rows, 1), floats(rows, 1)
		if err := b.Sync(); err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for lo := 0; lo < rows; lo += piece {
			if side == 0 {
				decide(b, lo, lo+piece, action, z, p, active)
				continue
			}
			wait.Go(func() {
				q := b.Queue()
				replay := q.Record(func() { decide(q, lo, lo+piece, action, z, p, active) })
				for range 5 {
					replay()
				}
				if err := q.Sync(); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		got[side] = make([]float32, 2*rows)
		compute.Download(b, got[side][:rows], z)
		compute.Download(b, got[side][rows:], p)
	}
	if !slices.Equal(got[0], got[1]) {
		t.Errorf("in pieces %v, at once %v", got[1], got[0])
	}
}

// TestDeviceContract is TestContract on the machine's own GPU.
func TestDeviceContract(t *testing.T) { computetest.Run(t, cudatest.Real(t, cuda.Options{})) }

// TestDeviceQueueContract holds a queue to the contract, beside the backend that it is of.
func TestDeviceQueueContract(t *testing.T) {
	computetest.Run(t, cudatest.Real(t, cuda.Options{}).Queue())
}

// BenchmarkDevice measures every operation on the machine's own GPU.
func BenchmarkDevice(b *testing.B) { computetest.Benchmark(b, cudatest.Real(b, cuda.Options{})) }
