//go:build linux && amd64 && cgo

package cuda

import (
	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// matMulTile is the side of the tile of c that a block computes.
const matMulTile = 32

// MatMul implements compute.Backend.
func (b *Backend) MatMul(batch int, c, a, x compute.Tensor, transA, transB bool) {
	m, n, k := compute.CheckMatMul(batch, c, a, x, transA, transB)
	b.launch("MatMul", kernels.MatMul, batch*blocks(m, matMulTile)*blocks(n, matMulTile),
		pointer(c), pointer(a), pointer(x), u32(m), u32(n), u32(k), flag(transA), flag(transB))
}

func flag(set bool) argument {
	if set {
		return u32(1)
	}
	return u32(0)
}
