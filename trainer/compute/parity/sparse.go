package parity

import "pongpg/trainer/compute"

// SparseMatMul implements compute.Backend.
func (p *Backend) SparseMatMul(y compute.Tensor, x compute.Sparse, w compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("SparseMatMul")
	ya, yb := pair(p, y)
	xa, xb := p.sparse(x)
	wa, wb := pair(p, w)
	p.a.SparseMatMul(ya, xa, wa)
	p.b.SparseMatMul(yb, xb, wb)
	p.compare("SparseMatMul", call, written("y", ya, yb))
}

// SparseMatMulGrad implements compute.Backend.
func (p *Backend) SparseMatMulGrad(dw compute.Tensor, x compute.Sparse, dy compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("SparseMatMulGrad")
	dwa, dwb := pair(p, dw)
	xa, xb := p.sparse(x)
	dya, dyb := pair(p, dy)
	p.a.SparseMatMulGrad(dwa, xa, dya)
	p.b.SparseMatMulGrad(dwb, xb, dyb)
	p.compare("SparseMatMulGrad", call, written("dw", dwa, dwb))
}

// SparseMLP implements compute.Backend.
func (p *Backend) SparseMLP(z compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("SparseMLP")
	za, zb := pair(p, z)
	activea, activeb := pair(p, active)
	xa, xb := p.sparse(x)
	w1a, w1b := pair(p, w1)
	w2a, w2b := pair(p, w2)
	p.a.SparseMLP(za, activea, xa, w1a, w2a)
	p.b.SparseMLP(zb, activeb, xb, w1b, w2b)
	p.compare("SparseMLP", call, written("active", activea, activeb), written("z", za, zb))
}

// SparseMLPSample implements compute.Backend.
func (p *Backend) SparseMLPSample(action compute.Array[uint8], z, prob compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor, draw compute.Draw) {
	if p.failed() {
		return
	}
	call := p.begin("SparseMLPSample")
	actiona, actionb := pair(p, action)
	za, zb := pair(p, z)
	pa, pb := pair(p, prob)
	activea, activeb := pair(p, active)
	xa, xb := p.sparse(x)
	w1a, w1b := pair(p, w1)
	w2a, w2b := pair(p, w2)
	drawa, drawb := draw, draw
	drawa.Stream, drawb.Stream = pair(p, draw.Stream)
	drawa.Tick, drawb.Tick = pair(p, draw.Tick)
	p.a.SparseMLPSample(actiona, za, pa, activea, xa, w1a, w2a, drawa)
	p.b.SparseMLPSample(actionb, zb, pb, activeb, xb, w1b, w2b, drawb)
	p.compare("SparseMLPSample", call,
		written("active", activea, activeb), written("z", za, zb), written("p", pa, pb), written("action", actiona, actionb))
}

// SparseMLPGrad implements compute.Backend.
func (p *Backend) SparseMLPGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("SparseMLPGrad")
	dw1a, dw1b := pair(p, dw1)
	dw2a, dw2b := pair(p, dw2)
	xa, xb := p.sparse(x)
	activea, activeb := pair(p, active)
	da, db := pair(p, d)
	w1a, w1b := pair(p, w1)
	w2a, w2b := pair(p, w2)
	p.a.SparseMLPGrad(dw1a, dw2a, xa, activea, da, w1a, w2a)
	p.b.SparseMLPGrad(dw1b, dw2b, xb, activeb, db, w1b, w2b)
	p.compare("SparseMLPGrad", call, written("dw1", dw1a, dw1b), written("dw2", dw2a, dw2b))
}
