package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// boxBlocks is how many blocks of a pixel boxLine sums side by side. A running sum
// is a chain of additions that wait for each other; four chains keep the adders busy.
const boxBlocks = 4

func (v isa) boxLine() {
	v.text("boxLine", "dst *float32, dstStride int, src *float32, srcStride, n, radius int, inverse float32, blocks int)",
		"filters up to 4 blocks of each of n pixels, which are stride bytes apart.")
	dst, dstStride, src, srcStride := arg("dst"), arg("dstStride"), arg("src"), arg("srcStride")
	n, radius, blocks, inverse := arg("n"), arg("radius"), arg("blocks"), v.broadcastArg("inverse")
	// head is pixel i+radius, last is pixel i−radius−1, counted from below.
	head, last, first, in := GP64(), GP64(), GP64(), GP64()
	MOVQ(src, head)
	MOVQ(src, last)
	MOVQ(radius, first)
	CMPQ(first, n)
	CMOVQGT(n, first)
	panels(blocks, boxBlocks, func(blocks int) {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, blocks) }
		sums := make([]VecVirtual, blocks*v.vectors)
		for i := range sums {
			sums[i] = v.zero()
		}
		loop(label("first"), first, 1, func(GPVirtual) {
			for i, s := range sums {
				VADDPS(Mem{Base: head, Disp: 4 * v.lanes * i}, s, s)
			}
			ADDQ(srcStride, head)
		})
		loop(label("pixel"), n, 1, func(i GPVirtual) {
			LEAQ(Mem{Base: i, Index: radius, Scale: 1}, in)
			CMPQ(in, n)
			JGE(LabelRef(label("entered")))
			for i, s := range sums {
				VADDPS(Mem{Base: head, Disp: 4 * v.lanes * i}, s, s)
			}
			ADDQ(srcStride, head)
			Label(label("entered"))
			CMPQ(i, radius)
			JLE(LabelRef(label("left")))
			for i, s := range sums {
				VSUBPS(Mem{Base: last, Disp: 4 * v.lanes * i}, s, s)
			}
			ADDQ(srcStride, last)
			Label(label("left"))
			for i, s := range sums {
				VMOVUPS(v.product(inverse, s), Mem{Base: dst, Disp: 4 * v.lanes * i})
			}
			ADDQ(dstStride, dst)
		})
		JMP(LabelRef("done"))
	})
	Label("done")
	ret()
}
