package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Of package cpu's visit, in bytes.
const (
	visitLo   = 0
	visitHi   = 4
	visitOut  = 8
	visitBase = 16
	visitSize = 24
)

func (v isa) nonzeros() {
	v.text("nonzeros", "n int, x *float32, at *uint32, values *float32) int",
		"writes where x is not 0, and what it is there, and returns at how many places. n is a multiple of a vector's lanes; a vector is written behind the last.")
	const notEqual = 4 // or unordered
	n, x, at, values := arg("n"), arg("x"), arg("at"), arg("values")
	zero, count := v.zero(), GP64()
	XORQ(count, count)
	places, step := v.vec(), v.vec()
	if v.masks() {
		words, lanes := make([]uint32, v.lanes), make([]uint32, v.lanes)
		for l := range words {
			words[l], lanes[l] = uint32(l), uint32(v.lanes)
		}
		VMOVDQU32(table("iota", words), places)
		VMOVDQU32(table("lanes", lanes), step)
	}
	loop("loop", n, v.lanes, func(i GPVirtual) {
		value, found := v.load(Mem{Base: x, Index: i, Scale: 4}), GP32()
		if v.masks() {
			k := K()
			VCMPPS(U8(notEqual), zero, value, k)
			KMOVW(k, found)
			TESTL(found, found)
			JZ(LabelRef("next"))
			packed := v.vec()
			VCOMPRESSPS_Z(value, k, packed)
			VMOVUPS(packed, Mem{Base: values, Index: count, Scale: 4})
			VPCOMPRESSD_Z(places, k, packed)
			VMOVDQU32(packed, Mem{Base: at, Index: count, Scale: 4})
			POPCNTL(found, found)
			ADDQ(found.As64(), count)
			Label("next")
			VPADDD(step, places, places)
			return
		}
		other, place, bits := v.vec(), GP64(), GP32()
		VCMPPS(U8(notEqual), zero, value, other)
		VMOVMSKPS(other, found)
		TESTL(found, found)
		JZ(LabelRef("next"))
		Label("bit")
		BSFL(found, place.As32())
		ADDQ(i, place)
		MOVL(place.As32(), Mem{Base: at, Index: count, Scale: 4})
		MOVL(Mem{Base: x, Index: place, Scale: 4}, bits)
		MOVL(bits, Mem{Base: values, Index: count, Scale: 4})
		INCQ(count)
		LEAL(Mem{Base: found.As64(), Disp: -1}, bits)
		ANDL(bits, found)
		JNZ(LabelRef("bit"))
		Label("next")
	})
	Store(count, ReturnIndex(0))
	ret()
}

// tail is the last vector of a row, of which not all lanes may be there.
type tail struct {
	v isa
	k Register // of AVX-512
	m VecVirtual
}

// newTail returns the tail of so many lanes, at least 1.
func (v isa) newTail(lanes GPVirtual) tail {
	if v.masks() {
		k, ones := K(), GP32()
		MOVL(U32(0xFFFF), ones)
		BZHIL(lanes.As32(), ones, ones)
		KMOVW(ones, k)
		return tail{v: v, k: k}
	}
	words := make([]uint32, 2*v.lanes)
	for l := range v.lanes {
		words[l] = 0xFFFFFFFF
	}
	from := GP64()
	MOVQ(U32(uint32(v.lanes)), from)
	SUBQ(lanes, from)
	mask := v.vec()
	VMOVUPS(Mem{Base: address(table("tail", words)), Index: from, Scale: 4}, mask)
	return tail{v: v, m: mask}
}

// load loads the lanes that are there; the others are 0.
func (t tail) load(at Mem) VecVirtual {
	x := t.v.vec()
	if t.v.masks() {
		VMOVUPS_Z(at, t.k, x)
	} else {
		VMASKMOVPS(at, t.m, x)
	}
	return x
}

func (t tail) store(x VecVirtual, at Mem) {
	if t.v.masks() {
		VMOVUPS(x, t.k, at)
	} else {
		VMASKMOVPS(x, t.m, at)
	}
}

// loads returns n vectors, the last of them the tail.
func (v isa) loads(t tail, at GPVirtual, n int) []VecVirtual {
	x := make([]VecVirtual, n)
	for i := range x {
		x[i] = v.part(t, at, i, n)
	}
	return x
}

// part returns vector i of n.
func (v isa) part(t tail, at GPVirtual, i, n int) VecVirtual {
	m := Mem{Base: at, Disp: 4 * v.lanes * i}
	if i == n-1 {
		return t.load(m)
	}
	return v.load(m)
}

// forVisits runs begin, entry for the places, and end, of each visit. begin is given the address
// of the visit's output, and entry the place's number in all lanes and its row's address.
func (v isa) forVisits(n int, out, rows, stride GPVirtual, begin func(at GPVirtual), entry func(x VecVirtual, row GPVirtual), end func(at GPVirtual)) {
	label := func(s string) string { return fmt.Sprintf("%s%d", s, n) }
	visit, left, at, values := arg("visits"), arg("n"), arg("at"), arg("values")
	place, last, to, base, row := GP64(), GP64(), GP64(), GP64(), GP64()
	Label(label("visit"))
	TESTQ(left, left)
	JZ(LabelRef("done"))
	MOVL(Mem{Base: visit, Disp: visitLo}, place.As32())
	MOVL(Mem{Base: visit, Disp: visitHi}, last.As32())
	MOVQ(Mem{Base: visit, Disp: visitOut}, to)
	LEAQ(Mem{Base: out, Index: to, Scale: 4}, to)
	MOVQ(Mem{Base: visit, Disp: visitBase}, base)
	LEAQ(Mem{Base: rows, Index: base, Scale: 4}, base)
	begin(to)
	JMP(LabelRef(label("test")))
	Label(label("place"))
	MOVL(Mem{Base: at, Index: place, Scale: 4}, row.As32())
	IMULQ(stride, row)
	ADDQ(base, row)
	x := v.vec()
	VBROADCASTSS(Mem{Base: values, Index: place, Scale: 4}, x)
	entry(x, row)
	INCQ(place)
	Label(label("test"))
	CMPQ(place, last)
	JB(LabelRef(label("place")))
	end(to)
	ADDQ(U8(visitSize), visit)
	DECQ(left)
	JMP(LabelRef(label("visit")))
}

func (v isa) gather() {
	v.text("gather", "y, w *float32, stride int, visits *int, n int, at *uint32, values *float32, vectors, lanes int)",
		"adds to vectors of y, the last of so many lanes, each visit's numbers times their rows of w. The stride is in bytes.")
	y, w, stride, lanes := arg("y"), arg("w"), arg("stride"), arg("lanes")
	t := v.newTail(lanes)
	panels(arg("vectors"), v.gathered, func(n int) {
		var sums []VecVirtual
		v.forVisits(n, y, w, stride, func(at GPVirtual) {
			sums = v.loads(t, at, n)
		}, func(x VecVirtual, row GPVirtual) {
			for i, s := range sums {
				p := v.vec()
				if i == n-1 {
					p = t.load(Mem{Base: row, Disp: 4 * v.lanes * i})
					VMULPS(p, x, p)
				} else {
					VMULPS(Mem{Base: row, Disp: 4 * v.lanes * i}, x, p)
				}
				VADDPS(p, s, s)
			}
		}, func(at GPVirtual) {
			for i, s := range sums[:n-1] {
				VMOVUPS(s, Mem{Base: at, Disp: 4 * v.lanes * i})
			}
			// What a store of all lanes wrote can be loaded at once, behind one of some it waits.
			last := Mem{Base: at, Disp: 4 * v.lanes * (n - 1)}
			CMPQ(inPlace("lanes"), U8(v.lanes))
			JEQ(LabelRef(fmt.Sprintf("whole%d", n)))
			t.store(sums[n-1], last)
			JMP(LabelRef(fmt.Sprintf("stored%d", n)))
			Label(fmt.Sprintf("whole%d", n))
			VMOVUPS(sums[n-1], last)
			Label(fmt.Sprintf("stored%d", n))
		})
	})
	Label("done")
	ret()
}

func (v isa) scatter() {
	v.text("scatter", "dw *float32, stride int, dy *float32, visits *int, n int, at *uint32, values *float32, vectors, lanes int)",
		"adds to vectors of the rows of dw each visit's numbers times the vectors of dy, the last of so many lanes. The stride is in bytes.")
	dw, stride, dy, lanes := arg("dw"), arg("stride"), arg("dy"), arg("lanes")
	t := v.newTail(lanes)
	panels(arg("vectors"), v.gathered, func(n int) {
		var gradient []VecVirtual
		v.forVisits(n, dy, dw, stride, func(at GPVirtual) {
			gradient = v.loads(t, at, n)
		}, func(x VecVirtual, row GPVirtual) {
			for i, d := range gradient {
				p := v.product(d, x)
				VADDPS(Mem{Base: row, Disp: 4 * v.lanes * i}, p, p)
				VMOVUPS(p, Mem{Base: row, Disp: 4 * v.lanes * i})
			}
		}, func(GPVirtual) {})
	})
	Label("done")
	ret()
}
