package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// predicate is a comparison, by its number in AVX-512.
type predicate uint8

const (
	eq predicate = 0
	lt predicate = 1
	ne predicate = 4
	gt predicate = 6
)

// compare returns the lanes of in where the comparison of a with b is true.
func (v *isa) compare(p predicate, a vec, b source, in mask) mask {
	from, same := v.source(b)
	if v.wide {
		f, m := VPCMPD, K()
		if same {
			f = VPCMPD_BCST
		}
		if in == nil {
			f(U8(p), from, a, m)
		} else {
			f(U8(p), from, a, in, m)
		}
		return m
	}
	m := v.new()
	switch p {
	case eq, ne:
		VPCMPEQD(from, a, m)
	case gt:
		VPCMPGTD(from, a, m)
	case lt:
		v.store(from, m)
		VPCMPGTD(a, m, m)
	}
	switch {
	case p == ne && in == nil:
		VPXOR(constant(-1), m, m)
	case p == ne:
		VPANDN(in, m, m)
	case in != nil:
		VPAND(in, m, m)
	}
	return m
}

// below returns the lanes of in where x < n, both unsigned.
func (v *isa) below(x vec, n word, in mask) mask {
	if v.wide {
		return v.unsigned(1, x, n, in)
	}
	least := v.new()
	VPMINUD(constant(n-1), x, least)
	return v.compare(eq, least, x, in)
}

// reaches returns the lanes of in where x ≥ n, both unsigned.
func (v *isa) reaches(x vec, n source, in mask) mask {
	if v.wide {
		return v.unsigned(5, x, n, in)
	}
	from, _ := v.source(n)
	most := v.new()
	VPMAXUD(from, x, most)
	return v.compare(eq, most, x, in)
}

func (v *isa) unsigned(p uint8, x vec, n source, in mask) mask {
	from, m := must(v.source(n)), K()
	if in == nil {
		VPCMPUD_BCST(U8(p), from, x, m)
	} else {
		VPCMPUD_BCST(U8(p), from, x, in, m)
	}
	return m
}

func must(from Op, same bool) Op {
	if !same {
		panic("a number was expected")
	}
	return from
}

// none returns no lanes.
func (v *isa) none() mask {
	if v.wide {
		m := K()
		KXORW(m, m, m)
		return m
	}
	return v.splat(0)
}

func (v *isa) or(a, b mask) mask { return v.combine(KORW, VPOR, a, b) }

// andNot returns the lanes of b that are not in a.
func (v *isa) andNot(a, b mask) mask { return v.combine(KANDNW, VPANDN, b, a) }

func (v *isa) combine(wide, narrow func(_, _, _ Op), a, b mask) mask {
	if v.wide {
		m := K()
		wide(a, b, m)
		return m
	}
	m := v.new()
	narrow(a, b, m)
	return m
}

// setMask makes dst what m is.
func (v *isa) setMask(dst, m mask) {
	if v.wide {
		KMOVW(m, dst)
	} else {
		v.store(m, dst)
	}
}

// skipIfNone jumps to label if there are no lanes in m.
func (v *isa) skipIfNone(m mask, label string) {
	if v.wide {
		KORTESTW(m, m)
	} else {
		VPTEST(m, m)
	}
	JZ(LabelRef(label))
}

// bits returns a number that is 0 if there are no lanes in m.
func (v *isa) bits(m mask) Op {
	r := GP32()
	if v.wide {
		KMOVW(m, r)
	} else {
		VMOVMSKPS(m, r)
	}
	return r
}

// ones returns a vector with 1 in the lanes of m, else 0.
func (v *isa) ones(m mask) vec {
	x := v.new()
	if v.wide {
		VPBROADCASTD_Z(constant(1), m, x)
	} else {
		VPAND(constant(1), m, x)
	}
	return x
}

// storeBytes writes the lowest bytes of x's lanes to m. The lanes are −1, 0 or 1.
func (v *isa) storeBytes(m Mem, x vec) {
	if v.wide {
		VPMOVDB(x, m)
		return
	}
	high := XMM()
	VEXTRACTI128(U8(1), x, high)
	VPACKSSDW(high, x.AsX(), high)
	VPACKSSWB(high, high, high)
	VMOVQ(high, m)
}
