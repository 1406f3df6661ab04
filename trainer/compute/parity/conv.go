package parity

import "pongpg/trainer/compute"

// SparseImage implements compute.Backend.
func (p *Backend) SparseImage(y compute.Tensor, x, m compute.Sparse) {
	if p.failed() {
		return
	}
	call := p.begin("SparseImage")
	ya, yb := pair(p, y)
	xa, xb := p.sparse(x)
	ma, mb := p.sparse(m)
	p.a.SparseImage(ya, xa, ma)
	p.b.SparseImage(yb, xb, mb)
	p.compare("SparseImage", call, written("y", ya, yb))
}

// Conv implements compute.Backend.
func (p *Backend) Conv(y, x, w compute.Tensor, g compute.Window) {
	if p.failed() {
		return
	}
	call := p.begin("Conv")
	ya, yb := pair(p, y)
	xa, xb := pair(p, x)
	wa, wb := pair(p, w)
	p.a.Conv(ya, xa, wa, g)
	p.b.Conv(yb, xb, wb, g)
	p.compare("Conv", call, written("y", ya, yb))
}

// ConvGrad implements compute.Backend.
func (p *Backend) ConvGrad(dw, x, dy compute.Tensor, g compute.Window) {
	if p.failed() {
		return
	}
	call := p.begin("ConvGrad")
	dwa, dwb := pair(p, dw)
	xa, xb := pair(p, x)
	dya, dyb := pair(p, dy)
	p.a.ConvGrad(dwa, xa, dya, g)
	p.b.ConvGrad(dwb, xb, dyb, g)
	p.compare("ConvGrad", call, written("dw", dwa, dwb))
}

// ConvInputGrad implements compute.Backend.
func (p *Backend) ConvInputGrad(dx, dy, w compute.Tensor, g compute.Window) {
	if p.failed() {
		return
	}
	call := p.begin("ConvInputGrad")
	dxa, dxb := pair(p, dx)
	dya, dyb := pair(p, dy)
	wa, wb := pair(p, w)
	p.a.ConvInputGrad(dxa, dya, wa, g)
	p.b.ConvInputGrad(dxb, dyb, wb, g)
	p.compare("ConvInputGrad", call, written("dx", dxa, dxb))
}
