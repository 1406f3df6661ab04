package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// greaterThan is VCMPPS's code for x > y and not unordered.
const greaterThan = 0x1E

// fusedBlocks is how many sums, blocks of a row, sparseMLP keeps in registers.
const fusedBlocks = 16

func (v isa) sparseMLP() {
	v.text("sparseMLP", "z *float32, active, entries *uint16, rows, rowBytes, cols int, w1 *float32, stride int, w2 *float32, outputs, blocks int) int",
		"is sparseRows"+v.name+" and reluDot"+v.name+" with the hidden units in registers. The stride is in bytes.")
	z, active, row, left := arg("z"), arg("active"), arg("entries"), arg("rows")
	w1, stride, w2, blocks := arg("w1"), arg("stride"), arg("w2"), arg("blocks")
	rowBytes, cols := inPlace("rowBytes"), inPlace("cols")
	sign, zero := signs(), v.zero()
	panels(blocks, fusedBlocks, func(n int) {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, n) }
		Label(label("row"))
		TESTQ(left, left)
		JEQ(LabelRef("done"))
		v.fetchNext(label("next"), left, row, rowBytes, stride, n, w1)
		h := make([]VecVirtual, n)
		for b := range h {
			h[b] = v.zero()
		}
		v.forEntries(label("entry"), row, rowBytes, cols, stride, sign, "done", func(one VecVirtual, offset GPVirtual) {
			ADDQ(w1, offset)
			for b := range h {
				VFMADD231PS(Mem{Base: offset, Disp: blockBytes * b}, one, h[b])
			}
		})
		for b := range h {
			k := K()
			VCMPPS(U8(greaterThan), zero, h[b], k)
			KMOVW(k, Mem{Base: active, Disp: 2 * b})
			VMAXPS(zero, h[b], h[b])
		}
		weights := GP64()
		MOVQ(w2, weights)
		loop(label("output"), inPlace("outputs"), 1, func(GPVirtual) {
			sum := v.zero()
			for b := range h {
				VADDPS(v.product(Mem{Base: weights, Disp: blockBytes * b}, h[b]), sum, sum)
			}
			VMOVSS(v.foldLanes([]VecVirtual{sum}).AsX(), Mem{Base: z})
			ADDQ(U8(4), z)
			ADDQ(stride, weights)
		})
		ADDQ(U8(2*n), active)
		ADDQ(rowBytes, row)
		DECQ(left)
		JMP(LabelRef(label("row")))
	})
	returnRows(left)
}

func (v isa) reluDot() {
	v.text("reluDot", "z *float32, active *uint16, h, w2 *float32, rows, outputs, bytes int)",
		"sets z[i][k] = lanesum(max(0, h[i])∘w2[k]) and active[i] = h[i] > 0, for bytes of a row, a multiple of a block's, and at least one output.")
	z, active, h, w2 := arg("z"), arg("active"), arg("h"), arg("w2")
	rows, outputs, bytes := arg("rows"), arg("outputs"), arg("bytes")
	zero, weights := v.zero(), GP64()
	// dot sums relu(h)∘w2 for one output; each is called with what it loads of h.
	dot := func(label string, each func(i int, x VecVirtual), then func()) {
		sums := make([]VecVirtual, v.vectors)
		for i := range sums {
			sums[i] = v.zero()
		}
		loop(label, bytes, blockBytes, func(u GPVirtual) {
			for i, s := range sums {
				x := v.load(Mem{Base: h, Index: u, Scale: 1, Disp: 4 * v.lanes * i})
				each(i, x)
				VMAXPS(zero, x, x)
				VMULPS(Mem{Base: weights, Index: u, Scale: 1, Disp: 4 * v.lanes * i}, x, x)
				VADDPS(x, s, s)
			}
			then()
		})
		VMOVSS(v.foldLanes(sums).AsX(), Mem{Base: z})
		ADDQ(U8(4), z)
		ADDQ(bytes, weights)
	}
	loop("row", rows, 1, func(GPVirtual) {
		MOVQ(w2, weights)
		dot("first", func(i int, x VecVirtual) {
			if v.masks() {
				k := K()
				VCMPPS(U8(greaterThan), zero, x, k)
				KMOVW(k, Mem{Base: active})
				return
			}
			on, bits := v.vec(), GP32()
			VCMPPS(U8(greaterThan), zero, x, on)
			VMOVMSKPS(on, bits)
			MOVB(bits.As8L(), Mem{Base: active, Disp: i})
		}, func() { ADDQ(U8(2), active) })
		more := GP64()
		MOVQ(outputs, more)
		JMP(LabelRef("more"))
		Label("output")
		dot("dot", func(int, VecVirtual) {}, func() {})
		Label("more")
		DECQ(more)
		JNE(LabelRef("output"))
		ADDQ(bytes, h)
	})
	ret()
}
