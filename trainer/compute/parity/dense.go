package parity

import "pongpg/trainer/compute"

// Zero implements compute.Backend.
func (p *Backend) Zero(x compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("Zero")
	xa, xb := pair(p, x)
	p.a.Zero(xa)
	p.b.Zero(xb)
	p.compare("Zero", call, written("x", xa, xb))
}

// ReLU implements compute.Backend.
func (p *Backend) ReLU(y, x compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("ReLU")
	ya, yb := pair(p, y)
	xa, xb := pair(p, x)
	p.a.ReLU(ya, xa)
	p.b.ReLU(yb, xb)
	p.compare("ReLU", call, written("y", ya, yb))
}

// ReLUGrad implements compute.Backend.
func (p *Backend) ReLUGrad(dx, dy, y compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("ReLUGrad")
	dxa, dxb := pair(p, dx)
	dya, dyb := pair(p, dy)
	ya, yb := pair(p, y)
	p.a.ReLUGrad(dxa, dya, ya)
	p.b.ReLUGrad(dxb, dyb, yb)
	p.compare("ReLUGrad", call, written("dx", dxa, dxb))
}

// RMSProp implements compute.Backend.
func (p *Backend) RMSProp(w, c, g compute.Tensor, lr, decay, eps float32) {
	if p.failed() {
		return
	}
	call := p.begin("RMSProp")
	wa, wb := pair(p, w)
	ca, cb := pair(p, c)
	ga, gb := pair(p, g)
	p.a.RMSProp(wa, ca, ga, lr, decay, eps)
	p.b.RMSProp(wb, cb, gb, lr, decay, eps)
	p.compare("RMSProp", call, written("c", ca, cb), written("w", wa, wb))
}

// Adam implements compute.Backend.
func (p *Backend) Adam(w, m, v, g compute.Tensor, lr, beta1, beta2, eps float32, t int64) {
	if p.failed() {
		return
	}
	call := p.begin("Adam")
	wa, wb := pair(p, w)
	ma, mb := pair(p, m)
	va, vb := pair(p, v)
	ga, gb := pair(p, g)
	p.a.Adam(wa, ma, va, ga, lr, beta1, beta2, eps, t)
	p.b.Adam(wb, mb, vb, gb, lr, beta1, beta2, eps, t)
	p.compare("Adam", call, written("m", ma, mb), written("v", va, vb), written("w", wa, wb))
}

// AddScaled implements compute.Backend.
func (p *Backend) AddScaled(y, x compute.Tensor, a float32) {
	if p.failed() {
		return
	}
	call := p.begin("AddScaled")
	ya, yb := pair(p, y)
	xa, xb := pair(p, x)
	p.a.AddScaled(ya, xa, a)
	p.b.AddScaled(yb, xb, a)
	p.compare("AddScaled", call, written("y", ya, yb))
}

// ClipNorm implements compute.Backend.
func (p *Backend) ClipNorm(x, squares compute.Tensor, limit float32) {
	if p.failed() {
		return
	}
	call := p.begin("ClipNorm")
	xa, xb := pair(p, x)
	squaresa, squaresb := pair(p, squares)
	p.a.ClipNorm(xa, squaresa, limit)
	p.b.ClipNorm(xb, squaresb, limit)
	p.compare("ClipNorm", call, written("x", xa, xb))
}

// Blur implements compute.Backend.
func (p *Backend) Blur(g compute.Tensor, height, width, radius int) {
	if p.failed() {
		return
	}
	call := p.begin("Blur")
	ga, gb := pair(p, g)
	p.a.Blur(ga, height, width, radius)
	p.b.Blur(gb, height, width, radius)
	p.compare("Blur", call, written("g", ga, gb))
}

// SumSquares implements compute.Backend.
func (p *Backend) SumSquares(dst, x compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("SumSquares")
	dsta, dstb := pair(p, dst)
	xa, xb := pair(p, x)
	p.a.SumSquares(dsta, xa)
	p.b.SumSquares(dstb, xb)
	p.compare("SumSquares", call, written("dst", dsta, dstb))
}
