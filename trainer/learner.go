package trainer

import (
	"math"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// Learner turns a batch of decisions into a step of the policy's weights: the
// gradient of REINFORCE, and RMSProp.
type Learner struct {
	Policy *Policy

	C1, C2 compute.Tensor // RMSProp's mean squares, of the shapes of W1 and W2

	d      compute.Tensor // [rows][outputs] gradient at the logits
	dTable compute.Tensor // [emu.Codes][units] at the table
	g1, g2 compute.Tensor // at W1 and W2
	norm   compute.Tensor // [1][1]
}

// newLearner returns a learner for batches of up to rows decisions.
func newLearner(b compute.Backend, p *Policy, rows int) *Learner {
	units := p.W1.Cols
	return &Learner{
		Policy: p,
		C1:     compute.New[float32](b, emu.ImagePixels, units),
		C2:     compute.New[float32](b, p.Outputs(), units),
		d:      compute.New[float32](b, rows, p.Outputs()),
		dTable: compute.New[float32](b, emu.Codes, units),
		g1:     compute.New[float32](b, emu.ImagePixels, units),
		g2:     compute.New[float32](b, p.Outputs(), units),
		norm:   compute.New[float32](b, 1, 1),
	}
}

// hyper is what a step needs besides the batch.
type hyper struct {
	entropy                      float32
	learningRate, decay, epsilon float32
	blur                         int
}

// Step takes one step of gradient ascent:
//
//	d = w·((a−p)·A + β·∇H)                   at the logits
//	dW2 = Σ h·d,  dTable = Σ xᵀ·(d·W2 where h > 0)
//	dW1 = the pixels' share of dTable, blurred over the image
//	c = decay·c + (1−decay)·g²;  W += lr·g/(√c+ε)
func (l *Learner) Step(b compute.Backend, batch Batch, h hyper) {
	p := l.Policy
	if batch.Rows() > l.d.Rows {
		l.d = compute.New[float32](b, batch.Rows(), p.Outputs())
	}
	d := l.d.Slice(0, batch.Rows())
	b.PolicyGrad(d, batch.Z, batch.Prob, batch.Action, batch.Advantage, batch.Weight, h.entropy)
	b.SparseMLPGrad(l.dTable, l.g2, batch.X, batch.Active, d, p.Table, p.W2)
	p.PixelGrad(b, l.g1, l.dTable)
	b.Blur(l.g1, emu.ImageSize, emu.ImageSize, h.blur)
	b.RMSProp(p.W1, l.C1, l.g1, h.learningRate, h.decay, h.epsilon)
	b.RMSProp(p.W2, l.C2, l.g2, h.learningRate, h.decay, h.epsilon)
	p.Refresh(b)
}

// norms returns the Euclidean norms of the last step's gradient, as it went to
// RMSProp, and of the weights.
func (l *Learner) norms(b compute.Backend) (gradient, weights float64) {
	return l.normOf(b, l.g1, l.g2), l.normOf(b, l.Policy.W1, l.Policy.W2)
}

// normOf returns the Euclidean norm of two tensors taken as one vector.
func (l *Learner) normOf(b compute.Backend, x, y compute.Tensor) float64 {
	var sum [2]float32
	for i, v := range [2]compute.Tensor{x, y} {
		b.SumSquares(l.norm, v)
		compute.Download(b, sum[i:i+1], l.norm)
	}
	return math.Sqrt(float64(sum[0]) + float64(sum[1]))
}
