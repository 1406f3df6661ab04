//go:build linux && amd64 && cgo

package cuda_test

import (
	"fmt"
	"sync"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/cudatest"
	"pongpg/trainer/compute"
)

// BenchmarkDecision measures a rollout's step as it is without the games, on the machine's own
// GPU: observations up, SparseMLPSample, actions down, and the wait for them, on some
// queues side by side, with a recording and without. A round of all queues is one op.
func BenchmarkDecision(b *testing.B) {
	device := cudatest.Real(b, cuda.Options{})
	table, w2 := compute.New[float32](device, 8214, 208), compute.New[float32](device, 1, 208)
	const most = 16
	for _, rows := range []int{128, 256, 512, 1024} {
		var called, recorded [most]func()
		for i := range most {
			called[i], recorded[i] = decision(device.Queue(), rows, table, w2)
		}
		for _, queues := range []int{1, 2, 4, most} {
			for name, steps := range map[string][most]func(){"called": called, "recorded": recorded} {
				b.Run(fmt.Sprintf("%d rows/%d queues/%s", rows, queues, name), func(b *testing.B) {
					var wait sync.WaitGroup
					for _, step := range steps[:queues] {
						wait.Go(func() {
							for range b.N {
								step()
							}
						})
					}
					wait.Wait()
					b.ReportMetric(float64(queues)*float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mdecisions/s")
				})
			}
		}
	}
	if err := device.Sync(); err != nil {
		b.Error(err)
	}
}

// decision returns what makes a decision for so many rows and waits for it, call by call and
// as a recording.
func decision(q compute.Backend, rows int, table, w2 compute.Tensor) (called, recorded func()) {
	x := compute.NewSparse(q, rows, 6, table.Rows)
	z, p := compute.New[float32](q, rows, 1), compute.New[float32](q, rows, 1)
	active := compute.New[uint16](q, rows, table.Cols/compute.Lanes)
	action, words := compute.New[uint8](q, rows, 1), compute.New[uint32](q, rows, 1)
	entries, actions := compute.Mirror(q, x.Entries), compute.Mirror(q, action)
	for i := range entries {
		entries[i] = compute.Entry(i*997%table.Rows, i%2 == 1)
	}
	ask := func() {
		compute.Upload(q, x.Entries, entries)
		q.SparseMLPSample(action, z, p, active, x, table, w2, compute.Draw{Stream: words, Tick: words})
		compute.Fetch(q, actions, action)
	}
	replay := q.Record(ask)
	return func() { ask(); _ = q.Sync() }, func() { replay(); _ = q.Sync() }
}
