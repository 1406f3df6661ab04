//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"

	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// Zero implements compute.Backend.
func (b *Backend) Zero(x compute.Tensor) {
	const op = "Zero"
	if b.broken() {
		return
	}
	p := pointer(x)
	if p.absent {
		panic(fmt.Sprintf("cuda: %s: x is not in this device's memory; allocate it with this backend", op))
	}
	b.memset(op, p.bits, 4*x.Len())
}

// ReLU implements compute.Backend.
func (b *Backend) ReLU(y, x compute.Tensor) {
	compute.CheckReLU(y, x)
	b.launch("ReLU", kernels.ReLU, blocks(y.Len(), kernels.ReLU.Block), pointer(y), pointer(x), u64(y.Len()))
}

// ReLUGrad implements compute.Backend.
func (b *Backend) ReLUGrad(dx, dy, y compute.Tensor) {
	compute.CheckReLUGrad(dx, dy, y)
	b.launch("ReLUGrad", kernels.ReLUGrad, blocks(y.Len(), kernels.ReLUGrad.Block),
		pointer(dx), pointer(dy), pointer(y), u64(y.Len()))
}

// rmsPropEach is how many elements a thread updates.
const rmsPropEach = 4

// RMSProp implements compute.Backend.
func (b *Backend) RMSProp(w, c, g compute.Tensor, lr, decay, eps float32) {
	compute.CheckRMSProp(w, c, g)
	b.launch("RMSProp", kernels.RMSProp, blocks(g.Len(), rmsPropEach*kernels.RMSProp.Block),
		pointer(w), pointer(c), pointer(g), u64(g.Len()), f32(lr), f32(decay), f32(1-decay), f32(eps))
}

// adamEach is how many elements a thread updates.
const adamEach = 4

// Adam implements compute.Backend.
func (b *Backend) Adam(w, m, v, g compute.Tensor, lr, beta1, beta2, eps float32, t int64) {
	compute.CheckAdam(w, m, v, g, t)
	b.launch("Adam", kernels.Adam, blocks(g.Len(), adamEach*kernels.Adam.Block),
		pointer(w), pointer(m), pointer(v), pointer(g), u64(g.Len()), f32(lr),
		f32(beta1), f32(1-beta1), f32(compute.BiasCorrection(beta1, t)),
		f32(beta2), f32(1-beta2), f32(compute.BiasCorrection(beta2, t)), f32(eps))
}

// scaleEach is how many elements a thread of AddScaled or ClipNorm has.
const scaleEach = 4

// AddScaled implements compute.Backend.
func (b *Backend) AddScaled(y, x compute.Tensor, a float32) {
	compute.CheckAddScaled(y, x)
	b.launch("AddScaled", kernels.AddScaled, blocks(y.Len(), scaleEach*kernels.AddScaled.Block),
		pointer(y), pointer(x), u64(y.Len()), f32(a))
}

// ClipNorm implements compute.Backend.
func (b *Backend) ClipNorm(x, squares compute.Tensor, limit float32) {
	compute.CheckClipNorm(x, squares, limit)
	b.launch("ClipNorm", kernels.ClipNorm, blocks(x.Len(), scaleEach*kernels.ClipNorm.Block),
		pointer(x), u64(x.Len()), pointer(squares), u32(squares.Rows), f32(limit))
}
