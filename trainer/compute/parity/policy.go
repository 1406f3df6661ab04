package parity

import "pongpg/trainer/compute"

// Sigmoid implements compute.Backend.
func (p *Backend) Sigmoid(prob, z compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("Sigmoid")
	pa, pb := pair(p, prob)
	za, zb := pair(p, z)
	p.a.Sigmoid(pa, za)
	p.b.Sigmoid(pb, zb)
	p.compare("Sigmoid", call, written("p", pa, pb))
}

// Softmax implements compute.Backend.
func (p *Backend) Softmax(prob, z compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("Softmax")
	pa, pb := pair(p, prob)
	za, zb := pair(p, z)
	p.a.Softmax(pa, za)
	p.b.Softmax(pb, zb)
	p.compare("Softmax", call, written("p", pa, pb))
}

// PolicyGrad implements compute.Backend.
func (p *Backend) PolicyGrad(d, z, prob compute.Tensor, action compute.Array[uint8], advantage, weight compute.Tensor, entropy float32) {
	if p.failed() {
		return
	}
	call := p.begin("PolicyGrad")
	da, db := pair(p, d)
	za, zb := pair(p, z)
	pa, pb := pair(p, prob)
	actiona, actionb := pair(p, action)
	advantagea, advantageb := pair(p, advantage)
	weighta, weightb := pair(p, weight)
	p.a.PolicyGrad(da, za, pa, actiona, advantagea, weighta, entropy)
	p.b.PolicyGrad(db, zb, pb, actionb, advantageb, weightb, entropy)
	p.compare("PolicyGrad", call, written("d", da, db))
}

// LogProb implements compute.Backend.
func (p *Backend) LogProb(l, z compute.Tensor, action compute.Array[uint8]) {
	if p.failed() {
		return
	}
	call := p.begin("LogProb")
	la, lb := pair(p, l)
	za, zb := pair(p, z)
	actiona, actionb := pair(p, action)
	p.a.LogProb(la, za, actiona)
	p.b.LogProb(lb, zb, actionb)
	p.compare("LogProb", call, written("l", la, lb))
}

// PPOGrad implements compute.Backend.
func (p *Backend) PPOGrad(d, z compute.Tensor, action compute.Array[uint8], behaviour, advantage, target, weight compute.Tensor, clip, entropy, value float32) {
	if p.failed() {
		return
	}
	call := p.begin("PPOGrad")
	da, db := pair(p, d)
	za, zb := pair(p, z)
	actiona, actionb := pair(p, action)
	behavioura, behaviourb := pair(p, behaviour)
	advantagea, advantageb := pair(p, advantage)
	targeta, targetb := pair(p, target)
	weighta, weightb := pair(p, weight)
	p.a.PPOGrad(da, za, actiona, behavioura, advantagea, targeta, weighta, clip, entropy, value)
	p.b.PPOGrad(db, zb, actionb, behaviourb, advantageb, targetb, weightb, clip, entropy, value)
	p.compare("PPOGrad", call, written("d", da, db))
}

// Uniform implements compute.Backend.
func (p *Backend) Uniform(u compute.Tensor, seed uint64, purpose uint32, stream, tick compute.Array[uint32], after uint32) {
	if p.failed() {
		return
	}
	call := p.begin("Uniform")
	ua, ub := pair(p, u)
	streama, streamb := pair(p, stream)
	ticka, tickb := pair(p, tick)
	p.a.Uniform(ua, seed, purpose, streama, ticka, after)
	p.b.Uniform(ub, seed, purpose, streamb, tickb, after)
	p.compare("Uniform", call, written("u", ua, ub))
}

// Sample implements compute.Backend.
func (p *Backend) Sample(action compute.Array[uint8], prob, u compute.Tensor) {
	if p.failed() {
		return
	}
	call := p.begin("Sample")
	actiona, actionb := pair(p, action)
	pa, pb := pair(p, prob)
	ua, ub := pair(p, u)
	p.a.Sample(actiona, pa, ua)
	p.b.Sample(actionb, pb, ub)
	p.compare("Sample", call, written("action", actiona, actionb))
}
