package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The functions of this file take a multiple of lanes elements; what is over is
// for the plain Go form.

// exp returns e^x as compute.Exp32 does, operation by operation.
func (v isa) exp(x VecVirtual) VecVirtual {
	const ln2Hi = float32(355.0 / 512)
	magic := float32(1.5 * (1 << 23))
	t, lowest, highest := v.vec(), v.load(float(-104)), v.load(float(89))
	VMAXPS(x, lowest, t) // x if it is NaN
	VMINPS(t, highest, t)
	scaled := v.product(float(math.Log2E), t)
	VADDPS(float(magic), scaled, scaled)
	n := v.vec()
	VSUBPS(float(magic), scaled, n)
	r := v.vec()
	VSUBPS(v.product(float(ln2Hi), n), t, r)
	VSUBPS(v.product(float(math.Ln2-355.0/512), n), r, r)
	p := v.load(float(1.0 / 5040))
	for _, c := range []float32{1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1} {
		VMULPS(p, r, p)
		VADDPS(float(c), p, p)
	}
	k, half := v.vec(), v.vec()
	VPSUBD(word(math.Float32bits(magic)), scaled, k)
	VPSRAD(U8(1), k, half)
	VPSUBD(half, k, k)
	for _, e := range []VecVirtual{half, k} {
		VPADDD(word(127), e, e)
		VPSLLD(U8(23), e, e)
		VMULPS(e, p, p)
	}
	return p
}

func (v isa) reluAll() {
	v.text("relu", "n int, y, x *float32)", "sets y = max(0, x), 0 for NaN.")
	n, y, x := arg("n"), arg("y"), arg("x")
	zero := v.zero()
	loop("loop", n, v.lanes, func(i GPVirtual) {
		VMOVUPS(v.relu(zero, v.load(Mem{Base: x, Index: i, Scale: 4})), Mem{Base: y, Index: i, Scale: 4})
	})
	ret()
}

func (v isa) reluGrad() {
	v.text("reluGrad", "n int, dx, dy, y *float32)", "sets dx = dy where y > 0, else 0.")
	n, dx, dy, y := arg("n"), arg("dx"), arg("dy"), arg("y")
	zero := v.zero()
	loop("loop", n, v.lanes, func(i GPVirtual) {
		out, gradient, to := v.load(Mem{Base: y, Index: i, Scale: 4}), v.vec(), Mem{Base: dx, Index: i, Scale: 4}
		if v.masks() {
			k := K()
			VCMPPS(U8(greaterThan), zero, out, k)
			VMOVUPS_Z(Mem{Base: dy, Index: i, Scale: 4}, k, gradient)
		} else {
			VCMPPS(U8(greaterThan), zero, out, out)
			VANDPS(Mem{Base: dy, Index: i, Scale: 4}, out, gradient)
		}
		VMOVUPS(gradient, to)
	})
	ret()
}

func (v isa) sigmoid() {
	v.text("sigmoid", "n int, p, z *float32)", "sets p = 1/(1+e^−z).")
	n, p, z := arg("n"), arg("p"), arg("z")
	sign, one := v.load(word(1<<31)), v.load(float(1))
	loop("loop", n, v.lanes, func(i GPVirtual) {
		x := v.load(Mem{Base: z, Index: i, Scale: 4})
		if v.masks() {
			VPXORD(sign, x, x)
		} else {
			VXORPS(sign, x, x)
		}
		y := v.exp(x)
		VADDPS(one, y, y)
		VDIVPS(y, one, y)
		VMOVUPS(y, Mem{Base: p, Index: i, Scale: 4})
	})
	ret()
}

func (v isa) policyGrad() {
	v.text("policyGrad", "n int, d, z, p *float32, action *uint8, advantage, weight *float32, entropy float32)",
		"sets d = weight·((a−p)·A − ((β·p)·(1−p))·z).")
	n, d, z, p, action, advantage, weight := arg("n"), arg("d"), arg("z"), arg("p"), arg("action"), arg("advantage"), arg("weight")
	entropy, one := v.broadcastArg("entropy"), v.load(float(1))
	loop("loop", n, v.lanes, func(i GPVirtual) {
		at := func(base GPVirtual) Mem { return Mem{Base: base, Index: i, Scale: 4} }
		prob, gain, rest := v.load(at(p)), v.vec(), v.vec()
		VPMOVZXBD(Mem{Base: action, Index: i, Scale: 1}, gain)
		VCVTDQ2PS(gain, gain)
		VSUBPS(prob, gain, gain)
		VMULPS(at(advantage), gain, gain)
		spread := v.product(entropy, prob)
		VSUBPS(prob, one, rest)
		VMULPS(rest, spread, spread)
		VMULPS(at(z), spread, spread)
		VSUBPS(spread, gain, gain)
		VMULPS(at(weight), gain, gain)
		VMOVUPS(gain, at(d))
	})
	ret()
}

func (v isa) sample() {
	v.text("sample", "n int, action *uint8, p, u *float32)", "sets action = 1 where u < p, else 0.")
	const lessThan = 1 // and not unordered
	n, action, p, u := arg("n"), arg("action"), arg("p"), arg("u")
	ones := XMM()
	VMOVDQU(word(0x01010101), ones)
	loop("loop", n, v.lanes, func(i GPVirtual) {
		x, y := v.load(Mem{Base: u, Index: i, Scale: 4}), XMM()
		below := Mem{Base: p, Index: i, Scale: 4}
		if v.masks() {
			k := K()
			VCMPPS(U8(lessThan), below, x, k)
			VMOVDQU8_Z(ones, k, y)
			VMOVDQU(y, Mem{Base: action, Index: i, Scale: 1})
			return
		}
		VCMPPS(U8(lessThan), below, x, x)
		VEXTRACTF128(U8(1), x, y)
		VPACKSSDW(y, x.AsX(), y)
		VPACKSSWB(y, y, y)
		VPAND(ones, y, y)
		VMOVQ(y, Mem{Base: action, Index: i, Scale: 1})
	})
	ret()
}

func (v isa) uniform() {
	v.text("uniform", "n int, u *float32, words *uint32)", "sets u to the top 24 bits of words, divided by 2²⁴.")
	n, u, words := arg("n"), arg("u"), arg("words")
	unit := v.load(float(1.0 / (1 << 24)))
	loop("loop", n, v.lanes, func(i GPVirtual) {
		x := v.load(Mem{Base: words, Index: i, Scale: 4})
		VPSRLD(U8(8), x, x)
		VCVTDQ2PS(x, x)
		VMULPS(unit, x, x)
		VMOVUPS(x, Mem{Base: u, Index: i, Scale: 4})
	})
	ret()
}

func (v isa) rmsProp() {
	v.text("rmsProp", "n int, w, c, dw *float32, lr, decay, rest, eps float32)",
		"sets c = decay·c + rest·dw² and w += lr·dw/(√c+eps).")
	n, w, c, g := arg("n"), arg("w"), arg("c"), arg("dw") // Go's assembler takes g for a register
	lr, decay, rest, eps := v.broadcastArg("lr"), v.broadcastArg("decay"), v.broadcastArg("rest"), v.broadcastArg("eps")
	loop("loop", n, v.lanes, func(i GPVirtual) {
		at := func(base GPVirtual) Mem { return Mem{Base: base, Index: i, Scale: 4} }
		grad, mean := v.load(at(g)), v.product(at(c), decay)
		square := v.product(grad, grad)
		VMULPS(rest, square, square)
		VADDPS(square, mean, mean)
		VMOVUPS(mean, at(c))
		VSQRTPS(mean, mean)
		VADDPS(eps, mean, mean)
		step := v.product(lr, grad)
		VDIVPS(mean, step, step)
		VADDPS(at(w), step, step)
		VMOVUPS(step, at(w))
	})
	ret()
}

func (v isa) sumSquares() {
	v.text("sumSquares", "blocks int, x, lanes *float32)", "sets lanes[l] to the sum of x[16b+l]² over the blocks b.")
	blocks, x, lanes := arg("blocks"), arg("x"), arg("lanes")
	sums := make([]VecVirtual, v.vectors)
	for i := range sums {
		sums[i] = v.zero()
	}
	loop("loop", blocks, 1, func(GPVirtual) {
		for i, s := range sums {
			y := v.load(Mem{Base: x, Disp: 4 * v.lanes * i})
			VMULPS(y, y, y)
			VADDPS(y, s, s)
		}
		ADDQ(U8(blockBytes), x)
	})
	for i, s := range sums {
		VMOVUPS(s, Mem{Base: lanes, Disp: 4 * v.lanes * i})
	}
	ret()
}
