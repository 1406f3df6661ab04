package cpu

import "pongpg/trainer/compute"

// sparseRowsPerItem is how many sparse rows an item covers: a few microseconds.
const sparseRowsPerItem = 64

type sparseTask struct {
	k *kernels
	y compute.Tensor
	x compute.Sparse
	w compute.Tensor
}

// SparseMatMul implements compute.Backend.
func (b *Backend) SparseMatMul(y compute.Tensor, x compute.Sparse, w compute.Tensor) {
	const op = "SparseMatMul"
	compute.CheckSparseMatMul(y, x, w)
	here(op, "y", y)
	here(op, "x.Entries", x.Entries)
	here(op, "w", w)
	if y.Len() == 0 {
		return
	}
	t := &b.tasks.sparse
	*t = sparseTask{b.kernels, y, x, w}
	b.pool.do(t, grain(x.Rows(), sparseRowsPerItem))
}

func (t *sparseTask) run(_, item int) {
	lo, hi := span(t.x.Rows(), sparseRowsPerItem, item)
	sparseRows(t.k, "SparseMatMul", t.y.Host[lo*t.y.Cols:], t.x, lo, hi, t.w)
}

// sparseRows computes rows lo to hi of y = x·w, w.Cols units each, a panel of them
// at a time. y starts at row lo.
func sparseRows(k *kernels, op string, y []float32, x compute.Sparse, lo, hi int, w compute.Tensor) {
	part := x.Slice(lo, hi)
	blocks := w.Cols / compute.Lanes
	for b := 0; b < blocks; b += k.panel {
		u := b * compute.Lanes
		panel := min(k.panel, blocks-b)
		done := k.sparseRows(y[u:], w.Cols, part.Entries.Host, hi-lo, x.Entries.Cols, x.Cols, tail(w.Host, u), w.Cols, panel)
		if done != hi-lo {
			badEntry(op, part, lo, done)
		}
	}
}

// tail returns s[lo:], and nothing where s is shorter.
func tail(s []float32, lo int) []float32 { return s[min(lo, len(s)):] }

// sparseRowsGo writes the first blocks of the rows of y = x·w and returns how many
// rows that were: fewer than rows if the next has a column ≥ cols.
func sparseRowsGo(y []float32, yStride int, entries []uint16, rows, width, cols int, w []float32, wStride, blocks int) int {
	units := blocks * compute.Lanes
	for i := range rows {
		sum := y[i*yStride:][:units]
		clear(sum)
		for _, e := range entries[i*width:][:width] {
			if e == compute.End {
				break
			}
			col := compute.EntryCol(e)
			if col >= cols {
				return i
			}
			row := w[col*wStride:][:len(sum)]
			if e&1 == 0 {
				for j := range sum {
					sum[j] += row[j]
				}
			} else {
				for j := range sum {
					sum[j] -= row[j]
				}
			}
		}
	}
	return rows
}

type sparseGradTask struct {
	k     *kernels
	dw    compute.Tensor
	x     compute.Sparse
	dy    compute.Tensor
	panel int
}

// SparseMatMulGrad implements compute.Backend. An item is a panel of units for all
// rows, so that no two items add to the same element and the sums stay in order.
func (b *Backend) SparseMatMulGrad(dw compute.Tensor, x compute.Sparse, dy compute.Tensor) {
	const op = "SparseMatMulGrad"
	blocks := compute.CheckSparseMatMulGrad(dw, x, dy)
	here(op, "dw", dw)
	here(op, "x.Entries", x.Entries)
	here(op, "dy", dy)
	if dy.Len() == 0 {
		return
	}
	t := &b.tasks.sparseGrad
	*t = sparseGradTask{b.kernels, dw, x, dy, b.panel(blocks, b.kernels.panel)}
	b.pool.do(t, grain(blocks, t.panel))
}

func (t *sparseGradTask) run(_, item int) {
	units := t.dy.Cols
	lo, hi := span(units/compute.Lanes, t.panel, item)
	u := lo * compute.Lanes
	for first := 0; first < t.x.Rows(); first += scatterCall {
		x := t.x.Slice(first, min(first+scatterCall, t.x.Rows()))
		done := t.k.scatterRows(tail(t.dw.Host, u), units, x.Entries.Host, x.Rows(), x.Entries.Cols, x.Cols, t.dy.Host[first*units+u:], units, hi-lo)
		if done != x.Rows() {
			badEntry("SparseMatMulGrad", x, first, done)
		}
	}
}

// scatterCall is how many rows one call of scatterRows takes, some 100 µs of work:
// the garbage collector cannot interrupt assembly.
const scatterCall = 1024

// panel returns how many blocks an item takes where the items are panels of units:
// all workers busy, and none with more than most blocks.
func (b *Backend) panel(blocks, most int) int {
	return max(1, min(most, grain(blocks, b.pool.workers)))
}

// scatterRowsGo adds ±dy[i] to the first blocks of dw's row of each entry and
// returns the number of rows done, as sparseRowsGo does.
func scatterRowsGo(dw []float32, dwStride int, entries []uint16, rows, width, cols int, dy []float32, dyStride, blocks int) int {
	units := blocks * compute.Lanes
	for i := range rows {
		add := dy[i*dyStride:][:units]
		for _, e := range entries[i*width:][:width] {
			if e == compute.End {
				break
			}
			col := compute.EntryCol(e)
			if col >= cols {
				return i
			}
			sum := dw[col*dwStride:][:len(add)]
			if e&1 == 0 {
				for j := range sum {
					sum[j] += add[j]
				}
			} else {
				for j := range sum {
					sum[j] -= add[j]
				}
			}
		}
	}
	return rows
}
