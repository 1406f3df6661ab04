//go:build linux && amd64 && cgo

package cuda

import (
	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// Sigmoid implements compute.Backend.
func (b *Backend) Sigmoid(p, z compute.Tensor) {
	compute.CheckSigmoid(p, z)
	b.launch("Sigmoid", kernels.Sigmoid, blocks(z.Len(), kernels.Sigmoid.Block), pointer(p), pointer(z), u64(z.Len()))
}

// Softmax implements compute.Backend.
func (b *Backend) Softmax(p, z compute.Tensor) {
	compute.CheckSoftmax(p, z)
	if z.Cols == 0 {
		return
	}
	b.launch("Softmax", kernels.Softmax, blocks(z.Rows, kernels.Softmax.Block), pointer(p), pointer(z), u64(z.Rows), u32(z.Cols))
}

// PolicyGrad implements compute.Backend.
func (b *Backend) PolicyGrad(d, z, p compute.Tensor, action compute.Array[uint8], advantage, weight compute.Tensor, entropy float32) {
	compute.CheckPolicyGrad(d, z, p, action, advantage, weight)
	if z.Cols == 0 {
		return
	}
	b.launch("PolicyGrad", kernels.PolicyGrad, blocks(z.Rows, kernels.PolicyGrad.Block),
		pointer(d), pointer(z), pointer(p), pointer(action), pointer(advantage), pointer(weight),
		u64(z.Rows), u32(z.Cols), f32(entropy))
}

// LogProb implements compute.Backend.
func (b *Backend) LogProb(l, z compute.Tensor, action compute.Array[uint8]) {
	compute.CheckLogProb(l, z, action)
	b.launch("LogProb", kernels.LogProb, blocks(z.Rows, kernels.LogProb.Block),
		pointer(l), pointer(z), pointer(action), u64(z.Rows), u32(z.Cols))
}

// PPOGrad implements compute.Backend.
func (b *Backend) PPOGrad(d, z compute.Tensor, action compute.Array[uint8], behaviour, advantage, target, weight compute.Tensor, clip, entropy, value float32) {
	outputs := compute.CheckPPOGrad(d, z, action, behaviour, advantage, target, weight)
	b.launch("PPOGrad", kernels.PPOGrad, blocks(z.Rows, kernels.PPOGrad.Block),
		pointer(d), pointer(z), pointer(action), pointer(behaviour), pointer(advantage), pointer(target), pointer(weight),
		u64(z.Rows), u32(outputs), f32(1-clip), f32(1+clip), f32(entropy), f32(value))
}

// Uniform implements compute.Backend.
func (b *Backend) Uniform(u compute.Tensor, seed uint64, purpose uint32, stream, tick compute.Array[uint32], after uint32) {
	compute.CheckUniform(u, stream, tick)
	b.launch("Uniform", kernels.Uniform, blocks(u.Rows, kernels.Uniform.Block),
		pointer(u), pointer(stream), pointer(tick), u64(u.Rows), bits64(seed), bits32(purpose), bits32(after))
}

// Sample implements compute.Backend.
func (b *Backend) Sample(action compute.Array[uint8], p, u compute.Tensor) {
	compute.CheckSample(action, p, u)
	b.launch("Sample", kernels.Sample, blocks(p.Rows, kernels.Sample.Block),
		pointer(action), pointer(p), pointer(u), u64(p.Rows), u32(p.Cols))
}
