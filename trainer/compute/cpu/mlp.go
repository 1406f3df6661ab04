package cpu

import (
	"math"

	"pongpg/trainer/compute"
)

// hiddenRows is how many rows of hidden units are computed before they are used:
// 16 rows of 208 units are 13 KiB and stay in the L1 cache.
const hiddenRows = 16

type mlpTask struct {
	k       *kernels
	scratch []scratch
	z       compute.Tensor
	active  compute.Array[uint16]
	x       compute.Sparse
	w1, w2  compute.Tensor
}

// SparseMLP implements compute.Backend.
func (b *Backend) SparseMLP(z compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor) {
	const op = "SparseMLP"
	compute.CheckSparseMLP(z, active, x, w1, w2)
	here(op, "z", z)
	here(op, "active", active)
	here(op, "x.Entries", x.Entries)
	here(op, "w1", w1)
	here(op, "w2", w2)
	t := &b.tasks.mlp
	*t = mlpTask{b.kernels, b.scratch, z, active, x, w1, w2}
	b.reserve(hiddenRows * w1.Cols)
	b.pool.do(t, grain(x.Rows(), sparseRowsPerItem))
}

// SparseMLPSample implements compute.Backend by its parts: on the CPU each is as fast
// alone.
func (b *Backend) SparseMLPSample(action compute.Array[uint8], z, p compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor, draw compute.Draw) {
	compute.CheckSparseMLPSample(action, z, p, active, x, w1, w2, draw)
	b.SparseMLP(z, active, x, w1, w2)
	if z.Cols == 1 {
		b.Sigmoid(p, z)
	} else {
		b.Softmax(p, z)
	}
	if n := x.Rows(); len(b.uniform) < n {
		b.uniform = floats(n)
	}
	u := compute.Tensor{Rows: x.Rows(), Cols: 1, Host: b.uniform[:x.Rows()]}
	b.Uniform(u, draw.Seed, draw.Purpose, draw.Stream, draw.Tick, draw.After)
	b.Sample(action, p, u)
}

func (t *mlpTask) run(worker, item int) {
	units := t.w1.Cols
	blocks := units / compute.Lanes
	lo, hi := span(t.x.Rows(), sparseRowsPerItem, item)
	if blocks >= 1 && blocks <= t.k.fused {
		x, z, active := t.x.Slice(lo, hi), t.z.Slice(lo, hi), t.active.Slice(lo, hi)
		done := t.k.sparseMLP(z.Host, active.Host, x.Entries.Host, hi-lo, x.Entries.Cols, x.Cols, t.w1.Host, t.w2.Host, z.Cols, blocks)
		if done != hi-lo {
			badEntry("SparseMLP", x, lo, done)
		}
		return
	}
	h := t.scratch[worker].floats(hiddenRows * units)
	for ; lo < hi; lo += hiddenRows {
		end := min(hi, lo+hiddenRows)
		sparseRows(t.k, "SparseMLP", h, t.x, lo, end, t.w1)
		z, active := t.z.Slice(lo, end), t.active.Slice(lo, end)
		t.k.reluDot(z.Host, active.Host, h, t.w2.Host, end-lo, t.z.Cols, blocks)
	}
}

// reluDotGo writes z[i][k] = lanesum(max(0, h[i])∘w2[k]) and which units of h[i] are
// above 0. h is [rows][16·blocks], w2 [outputs][16·blocks]. h is overwritten.
func reluDotGo(z []float32, active []uint16, h, w2 []float32, rows, outputs, blocks int) {
	units := blocks * compute.Lanes
	for i := range rows {
		h := h[i*units:][:units]
		for b := range blocks {
			var mask uint32
			block := (*[compute.Lanes]float32)(h[b*compute.Lanes:])
			for l, x := range block {
				on := above(x)
				mask |= on & 1 << l
				block[l] = math.Float32frombits(math.Float32bits(x) & on)
			}
			active[i*blocks+b] = uint16(mask)
		}
		for k := range outputs {
			var lanes [compute.Lanes]float32
			for b := range blocks {
				h := (*[compute.Lanes]float32)(h[b*compute.Lanes:])
				w := (*[compute.Lanes]float32)(w2[k*units+b*compute.Lanes:])
				for l := range lanes {
					lanes[l] += float32(h[l] * w[l])
				}
			}
			z[i*outputs+k] = fold(&lanes)
		}
	}
}
