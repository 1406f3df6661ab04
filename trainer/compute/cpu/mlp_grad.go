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
	compute.CheckSparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	here(op, "dw1", dw1)
	here(op, "dw2", dw2)
	here(op, "x.Entries", x.Entries)
	here(op, "active", active)
	here(op, "d", d)
	here(op, "w1", w1)
	here(op, "w2", w2)
	if int64(x.Rows())*int64(max(2, x.Entries.Cols)) > math.MaxUint32 { // links, and their number
		panic(fmt.Sprintf("cpu: %s: %d rows; take the sum over fewer rows at a time", op, x.Rows()))
	}
	if d.Cols == 1 {
		b.columnsGrad(dw1, dw2, x, active, d, w1, w2)
	} else {
		b.hiddenGrad(dw1, dw2, x, active, d, w1, w2)
	}
}
