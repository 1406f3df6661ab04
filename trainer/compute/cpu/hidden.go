package cpu

import (
	"math"

	"pongpg/trainer/compute"
)

// hiddenTask is the gradient for several outputs. An item is a panel of units for
// all rows, so that no two items add to the same element and the sums stay in order.
type hiddenTask struct {
	k                *kernels
	scratch          []scratch
	dw1, dw2, w1, w2 compute.Tensor
	x                compute.Sparse
	active           compute.Array[uint16]
	d                compute.Tensor
	panel            int
}

// hiddenChunk is how many rows' share of dw2 is summed before the chunks' are, so that a
// GPU can sum chunks side by side.
const hiddenChunk = 4096

func (b *Backend) hiddenGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	b.Zero(dw1)
	b.Zero(dw2)
	blocks, most := w1.Cols/compute.Lanes, b.kernels.panel
	if b.kernels.fusedGrad > 0 {
		most = b.kernels.fusedGrad
	}
	t := &b.tasks.hidden
	*t = hiddenTask{b.kernels, b.scratch, dw1, dw2, w1, w2, x, active, d, b.panel(blocks, most)}
	b.reserve(t.room(t.panel * compute.Lanes))
	b.pool.do(t, grain(blocks, t.panel))
}

func (t *hiddenTask) run(worker, item int) {
	lo, hi := span(t.w1.Cols/compute.Lanes, t.panel, item)
	u, stride, width := lo*compute.Lanes, t.w1.Cols, (hi-lo)*compute.Lanes
	room := t.scratch[worker].floats(t.room(width))
	chunk, room := room[:t.w2.Rows*stride], room[t.w2.Rows*stride:]
	clear(chunk)
	for first := 0; first < t.x.Rows(); {
		end := min(first+hiddenCall, t.x.Rows())
		t.rows(first, end, lo, hi, chunk, room)
		if end%hiddenChunk == 0 || end == t.x.Rows() {
			addRows(tail(t.dw2.Host, u), chunk, t.w2.Rows, stride, width)
			clear(chunk)
		}
		first = end
	}
}

// room returns what a panel of so many units needs beside the weights: its share of a chunk, and
// hidden rows twice.
func (t *hiddenTask) room(width int) int { return t.w2.Rows*t.w1.Cols + 2*hiddenRows*width }

// hiddenCall is how many rows are taken at once, some 100 µs of work: the garbage collector
// cannot interrupt assembly. It divides hiddenChunk.
const hiddenCall = 512

// rows adds the share of rows first to end in blocks lo to hi to dw1, and to chunk.
func (t *hiddenTask) rows(first, end, lo, hi int, chunk, room []float32) {
	const op = "SparseMLPGrad"
	u, stride, blocks := lo*compute.Lanes, t.w1.Cols, hi-lo
	w1, dw1, w2 := tail(t.w1.Host, u), tail(t.dw1.Host, u), tail(t.w2.Host, u)
	if blocks >= 1 && blocks <= t.k.fusedGrad {
		x, rows := t.x.Slice(first, end), end-first
		done := t.k.sparseMLPGrad(dw1, chunk, w1, w2, stride, t.active.Host[first*t.active.Cols+lo:], t.active.Cols,
			x.Entries.Host, rows, x.Entries.Cols, x.Cols, t.d.Host[first*t.d.Cols:], t.d.Cols, blocks)
		if done != rows {
			badEntry(op, x, first, done)
		}
		return
	}
	width := blocks * compute.Lanes
	h, dh := room[:hiddenRows*width], room[hiddenRows*width:]
	for ; first < end; first += hiddenRows {
		x := t.x.Slice(first, min(first+hiddenRows, end))
		rows, entries, slots := x.Rows(), x.Entries.Host, x.Entries.Cols
		if done := t.k.sparseRows(h, width, entries, rows, slots, x.Cols, w1, stride, blocks); done != rows {
			badEntry(op, x, first, done)
		}
		d := t.d.Slice(first, first+rows)
		active := t.active.Host[first*t.active.Cols+lo:]
		t.k.hiddenGrad(dh, chunk, h, active, t.active.Cols, d.Host, w2, stride, rows, d.Cols, blocks)
		t.k.scatterRows(dw1, stride, entries, rows, slots, x.Cols, dh, width, blocks)
	}
}

// addRows adds the first width elements of each row of x to y's; the rows are stride
// apart.
func addRows(y, x []float32, rows, stride, width int) {
	for k := range rows {
		for j, x := range x[k*stride:][:width] {
			y[k*stride+j] += x
		}
	}
}

// hiddenGradGo computes, for each row i and blocks vectors of units,
//
//	dw2[k] += d[i][k]·max(0, h[i]),  dh[i] = (Σ_k d[i][k]·w2[k])∘active[i]
//
// h and dh are [rows][16·blocks], dw2 and w2 have rows of w2Stride elements. h is
// overwritten.
func hiddenGradGo(dh, dw2, h []float32, active []uint16, activeStride int, d, w2 []float32, w2Stride, rows, outputs, blocks int) {
	units := blocks * compute.Lanes
	for i := range rows {
		h, dh, d := h[i*units:][:units], dh[i*units:][:units], d[i*outputs:][:outputs]
		clear(dh)
		for j, x := range h {
			h[j] = relu(x)
		}
		for k, d := range d {
			dw, w, dh := dw2[k*w2Stride:][:len(h)], w2[k*w2Stride:][:len(h)], dh[:len(h)]
			for j, h := range h {
				dw[j] += float32(d * h)
				dh[j] += float32(d * w[j])
			}
		}
		for b := range blocks {
			mask := uint32(active[i*activeStride+b])
			block := (*[compute.Lanes]float32)(dh[b*compute.Lanes:])
			for l, x := range block {
				block[l] = math.Float32frombits(math.Float32bits(x) & -(mask >> l & 1))
			}
		}
	}
}
