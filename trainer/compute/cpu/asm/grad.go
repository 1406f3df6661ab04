package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// bits returns the constants that pick bit l of a mask for lane l of vector i of a
// block.
func (v isa) bits(i int) VecVirtual {
	words := make([]uint32, v.lanes)
	for l := range words {
		words[l] = 1 << (i*v.lanes + l)
	}
	return v.load(table(fmt.Sprintf("bits%d", i), words))
}

// linksAhead is how far ahead columnGrad fetches a row's masks, and reads the links.
const linksAhead = 16

func (v isa) columnGrad() {
	v.text("columnGrad", "dw1, dw2, w1, w2 *float32, stride int, active *uint16, activeStride int, d *float32, links *uint32, start *uint32, cols, blocks int)",
		"sums q = Σ ±d∘active over the links of each column, sets dw1 = q∘w2 and adds w1∘q to dw2. Strides are in bytes. It reads 16 links beyond the last.")
	dw1, dw2, w1, w2 := arg("dw1"), arg("dw2"), arg("w1"), arg("w2")
	active, d, start, cols := arg("active"), arg("d"), arg("start"), arg("cols")
	link, end, row, odd, sign := GP64(), GP64(), GP64(), GP64(), signs()
	var bits []VecVirtual
	if !v.masks() {
		bits = []VecVirtual{v.bits(0), v.bits(1)}
	}
	MOVL(Mem{Base: start}, link.As32())
	SHLQ(U8(2), link)
	ADDQ(inPlace("links"), link)
	panels(arg("blocks"), v.columns, func(n int) {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, n) }
		Label(label("column"))
		TESTQ(cols, cols)
		JEQ(LabelRef("done"))
		MOVL(Mem{Base: start, Disp: 4}, end.As32())
		SHLQ(U8(2), end)
		ADDQ(inPlace("links"), end)
		sums := make([]VecVirtual, n*v.vectors)
		for i := range sums {
			sums[i] = v.zero()
		}
		JMP(LabelRef(label("test")))
		Label(label("link"))
		// The rows of a column are far apart, and no prefetcher can know the next.
		MOVL(Mem{Base: link, Disp: 4 * linksAhead}, odd.As32())
		SHRL(U8(1), odd.As32())
		IMULQ(inPlace("activeStride"), odd)
		PREFETCHT0(Mem{Base: active, Index: odd, Scale: 1})
		dRow := v.vec()
		MOVL(Mem{Base: link}, row.As32())
		MOVL(row.As32(), odd.As32())
		ANDL(U8(1), odd.As32())
		SHRL(U8(1), row.As32())
		VBROADCASTSS(Mem{Base: sign, Index: odd, Scale: 4}, dRow)
		v.scale(Mem{Base: d, Index: row, Scale: 4}, dRow)
		IMULQ(inPlace("activeStride"), row)
		ADDQ(active, row)
		for b := range n {
			mask := Mem{Base: row, Disp: 2 * b}
			if v.masks() {
				k := K()
				KMOVW(mask, k)
				VADDPS(dRow, sums[b], k, sums[b])
				continue
			}
			lanes := v.vec()
			VPBROADCASTW(mask, lanes)
			for i, s := range sums[b*v.vectors:][:v.vectors] {
				x := v.vec()
				VPAND(bits[i], lanes, x)
				VPCMPEQD(bits[i], x, x)
				VANDPS(dRow, x, x)
				VADDPS(x, s, s)
			}
		}
		ADDQ(U8(4), link)
		Label(label("test"))
		CMPQ(link, end)
		JNE(LabelRef(label("link")))
		for i, q := range sums {
			disp := 4 * v.lanes * i
			share := v.product(Mem{Base: w1, Disp: disp}, q)
			VADDPS(Mem{Base: dw2, Disp: disp}, share, share)
			VMOVUPS(share, Mem{Base: dw2, Disp: disp})
			VMULPS(Mem{Base: w2, Disp: disp}, q, q)
			VMOVUPS(q, Mem{Base: dw1, Disp: disp})
		}
		ADDQ(inPlace("stride"), dw1)
		ADDQ(inPlace("stride"), w1)
		ADDQ(U8(4), start)
		DECQ(cols)
		JMP(LabelRef(label("column")))
	})
	Label("done")
	ret()
}

// scale multiplies x by the number at at.
func (v isa) scale(at Mem, x VecVirtual) {
	if v.masks() {
		VMULPS_BCST(at, x, x)
		return
	}
	y := v.vec()
	VBROADCASTSS(at, y)
	VMULPS(y, x, x)
}

// mostOutputs is how many outputs hiddenGrad takes: there are registers for their sums
// and what else there is.
const mostOutputs = 6

func (v isa) hiddenGrad() {
	v.text("hiddenGrad", "dh, dw2, h *float32, active *uint16, activeStride int, d *float32, dStride int, w2 *float32, w2Stride, rows, outputs, bytes int)",
		"adds d[i][k]·max(0, h[i]) to dw2[k] and Σ_k d[i][k]·w2[k] to dh[i], and clears dh[i] where not active[i], for bytes of a row, a multiple of a block's. Strides are in bytes.")
	dh, dw2, h, active := arg("dh"), arg("dw2"), arg("h"), arg("active")
	d, w2, bytes := arg("d"), arg("w2"), arg("bytes")
	zero, bits, outputs := v.zero(), v.bits(0), arg("outputs")
	panels(outputs, mostOutputs, func(n int) {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, n) }
		loop(label("vector"), bytes, 4*v.lanes, func(u GPVirtual) {
			// One vector of the rows at a time. Of the output's weights and sums,
			// the sums are in registers.
			at := func(base GPVirtual) GPVirtual {
				p := GP64()
				LEAQ(Mem{Base: base, Index: u, Scale: 1}, p)
				return p
			}
			sums := make([]VecVirtual, n)
			p := at(dw2)
			for k := range sums {
				sums[k] = v.load(Mem{Base: p})
				ADDQ(inPlace("w2Stride"), p)
			}
			hidden, grad, row, mask := at(h), at(dh), GP64(), GP64()
			MOVQ(d, row)
			MOVQ(u, mask) // a byte of the mask is for 8 units of 4 bytes
			SHRQ(U8(5), mask)
			ADDQ(active, mask)
			loop(label("row"), inPlace("rows"), 1, func(GPVirtual) {
				x, sum := v.relu(zero, v.load(Mem{Base: hidden})), v.load(Mem{Base: grad})
				p := GP64()
				LEAQ(Mem{Base: w2, Index: u, Scale: 1}, p)
				for k := range sums {
					dk := v.vec()
					VBROADCASTSS(Mem{Base: row, Disp: 4 * k}, dk)
					VADDPS(v.product(dk, x), sums[k], sums[k])
					VMULPS(Mem{Base: p}, dk, dk)
					ADDQ(inPlace("w2Stride"), p)
					VADDPS(dk, sum, sum)
				}
				lanes := v.vec()
				VPBROADCASTB(Mem{Base: mask}, lanes)
				VPAND(bits, lanes, lanes)
				VPCMPEQD(bits, lanes, lanes)
				VANDPS(lanes, sum, sum)
				VMOVUPS(sum, Mem{Base: grad})
				ADDQ(bytes, hidden)
				ADDQ(bytes, grad)
				ADDQ(inPlace("dStride"), row)
				ADDQ(inPlace("activeStride"), mask)
			})
			p = at(dw2)
			for _, s := range sums {
				VMOVUPS(s, Mem{Base: p})
				ADDQ(inPlace("w2Stride"), p)
			}
		})
		JMP(LabelRef("done"))
	})
	Label("done")
	ret()
}
