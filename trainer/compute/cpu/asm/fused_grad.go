package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fusedGradBlocks is how many blocks of a row sparseMLPGrad takes: their hidden units and the
// gradients at them are in registers.
const fusedGradBlocks = 13

func (v isa) sparseMLPGrad() {
	v.text("sparseMLPGrad", "dw1, dw2, w1, w2 *float32, stride int, active *uint16, activeStride int, entries *uint16, rows, rowBytes, cols int, d *float32, outputs, blocks int) int",
		"is sparseRows"+v.name+", hiddenGrad and scatterRows"+v.name+" with what is between them in registers, for the rows whose d is not 0. Strides are in bytes.")
	dw1, dw2, w1, w2, stride := arg("dw1"), arg("dw2"), arg("w1"), arg("w2"), arg("stride")
	active, row, left, d := arg("active"), arg("entries"), arg("rows"), arg("d")
	rowBytes, cols, outputs := inPlace("rowBytes"), inPlace("cols"), inPlace("outputs")
	sign := signs()
	panels(arg("blocks"), fusedGradBlocks, func(n int) {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, n) }
		Label(label("row"))
		TESTQ(left, left)
		JEQ(LabelRef("done"))
		some := GP32()
		XORL(some, some)
		loop(label("some"), outputs, 1, func(k GPVirtual) { ORL(Mem{Base: d, Index: k, Scale: 4}, some) })
		ADDL(some, some) // without the sign
		JEQ(LabelRef(label("rest")))

		v.fetchNext(label("next"), left, row, rowBytes, stride, n, w1)
		h, dh := make([]VecVirtual, n), make([]VecVirtual, n)
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
			dh[b] = v.zero()
			VMAXPS(dh[b], h[b], h[b])
		}
		// Asked for together with w1's rows, those of dw1 would be in their way.
		v.fetchRows(label("own"), row, rowBytes, stride, n, dw1)
		sums, weights := GP64(), GP64()
		MOVQ(dw2, sums)
		MOVQ(w2, weights)
		loop(label("output"), outputs, 1, func(k GPVirtual) {
			dk := v.vec()
			VBROADCASTSS(Mem{Base: d, Index: k, Scale: 4}, dk)
			for b := range h {
				at := func(base GPVirtual) Mem { return Mem{Base: base, Disp: blockBytes * b} }
				share := v.product(h[b], dk)
				VADDPS(at(sums), share, share)
				VMOVUPS(share, at(sums))
				VADDPS(v.product(at(weights), dk), dh[b], dh[b])
			}
			ADDQ(stride, sums)
			ADDQ(stride, weights)
		})
		for b := range dh {
			k := K()
			KMOVW(Mem{Base: active, Disp: 2 * b}, k)
			VMOVUPS_Z(dh[b], k, dh[b])
		}
		v.forEntries(label("again"), row, rowBytes, cols, stride, sign, "done", func(one VecVirtual, offset GPVirtual) {
			ADDQ(dw1, offset)
			for b := range dh {
				at := Mem{Base: offset, Disp: blockBytes * b}
				x := v.load(at)
				VFMADD231PS(dh[b], one, x)
				VMOVUPS(x, at)
			}
		})

		Label(label("rest"))
		bytes := GP64()
		MOVQ(outputs, bytes)
		LEAQ(Mem{Base: d, Index: bytes, Scale: 4}, d)
		ADDQ(rowBytes, row)
		ADDQ(inPlace("activeStride"), active)
		DECQ(left)
		JMP(LabelRef(label("row")))
	})
	returnRows(left)
}
