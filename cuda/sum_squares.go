//go:build linux && amd64 && cgo

package cuda

import (
	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// SumSquares implements compute.Backend.
func (b *Backend) SumSquares(dst, x compute.Tensor) {
	const op = "SumSquares"
	elements := compute.CheckSumSquares(dst, x) * x.Cols
	slices, chunks := dst.Rows, blocks(elements, kernels.SumChunk)
	if chunks == 1 { // whose sums are the slices'
		b.launch(op, kernels.SumSquaresChunks, slices, pointer(dst), pointer(x), u64(elements), u32(1))
		return
	}
	partial := address(b.scratch(op, sumsPiece, sumSquaresScratch(x.Rows, x.Cols, slices)))
	b.launch(op, kernels.SumSquaresChunks, slices*chunks, partial, pointer(x), u64(elements), u32(chunks))
	b.launch(op, kernels.SumSquaresSlices, slices, pointer(dst), partial, u32(chunks))
}

// sumSquaresScratch returns the bytes of scratch memory that SumSquares takes.
func sumSquaresScratch(rows, cols, slices int) int {
	chunks := blocks(rows/slices*cols, kernels.SumChunk)
	if chunks == 1 {
		return 0
	}
	return 4 * slices * chunks
}
