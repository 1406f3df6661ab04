//go:build linux && amd64 && cgo

package cuda

import (
	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// SparseMatMulGrad implements compute.Backend.
func (b *Backend) SparseMatMulGrad(dw compute.Tensor, x compute.Sparse, dy compute.Tensor) {
	const op = "SparseMatMulGrad"
	compute.CheckSparseMatMulGrad(dw, x, dy)
	if dw.Len() == 0 || x.Entries.Len() == 0 {
		return
	}
	step := slabRows(x.Entries.Cols)
	for lo := 0; lo < x.Rows(); lo += step {
		hi := min(lo+step, x.Rows())
		s := b.sort(op, x.Slice(lo, hi), allRows)
		b.launch(op, kernels.SparseMatMulGrad, panels(dw), pointer(dw), pointer(dy.Slice(lo, hi)), s.links, s.starts, u32(dw.Cols))
	}
}

// panels returns how many blocks sum the columns of a gradient.
func panels(dw compute.Tensor) int { return dw.Rows * blocks(dw.Cols, panelUnits) }

// SparseMLPGrad implements compute.Backend.
func (b *Backend) SparseMLPGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	const op = "SparseMLPGrad"
	compute.CheckSparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	wantIndexable(op, w1)
	wantIndexable(op, w2)
	if w2.Len() == 0 {
		return
	}
	if d.Cols == 1 {
		b.columnsGrad(op, dw1, dw2, x, active, d, w1, w2)
	} else {
		b.outputsGrad(op, dw1, dw2, x, active, d, w1, w2)
	}
}

// mlpGradScratch returns the pieces of scratch memory that SparseMLPGrad takes, in bytes.
func mlpGradScratch(rows, width, cols, units, outputs int) []int {
	pieces := make([]int, sparsePieces)
	sortScratch(pieces, rows, width, cols)
	if outputs == 1 {
		pieces[qPiece] = 4 * cols * units
		pieces[sharesPiece] = 4 * blocks(cols, sumColumns) * units
	} else {
		pieces[sharesPiece] = 4 * blocks(rows, chunkRows) * outputs * units
		pieces[hiddenPiece] = 4 * min(rows, hiddenRows(width, units)) * units
	}
	return pieces
}

// columnsGrad is the form for one output.
func (b *Backend) columnsGrad(op string, dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	units, chunks := w1.Cols, blocks(w1.Rows, sumColumns)
	q, shares := b.scratch(op, qPiece, 4*w1.Len()), b.scratch(op, sharesPiece, 4*chunks*units)
	b.memset(op, q, 4*w1.Len())
	step := slabRows(x.Entries.Cols)
	for lo := 0; lo < x.Rows() && x.Entries.Len() > 0; lo += step {
		hi := min(lo+step, x.Rows())
		s := b.sort(op, x.Slice(lo, hi), pointer(d.Slice(lo, hi)))
		b.launch(op, kernels.SparseMLPGradColumns, panels(w1),
			address(q), pointer(d.Slice(lo, hi)), pointer(active.Slice(lo, hi)), s.links, s.starts, u32(units))
	}
	b.launch(op, kernels.SparseMLPGradWeights, blocks(chunks*units, kernels.SparseMLPGradWeights.Block),
		pointer(dw1), address(shares), address(q), pointer(w1), pointer(w2), u32(w1.Rows), u32(units))
	b.sumRows(op, dw2, shares, chunks)
}

// sumRows sums rows of as many elements as dst has.
func (b *Backend) sumRows(op string, dst compute.Tensor, rows uint64, n int) {
	b.launch(op, kernels.SumRows, blocks(dst.Len(), kernels.SumRows.Block), pointer(dst), address(rows), u32(n), u32(dst.Len()))
}

// hiddenRows returns how many rows of h are computed again at a time.
func hiddenRows(width, units int) int {
	return min(slabRows(width), max(1, hiddenRoom/units/chunkRows)*chunkRows)
}

// outputsGrad is the form for several outputs.
func (b *Backend) outputsGrad(op string, dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	units, outputs, chunks := w1.Cols, d.Cols, blocks(x.Rows(), chunkRows)
	step := hiddenRows(x.Entries.Cols, units)
	shares, h := b.scratch(op, sharesPiece, 4*chunks*w2.Len()), b.scratch(op, hiddenPiece, 4*min(x.Rows(), step)*units)
	b.memset(op, uint64(dw1.Addr), 4*dw1.Len())
	for lo := 0; lo < x.Rows(); lo += step {
		hi := min(lo+step, x.Rows())
		x, d := x.Slice(lo, hi), d.Slice(lo, hi)
		if x.Entries.Len() > 0 && x.Cols > 0 {
			s := b.sort(op, x, allRows)
			b.launch(op, kernels.SparseMLPGradOutputs, panels(w1),
				pointer(dw1), pointer(d), pointer(active.Slice(lo, hi)), pointer(w2), s.links, s.starts, u32(units), u32(outputs))
		}
		b.sparseMatMul(op, address(h), x, w1)
		part := shares + uint64(4*lo/chunkRows*w2.Len())
		b.launch(op, kernels.SparseMLPGradHidden, blocks(blocks(hi-lo, chunkRows)*w2.Len(), kernels.SparseMLPGradHidden.Block),
			address(part), address(h), pointer(d), u32(hi-lo), u32(units), u32(outputs))
	}
	b.sumRows(op, dw2, shares, chunks)
}
