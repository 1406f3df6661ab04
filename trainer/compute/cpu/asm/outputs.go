package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The functions of this file take rows of several outputs, a multiple of lanes of them: a
// lane is a row, a vector the rows' numbers for one output. room is for a vector for each
// output.

// rows is how vectors are read from rows of outputs, and written to them.
type rows struct {
	isa
	outputs Mem
	lanes   VecVirtual // where the lanes' rows begin, in float32
}

func (v isa) rows() rows {
	r := rows{v, inPlace("outputs"), v.vec()}
	numbers := make([]uint32, 16)
	for l := range numbers {
		numbers[l] = uint32(l)
	}
	VPBROADCASTD(r.outputs, r.lanes)
	VPMULLD(table("numbers", numbers), r.lanes, r.lanes)
	return r
}

// each runs body for every output, with the addresses of the first row's number of
// it and of its vector in room.
func (r rows) each(label string, base, room GPVirtual, body func(at, own GPVirtual)) {
	at, own := GP64(), GP64()
	MOVQ(base, at)
	MOVQ(room, own)
	loop(label, r.outputs, 1, func(GPVirtual) {
		body(at, own)
		ADDQ(U8(4), at)
		ADDQ(U8(4*r.isa.lanes), own)
	})
}

// next moves addresses of rows on to the next lanes of them.
func (r rows) next(bases ...GPVirtual) {
	bytes := GP64()
	MOVQ(r.outputs, bytes)
	IMUL3Q(U8(4*r.isa.lanes), bytes, bytes)
	for _, base := range bases {
		ADDQ(bytes, base)
	}
}

// gather returns the rows' numbers of the output at at.
func (r rows) gather(at GPVirtual) VecVirtual {
	x := r.zero()
	from := Mem{Base: at, Index: r.lanes, Scale: 4}
	if r.masks() {
		VGATHERDPS(from, r.allRows(), x)
		return x
	}
	all := r.vec()
	VPCMPEQD(x, x, all)
	VGATHERDPS(all, from, x)
	return x
}

func (r rows) allRows() OpmaskVirtual {
	all, k := GP32(), K()
	MOVL(U32(0xFFFF), all)
	KMOVW(all, k)
	return k
}

// scatter writes the rows' numbers of the output at at.
func (r rows) scatter(x VecVirtual, at GPVirtual) {
	if r.masks() {
		VSCATTERDPS(x, r.allRows(), Mem{Base: at, Index: r.lanes, Scale: 4})
		return
	}
	row, high := GP64(), XMM()
	MOVQ(at, row)
	VEXTRACTF128(U8(1), x, high)
	for _, half := range []VecVirtual{x.AsX().(VecVirtual), high} {
		for l := range 4 {
			VEXTRACTPS(U8(uint8(l)), half, Mem{Base: row})
			bytes := GP64()
			MOVQ(r.outputs, bytes)
			LEAQ(Mem{Base: row, Index: bytes, Scale: 4}, row)
		}
	}
}

// largest returns the largest of the outputs at z, where a NaN counts only if it is the
// first, and leaves them in room.
func (r rows) largest(label string, z, room GPVirtual) VecVirtual {
	top := r.gather(z)
	r.each(label, z, room, func(at, own GPVirtual) {
		x := r.gather(at)
		VMOVUPS(x, Mem{Base: own})
		VMAXPS(top, x, top) // top if either is NaN
	})
	return top
}

// log returns ln x as compute.Log32 does, operation by operation, of normal numbers
// and NaN.
func (v isa) log(x VecVirtual) VecVirtual {
	const sqrtHalf = 0x3F3504F3
	n, f := v.vec(), v.vec()
	VPSUBD(word(sqrtHalf), x, f)
	VPSRAD(U8(23), f, n)
	VCVTDQ2PS(n, n)
	v.and(word(1<<23-1), f)
	VPADDD(word(sqrtHalf), f, f)
	VSUBPS(float(1), f, f)
	s := v.vec()
	VADDPS(float(2), f, s)
	VDIVPS(s, f, s)
	z, r := v.product(s, s), v.load(float(2.0/9))
	for _, c := range []float32{2.0 / 7, 2.0 / 5, 2.0 / 3} {
		VMULPS(z, r, r)
		VADDPS(float(c), r, r)
	}
	VMULPS(z, r, r)
	half := v.product(float(0.5), f)
	VMULPS(f, half, half)
	VADDPS(half, r, r)
	VMULPS(s, r, r)
	VADDPS(v.product(float(math.Ln2-355.0/512), n), r, r)
	VSUBPS(r, half, half)
	VSUBPS(half, f, f)
	VMULPS(float(355.0/512), n, n)
	VADDPS(f, n, n)
	VSUBPS(x, x, f) // 0, or NaN
	VADDPS(f, n, n)
	return n
}

// and sets x to its bits that y has.
func (v isa) and(y Op, x VecVirtual) {
	if v.masks() {
		VPANDD(y, x, x)
	} else {
		VPAND(y, x, x)
	}
}

func (v isa) softmax() {
	v.text("softmax", "n int, p, z *float32, outputs int, room *float32)",
		"sets p = e^(z−max z)/Σ e^(z−max z) in each of n rows.")
	p, z, room := arg("p"), arg("z"), arg("room")
	r := v.rows()
	loop("rows", inPlace("n"), v.lanes, func(GPVirtual) {
		top, sum := r.largest("largest", z, room), v.zero()
		r.each("sum", z, room, func(_, own GPVirtual) {
			x := v.load(Mem{Base: own})
			VSUBPS(top, x, x)
			e := v.exp(x)
			VMOVUPS(e, Mem{Base: own})
			VADDPS(e, sum, sum)
		})
		r.each("share", p, room, func(at, own GPVirtual) {
			e := v.load(Mem{Base: own})
			VDIVPS(sum, e, e)
			r.scatter(e, at)
		})
		r.next(p, z)
	})
	ret()
}

func (v isa) policyGrads() {
	v.text("policyGrads", "n int, d, z, p *float32, action *uint8, advantage, weight *float32, entropy float32, outputs int, room *float32)",
		"sets d = weight·((1[a=k]−p)·A − β·p·(ln p+H)) in each of n rows, with ln p = z−max z−ln Σ e^(z−max z), H = −Σ p ln p.")
	d, z, p, room, action := arg("d"), arg("z"), arg("p"), arg("room"), arg("action")
	entropy, r := v.broadcastArg("entropy"), v.rows()
	loop("rows", inPlace("n"), v.lanes, func(i GPVirtual) {
		top, sum := r.largest("largest", z, room), v.zero()
		r.each("sum", z, room, func(_, own GPVirtual) {
			x := v.load(Mem{Base: own})
			VSUBPS(top, x, x)
			VMOVUPS(x, Mem{Base: own})
			VADDPS(v.exp(x), sum, sum)
		})
		logSum, h := v.log(sum), v.zero()
		r.each("entropy", p, room, func(at, own GPVirtual) {
			logP := v.load(Mem{Base: own})
			VSUBPS(logSum, logP, logP)
			VMOVUPS(logP, Mem{Base: own})
			VMULPS(r.gather(at), logP, logP)
			VSUBPS(logP, h, h)
		})
		taken, number, of := v.vec(), v.zero(), GP64()
		VPMOVZXBD(Mem{Base: action, Index: i, Scale: 1}, taken)
		MOVQ(d, of)
		SUBQ(p, of)
		r.each("grad", p, room, func(at, own GPVirtual) {
			prob, gain, spread := r.gather(at), v.vec(), v.load(Mem{Base: own})
			if v.masks() {
				k := K()
				VPCMPEQD(number, taken, k)
				VMOVUPS_Z(float(1), k, gain)
			} else {
				VPCMPEQD(number, taken, gain)
				VANDPS(float(1), gain, gain)
			}
			VPADDD(word(1), number, number)
			VSUBPS(prob, gain, gain)
			column := GP64()
			MOVQ(inPlace("advantage"), column)
			VMULPS(Mem{Base: column, Index: i, Scale: 4}, gain, gain)
			VADDPS(h, spread, spread)
			VMULPS(entropy, prob, prob)
			VMULPS(spread, prob, prob)
			VSUBPS(prob, gain, gain)
			MOVQ(inPlace("weight"), column)
			VMULPS(Mem{Base: column, Index: i, Scale: 4}, gain, gain)
			LEAQ(Mem{Base: at, Index: of, Scale: 1}, column)
			r.scatter(gain, column)
		})
		r.next(d, z, p)
	})
	ret()
}

func (v isa) samples() {
	v.text("samples", "n int, action *uint8, p, u *float32, outputs int)",
		"sets action to the number of k with u ≥ p[0] + … + p[k], at most outputs−1, in each of n rows.")
	const atLeast = 0x1D // and not unordered
	action, p, u := arg("action"), arg("p"), arg("u")
	last, r := v.vec(), v.rows()
	VPBROADCASTD(r.outputs, last)
	VPSUBD(word(1), last, last)
	loop("rows", inPlace("n"), v.lanes, func(i GPVirtual) {
		x, below, chosen := v.load(Mem{Base: u, Index: i, Scale: 4}), v.zero(), v.zero()
		r.each("output", p, p, func(at, _ GPVirtual) {
			VADDPS(r.gather(at), below, below)
			if v.masks() {
				k := K()
				VCMPPS(U8(atLeast), below, x, k)
				VPADDD(word(1), chosen, k, chosen)
				return
			}
			over := v.vec()
			VCMPPS(U8(atLeast), below, x, over)
			VPSUBD(over, chosen, chosen)
		})
		VPMINSD(last, chosen, chosen)
		if to := (Mem{Base: action, Index: i, Scale: 1}); v.masks() {
			VPMOVDB(chosen, to)
		} else {
			low, high := chosen.AsX(), XMM()
			VEXTRACTI128(U8(1), chosen, high)
			VPACKSSDW(high, low, high)
			VPACKUSWB(high, high, high)
			VMOVQ(high, to)
		}
		r.next(p)
	})
	ret()
}
