//go:build linux && amd64 && cgo

package cuda

import "pongpg/trainer/compute"

// Pieces of a queue's scratch memory that operations other than the sparse ones use. They
// share theirs.
const (
	blurPiece = 0
	sumsPiece = 0
	convPiece = 0
)

// ScratchBytes returns the pieces of scratch memory, in bytes, that a queue keeps for an
// operation of these dims: see meter.Options.
func ScratchBytes(op string, dims ...int) []int {
	switch op {
	case "Blur":
		return []int{blurPiece: blurScratch(dims[0], dims[1], dims[2], dims[3])}
	case "SumSquares":
		return []int{sumsPiece: sumSquaresScratch(dims[0], dims[1], dims[2])}
	case "ConvGrad":
		return []int{convPiece: convGradScratch(dims[0], weightsOf(dims))}
	case "ConvInputGrad":
		return []int{convPiece: 4 * weightsOf(dims)}
	case "SparseMatMulGrad":
		pieces := make([]int, sparsePieces)
		sortScratch(pieces, dims[0], dims[1], dims[2])
		return pieces
	case "SparseMLPGrad":
		return mlpGradScratch(dims[0], dims[1], dims[2], dims[3], dims[4])
	}
	return nil
}

// weightsOf returns how many weights a convolution of these dims has.
func weightsOf(dims []int) int {
	g := compute.Window{Channels: dims[3], Size: dims[4], Filters: dims[6]}
	return g.Inputs() * g.Filters
}
