package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: AVX-512 if wide, else AVX2.
type isa struct {
	name  string
	wide  bool
	lanes int
	new   func() VecVirtual
}

// vec is a vector of 32-bit lanes; a mask chooses lanes: an opmask register in
// AVX-512, a vector of 0 and −1 in AVX2. The nil mask is all lanes.
type (
	vec  = VecVirtual
	mask = Register
)

// A source is a vec, a Mem with all lanes, or the same number in all lanes: a word,
// known now, or a scalar in memory.
type (
	source any
	word   int32
	scalar struct{ Mem }
)

// opcode is an operation on two sources.
type opcode int

const (
	add opcode = iota
	sub
	and
	or
	xor
	andn // ^a & b
	minSigned
	maxSigned
	mul
	shiftLeft  // a << b, 0 from 32 on, b unsigned
	shiftRight // likewise, bringing in zeros
)

// wideOps has each operation with a vector and with a number as its second source.
var wideOps = map[opcode][2]func(...Op){
	add: {VPADDD, VPADDD_BCST}, sub: {VPSUBD, VPSUBD_BCST}, and: {VPANDD, VPANDD_BCST}, or: {VPORD, VPORD_BCST},
	xor: {VPXORD, VPXORD_BCST}, andn: {VPANDND, VPANDND_BCST}, mul: {VPMULLD, VPMULLD_BCST},
	minSigned: {VPMINSD, VPMINSD_BCST}, maxSigned: {VPMAXSD, VPMAXSD_BCST},
	shiftLeft: {VPSLLVD, VPSLLVD_BCST}, shiftRight: {VPSRLVD, VPSRLVD_BCST},
}

func binary(f func(_, _, _ Op)) func(...Op) { return func(ops ...Op) { f(ops[0], ops[1], ops[2]) } }

var narrowOps = map[opcode]func(...Op){
	add: VPADDD, sub: VPSUBD, and: binary(VPAND), or: binary(VPOR), xor: binary(VPXOR), andn: binary(VPANDN),
	mul: VPMULLD, minSigned: VPMINSD, maxSigned: VPMAXSD, shiftLeft: VPSLLVD, shiftRight: VPSRLVD,
}

// op computes dst = a ∘ b.
func (v *isa) op(o opcode, dst, a vec, b source) { v.opIf(nil, o, dst, a, b) }

// opIf computes dst = a ∘ b in the lanes of m.
func (v *isa) opIf(m mask, o opcode, dst, a vec, b source) {
	from, same := v.source(b)
	if v.wide {
		f := wideOps[o][0]
		if same {
			f = wideOps[o][1]
		}
		if m == nil {
			f(from, a, dst)
		} else {
			f(from, a, m, dst)
		}
		return
	}
	switch {
	case m == nil:
		narrowOps[o](from, a, dst)
	case (o == add || o == sub) && a == dst: // x ∘ 0 is x
		chosen := v.new()
		VPAND(from, m, chosen)
		narrowOps[o](chosen, a, dst)
	default:
		result := v.new()
		narrowOps[o](from, a, result)
		v.choose(m, dst, result)
	}
}

// source returns an operand for s, and whether AVX-512 must broadcast it.
func (v *isa) source(s source) (from Op, same bool) {
	switch s := s.(type) {
	case word:
		return constant(s), v.wide
	case scalar:
		if v.wide {
			return s.Mem, true
		}
		all := v.new()
		VPBROADCASTD(s.Mem, all)
		return all, false
	case Mem:
		return s, false
	case vec:
		return s, false
	}
	panic(fmt.Sprintf("source %T", s))
}

// splat returns a vector with w in all lanes.
func (v *isa) splat(w word) vec {
	all := v.new()
	switch {
	case w == 0 && v.wide:
		VPXORD(all, all, all)
	case w == 0:
		VPXOR(all, all, all)
	default:
		VPBROADCASTD(constant(w), all)
	}
	return all
}

// load returns what lies at m.
func (v *isa) load(m Mem) vec {
	x := v.new()
	v.store(m, x)
	return x
}

// store copies the whole of one operand, a vec or a Mem, to the other.
func (v *isa) store(from, to Op) {
	if v.wide {
		VMOVDQU32(from, to)
	} else {
		VMOVDQU(from, to)
	}
}

// choose sets dst to x in the lanes of m.
func (v *isa) choose(m mask, dst vec, x source) {
	from, same := v.source(x)
	switch {
	case v.wide && same:
		VPBROADCASTD(from, m, dst)
	case v.wide:
		VMOVDQA32(from, m, dst)
	default:
		VPBLENDVB(m, from, dst, dst)
	}
}

// keep sets x to 0 but in the lanes of m.
func (v *isa) keep(m mask, x vec) {
	if v.wide {
		VMOVDQA32_Z(x, m, x)
	} else {
		VPAND(m, x, x)
	}
}

// left sets dst to x << bits.
func (v *isa) left(bits uint8, dst, x vec) { VPSLLD(U8(bits), x, dst) }

// right sets dst to x >> bits, rounding down.
func (v *isa) right(bits uint8, dst, x vec) { VPSRAD(U8(bits), x, dst) }

// rightIf is right in the lanes of m.
func (v *isa) rightIf(m mask, bits uint8, dst, x vec) {
	if v.wide {
		VPSRAD(U8(bits), x, m, dst)
		return
	}
	result := v.new()
	v.right(bits, result, x)
	v.choose(m, dst, result)
}
