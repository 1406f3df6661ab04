//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"math"

	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// SparseMatMul implements compute.Backend.
func (b *Backend) SparseMatMul(y compute.Tensor, x compute.Sparse, w compute.Tensor) {
	const op = "SparseMatMul"
	compute.CheckSparseMatMul(y, x, w)
	if y.Len() == 0 {
		return
	}
	wantIndexable(op, w)
	step := math.MaxUint32 / y.Cols // elements of y are numbered with 32 bits
	for lo := 0; lo < y.Rows; lo += step {
		hi := min(lo+step, y.Rows)
		b.sparseMatMul(op, pointer(y.Slice(lo, hi)), x.Slice(lo, hi), w)
	}
}

func (b *Backend) sparseMatMul(op string, y argument, x compute.Sparse, w compute.Tensor) {
	b.launch(op, kernels.SparseMatMul, blocks(x.Rows()*w.Cols, kernels.SparseMatMul.Block),
		y, pointer(x.Entries), pointer(w), u32(x.Rows()), u32(x.Entries.Cols), u32(x.Cols), u32(w.Cols))
}

// SparseMLP implements compute.Backend.
func (b *Backend) SparseMLP(z compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor) {
	const op = "SparseMLP"
	compute.CheckSparseMLP(z, active, x, w1, w2)
	wantIndexable(op, w1)
	wantIndexable(op, w2)
	b.launch(op, kernels.SparseMLP, x.Rows(),
		pointer(z), pointer(active), pointer(x.Entries), pointer(w1), pointer(w2),
		u32(x.Entries.Cols), u32(x.Cols), u32(w1.Cols), u32(z.Cols))
}

// SparseMLPSample implements compute.Backend.
func (b *Backend) SparseMLPSample(action compute.Array[uint8], z, p compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor, draw compute.Draw) {
	const op = "SparseMLPSample"
	compute.CheckSparseMLPSample(action, z, p, active, x, w1, w2, draw)
	wantIndexable(op, w1)
	wantIndexable(op, w2)
	b.launch(op, kernels.SparseMLPSample, x.Rows(),
		pointer(action), pointer(z), pointer(p), pointer(active), pointer(x.Entries), pointer(w1), pointer(w2),
		pointer(draw.Stream), pointer(draw.Tick), bits64(draw.Seed), bits32(draw.Purpose), bits32(draw.After),
		u32(x.Entries.Cols), u32(x.Cols), u32(w1.Cols), u32(z.Cols))
}

// wantIndexable panics if the elements of weights cannot be numbered with 32 bits, as the
// sparse kernels do.
func wantIndexable(op string, w compute.Tensor) {
	if w.Len() > math.MaxUint32 {
		panic(fmt.Sprintf("cuda: %s: weights of %d×%d; at most 2³² elements can be numbered", op, w.Rows, w.Cols))
	}
}
