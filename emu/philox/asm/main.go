// Command asm generates the vector forms of philox.Blocks:
//
//	go generate ./emu/philox
//
// A 32×32→64 bit multiplication takes the even 32-bit lanes of its operands, so a
// vector of counters is carried as two: its even lanes, and its odd lanes shifted
// down to even ones. What lies in the odd lanes of either is garbage that no
// multiplication sees; the two are interleaved again at the end.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	mul0   = 0xD2511F53
	mul1   = 0xCD9E8D57
	rounds = 10
)

// isa is one width of vector.
type isa struct {
	name  string
	bytes int
	new   func() VecVirtual
}

func main() {
	ConstraintExpr("amd64")
	blocks(isa{"AVX512", 64, ZMM})
	blocks(isa{"AVX2", 32, YMM})
	Generate()
}

// state is the counters (c0, c1, c2, c3) of the even or the odd lanes.
type state [4]VecVirtual

func blocks(v isa) {
	TEXT("blocks"+v.name, NOSPLIT, "func(n int, keys *[20]uint32, purpose uint32, tick, stream, r0, r1, r2, r3 *uint32)")
	Doc("blocks" + v.name + " computes n blocks; n is a multiple of the vector's lanes.")
	Pragma("noescape")
	wide := v.bytes == 64
	n := Load(Param("n"), GP64())
	keys := Load(Param("keys"), GP64())
	tick := Load(Param("tick"), GP64())
	stream := Load(Param("stream"), GP64())
	var out [4]Register
	for i, name := range []string{"r0", "r1", "r2", "r3"} {
		out[i] = Load(Param(name), GP64())
	}
	purpose, m0, m1 := v.new(), v.new(), v.new()
	broadcast := func(dst VecVirtual, src GPVirtual) {
		if wide {
			VPBROADCASTD(src, dst)
			return
		}
		VMOVD(src, dst.AsX())
		VPBROADCASTD(dst.AsX(), dst)
	}
	word := Load(Param("purpose"), GP32()).(GPVirtual)
	broadcast(purpose, word)
	MOVL(U32(mul0), word)
	broadcast(m0, word)
	MOVL(U32(mul1), word)
	broadcast(m1, word)
	var odd OpmaskVirtual
	if wide {
		odd = K()
		MOVL(U32(0xAAAA), word)
		KMOVW(word, odd)
	}
	zero := v.new()
	if wide {
		VPXORD(zero, zero, zero)
	} else {
		VPXOR(zero, zero, zero)
	}
	i := GP64()
	XORQ(i, i)
	Label("loop")
	CMPQ(i, n)
	JGE(LabelRef("done"))
	load := func(ptr Register) VecVirtual {
		x := v.new()
		at := Mem{Base: ptr, Index: i, Scale: 4}
		if wide {
			VMOVDQU32(at, x)
		} else {
			VMOVDQU(at, x)
		}
		return x
	}
	down := func(x VecVirtual) VecVirtual {
		y := v.new()
		VPSRLQ(U8(32), x, y)
		return y
	}
	c0, c1 := load(tick), load(stream)
	s := [2]state{{c0, c1, purpose, zero}, {down(c0), down(c1), purpose, zero}}
	for r := range rounds {
		s[0] = round(v, s[0], m0, m1, keys, r)
		s[1] = round(v, s[1], m0, m1, keys, r)
	}
	for k := range 4 {
		even, up := s[0][k], v.new()
		at := Mem{Base: out[k], Index: i, Scale: 4}
		if wide {
			VPSHUFD(U8(0xA0), s[1][k], odd, even)
			VMOVDQU32(even, at)
		} else {
			VPSHUFD(U8(0xA0), s[1][k], up)
			VPBLENDD(U8(0xAA), up, even, even)
			VMOVDQU(even, at)
		}
	}
	ADDQ(U8(v.bytes/4), i)
	JMP(LabelRef("loop"))
	Label("done")
	VZEROUPPER()
	RET()
}

// round returns the counters after one round: with the products p0 = mul0·c0 and
// p1 = mul1·c2, (hi p1 ^ c1 ^ k0, lo p1, hi p0 ^ c3 ^ k1, lo p0).
func round(v isa, s state, m0, m1 VecVirtual, keys Register, r int) state {
	p0, p1 := v.new(), v.new()
	VPMULUDQ(m0, s[0], p0)
	VPMULUDQ(m1, s[2], p1)
	mix := func(p, c VecVirtual, key int) VecVirtual {
		at := Mem{Base: keys, Disp: 4 * key}
		hi := v.new()
		VPSHUFD(U8(0xF5), p, hi)
		if v.bytes == 64 {
			VPTERNLOGD_BCST(U8(0x96), at, c, hi)
			return hi
		}
		k := v.new()
		VPBROADCASTD(at, k)
		VPXOR(c, hi, hi)
		VPXOR(k, hi, hi)
		return hi
	}
	return state{mix(p1, s[1], 2*r), p1, mix(p0, s[3], 2*r+1), p0}
}
