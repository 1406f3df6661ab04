package cpu

import (
	"fmt"
	"math"

	"pongpg/trainer/compute"
)

// SparseMLPGrad implements compute.Backend: for one output by columns
// (columns.go), for several by rows (hidden.go).
func (b *Backend) SparseMLPGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	const op = "SparseMLPGrad"
	wantSparse(op, x)
	blocks := wantUnits(op, w1.Cols)
	want(op, "w1", w1, x.Cols, w1.Cols)
	want(op, "w2", w2, d.Cols, w1.Cols)
	want(op, "dw1", dw1, w1.Rows, w1.Cols)
	want(op, "dw2", dw2, w2.Rows, w2.Cols)
	want(op, "d", d, x.Rows(), d.Cols)
	want(op, "active", active, x.Rows(), blocks)
	if int64(x.Rows())*int64(max(2, x.Entries.Cols)) > math.MaxUint32 { // links, and their number
		panic(fmt.Sprintf("cpu: %s: %d rows; take the sum over fewer rows at a time", op, x.Rows()))
	}
	if d.Cols == 1 {
		b.columnsGrad(dw1, dw2, x, active, d, w1, w2)
	} else {
		b.hiddenGrad(dw1, dw2, x, active, d, w1, w2)
	}
}
