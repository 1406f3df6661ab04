package meter

import "pongpg/trainer/compute"

// Zero implements compute.Backend.
func (b *Backend) Zero(x compute.Tensor) { b.operation("Zero", x.Rows, x.Cols) }

// MatMul implements compute.Backend.
func (b *Backend) MatMul(batch int, c, a, x compute.Tensor, transA, transB bool) {
	m, n, k := compute.CheckMatMul(batch, c, a, x, transA, transB)
	b.operation("MatMul", batch, m, n, k)
}

// ReLU implements compute.Backend.
func (b *Backend) ReLU(y, x compute.Tensor) {
	compute.CheckReLU(y, x)
	b.operation("ReLU", y.Rows, y.Cols)
}

// ReLUGrad implements compute.Backend.
func (b *Backend) ReLUGrad(dx, dy, y compute.Tensor) {
	compute.CheckReLUGrad(dx, dy, y)
	b.operation("ReLUGrad", y.Rows, y.Cols)
}

// Sigmoid implements compute.Backend.
func (b *Backend) Sigmoid(p, z compute.Tensor) {
	compute.CheckSigmoid(p, z)
	b.operation("Sigmoid", z.Rows, z.Cols)
}

// Softmax implements compute.Backend.
func (b *Backend) Softmax(p, z compute.Tensor) {
	compute.CheckSoftmax(p, z)
	b.operation("Softmax", z.Rows, z.Cols)
}

// PolicyGrad implements compute.Backend.
func (b *Backend) PolicyGrad(d, z, p compute.Tensor, action compute.Array[uint8], advantage, weight compute.Tensor, _ float32) {
	compute.CheckPolicyGrad(d, z, p, action, advantage, weight)
	b.operation("PolicyGrad", z.Rows, z.Cols)
}

// LogProb implements compute.Backend.
func (b *Backend) LogProb(l, z compute.Tensor, action compute.Array[uint8]) {
	compute.CheckLogProb(l, z, action)
	b.operation("LogProb", z.Rows, z.Cols)
}

// PPOGrad implements compute.Backend.
func (b *Backend) PPOGrad(d, z compute.Tensor, action compute.Array[uint8], behaviour, advantage, target, weight compute.Tensor, _, _, _ float32) {
	compute.CheckPPOGrad(d, z, action, behaviour, advantage, target, weight)
	b.operation("PPOGrad", z.Rows, z.Cols)
}

// RMSProp implements compute.Backend.
func (b *Backend) RMSProp(w, c, g compute.Tensor, _, _, _ float32) {
	compute.CheckRMSProp(w, c, g)
	b.operation("RMSProp", g.Rows, g.Cols)
}

// Adam implements compute.Backend.
func (b *Backend) Adam(w, m, v, g compute.Tensor, _, _, _, _ float32, t int64) {
	compute.CheckAdam(w, m, v, g, t)
	b.operation("Adam", g.Rows, g.Cols)
}

// AddScaled implements compute.Backend.
func (b *Backend) AddScaled(y, x compute.Tensor, _ float32) {
	compute.CheckAddScaled(y, x)
	b.operation("AddScaled", y.Rows, y.Cols)
}

// ClipNorm implements compute.Backend.
func (b *Backend) ClipNorm(x, squares compute.Tensor, limit float32) {
	compute.CheckClipNorm(x, squares, limit)
	b.operation("ClipNorm", x.Rows, x.Cols)
}

// Blur implements compute.Backend.
func (b *Backend) Blur(g compute.Tensor, height, width, radius int) {
	compute.CheckBlur(g, height, width, radius)
	b.operation("Blur", height, width, g.Cols, radius)
}

// SumSquares implements compute.Backend.
func (b *Backend) SumSquares(dst, x compute.Tensor) {
	compute.CheckSumSquares(dst, x)
	b.operation("SumSquares", x.Rows, x.Cols, dst.Rows)
}

// Uniform implements compute.Backend.
func (b *Backend) Uniform(u compute.Tensor, _ uint64, _ uint32, stream, tick compute.Array[uint32], _ uint32) {
	compute.CheckUniform(u, stream, tick)
	b.operation("Uniform", u.Rows, 1)
}

// Sample implements compute.Backend.
func (b *Backend) Sample(action compute.Array[uint8], p, u compute.Tensor) {
	compute.CheckSample(action, p, u)
	b.operation("Sample", p.Rows, p.Cols)
}

// SparseMatMul implements compute.Backend.
func (b *Backend) SparseMatMul(y compute.Tensor, x compute.Sparse, w compute.Tensor) {
	compute.CheckSparseMatMul(y, x, w)
	b.operation("SparseMatMul", x.Rows(), x.Entries.Cols, x.Cols, y.Cols)
}

// SparseMatMulGrad implements compute.Backend.
func (b *Backend) SparseMatMulGrad(dw compute.Tensor, x compute.Sparse, dy compute.Tensor) {
	compute.CheckSparseMatMulGrad(dw, x, dy)
	b.operation("SparseMatMulGrad", x.Rows(), x.Entries.Cols, x.Cols, dy.Cols)
}

// SparseMLP implements compute.Backend.
func (b *Backend) SparseMLP(z compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor) {
	compute.CheckSparseMLP(z, active, x, w1, w2)
	b.operation("SparseMLP", x.Rows(), x.Entries.Cols, x.Cols, w1.Cols, z.Cols)
}

// SparseMLPSample implements compute.Backend.
func (b *Backend) SparseMLPSample(action compute.Array[uint8], z, p compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor, draw compute.Draw) {
	compute.CheckSparseMLPSample(action, z, p, active, x, w1, w2, draw)
	b.operation("SparseMLPSample", x.Rows(), x.Entries.Cols, x.Cols, w1.Cols, z.Cols)
}

// SparseMLPGrad implements compute.Backend.
func (b *Backend) SparseMLPGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	compute.CheckSparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	b.operation("SparseMLPGrad", x.Rows(), x.Entries.Cols, x.Cols, w1.Cols, d.Cols)
}

// SparseImage implements compute.Backend.
func (b *Backend) SparseImage(y compute.Tensor, x, m compute.Sparse) {
	pixels := compute.CheckSparseImage(y, x, m)
	b.operation("SparseImage", x.Rows(), x.Entries.Cols, x.Cols, m.Entries.Cols, pixels, y.Cols)
}

// Conv implements compute.Backend.
func (b *Backend) Conv(y, x, w compute.Tensor, g compute.Window) {
	b.window("Conv", compute.CheckConv(y, x, w, g), g)
}

// ConvGrad implements compute.Backend.
func (b *Backend) ConvGrad(dw, x, dy compute.Tensor, g compute.Window) {
	b.window("ConvGrad", compute.CheckConvGrad(dw, x, dy, g), g)
}

// ConvInputGrad implements compute.Backend.
func (b *Backend) ConvInputGrad(dx, dy, w compute.Tensor, g compute.Window) {
	b.window("ConvInputGrad", compute.CheckConvInputGrad(dx, dy, w, g), g)
}

func (b *Backend) window(op string, images int, g compute.Window) {
	b.operation(op, images, g.Height, g.Width, g.Channels, g.Size, g.Stride, g.Filters)
}
