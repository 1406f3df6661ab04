package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// endOfRow is compute.End.
const endOfRow = 0xFFFF

// signs returns a register with the address of +1 and −1.
func signs() GPVirtual {
	return address(table("signs", []uint32{math.Float32bits(1), math.Float32bits(-1)}))
}

// forEntries runs body for the entries of the row at row, to its end or End: with ±1
// in all lanes and the offset of the column's row of a matrix with rows of stride
// bytes. It jumps to bad for a column that is not below cols.
func (v isa) forEntries(label string, row GPVirtual, rowBytes, cols Op, stride, signs GPVirtual, bad string, body func(sign VecVirtual, offset GPVirtual)) {
	at, end := GP64(), GP64()
	e, offset, sign := GP32(), GP64(), v.vec()
	MOVQ(row, at)
	MOVQ(row, end)
	ADDQ(rowBytes, end)
	Label(label)
	CMPQ(at, end)
	JEQ(LabelRef(label + "_end"))
	MOVWLZX(Mem{Base: at}, e)
	CMPL(e, U32(endOfRow))
	JEQ(LabelRef(label + "_end"))
	MOVL(e, offset.As32())
	SHRL(U8(1), offset.As32())
	CMPQ(offset, cols)
	JAE(LabelRef(bad))
	IMULQ(stride, offset)
	ANDL(U8(1), e)
	VBROADCASTSS(Mem{Base: signs, Index: e.As64(), Scale: 4}, sign)
	body(sign, offset)
	ADDQ(U8(2), at)
	JMP(LabelRef(label))
	Label(label + "_end")
}

// fetchRows asks for n blocks of base's rows of the entries of the row at row.
func (v isa) fetchRows(label string, row GPVirtual, rowBytes, stride Op, n int, base GPVirtual) {
	at, end, offset := GP64(), GP64(), GP64()
	MOVQ(row, at)
	MOVQ(row, end)
	ADDQ(rowBytes, end)
	Label(label)
	CMPQ(at, end)
	JEQ(LabelRef(label + "_end"))
	MOVWLZX(Mem{Base: at}, offset.As32())
	CMPL(offset.As32(), U32(endOfRow))
	JEQ(LabelRef(label + "_end"))
	SHRL(U8(1), offset.As32())
	IMULQ(stride, offset)
	for b := range n {
		PREFETCHT0(Mem{Base: base, Index: offset, Scale: 1, Disp: blockBytes * b})
	}
	ADDQ(U8(2), at)
	JMP(LabelRef(label))
	Label(label + "_end")
}

// fetchNext asks for n blocks of base's rows of the entries of the row after the one at row,
// unless that is the last.
func (v isa) fetchNext(label string, left, row GPVirtual, rowBytes, stride Op, n int, base GPVirtual) {
	CMPQ(left, U8(1))
	JE(LabelRef(label + "_last"))
	next := GP64()
	MOVQ(row, next)
	ADDQ(rowBytes, next)
	v.fetchRows(label, next, rowBytes, stride, n, base)
	Label(label + "_last")
}

// panels emits body for 1 to most blocks, and a jump to the one for blocks.
func panels(blocks GPVirtual, most int, body func(blocks int)) {
	for b := 1; b < most; b++ {
		CMPQ(blocks, U8(b))
		JEQ(LabelRef(fmt.Sprintf("panel%d", b)))
	}
	for b := most; b > 0; b-- {
		Label(fmt.Sprintf("panel%d", b))
		body(b)
	}
}

func (v isa) sparseRows() {
	v.text("sparseRows", "y *float32, yStride int, entries *uint16, rows, rowBytes, cols int, w *float32, wStride, blocks int) int",
		"computes blocks of the rows of y = x·w. Strides are in bytes. It returns how many rows it did: all, or those before a column that is not below cols.")
	y, yStride, row, rowBytes := arg("y"), arg("yStride"), arg("entries"), arg("rowBytes")
	left, cols, w, wStride, blocks := arg("rows"), arg("cols"), arg("w"), arg("wStride"), arg("blocks")
	sign := signs()
	panels(blocks, v.panel, func(n int) {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, n) }
		Label(label("row"))
		TESTQ(left, left)
		JEQ(LabelRef("done"))
		if v.masks() {
			v.fetchNext(label("next"), left, row, rowBytes, wStride, n, w)
		}
		sums := make([]VecVirtual, n*v.vectors)
		for i := range sums {
			sums[i] = v.zero()
		}
		v.forEntries(label("entry"), row, rowBytes, cols, wStride, sign, "done", func(one VecVirtual, offset GPVirtual) {
			ADDQ(w, offset)
			for i, s := range sums {
				VFMADD231PS(Mem{Base: offset, Disp: 4 * v.lanes * i}, one, s)
			}
		})
		for i, s := range sums {
			VMOVUPS(s, Mem{Base: y, Disp: 4 * v.lanes * i})
		}
		ADDQ(yStride, y)
		ADDQ(rowBytes, row)
		DECQ(left)
		JMP(LabelRef(label("row")))
	})
	returnRows(left)
}

func (v isa) scatterRows() {
	v.text("scatterRows", "dw *float32, dwStride int, entries *uint16, rows, rowBytes, cols int, dy *float32, dyStride, bytes int) int",
		"adds ±dy[i] to dw[column] for the entries of each row i, in bytes of a row, a multiple of a block's. Strides are in bytes. It returns how many rows it did, as sparseRows"+v.name+" does.")
	dw, dwStride, row, rowBytes := arg("dw"), arg("dwStride"), arg("entries"), arg("rowBytes")
	left, cols, dy, bytes := arg("rows"), arg("cols"), arg("dy"), arg("bytes")
	sign := signs()
	Label("row")
	TESTQ(left, left)
	JEQ(LabelRef("done"))
	v.forEntries("entry", row, rowBytes, cols, dwStride, sign, "done", func(one VecVirtual, offset GPVirtual) {
		ADDQ(dw, offset)
		loop("block", bytes, blockBytes, func(u GPVirtual) {
			for i := range v.vectors {
				at := Mem{Base: offset, Index: u, Scale: 1, Disp: 4 * v.lanes * i}
				x := v.load(at)
				VFMADD231PS(Mem{Base: dy, Index: u, Scale: 1, Disp: 4 * v.lanes * i}, one, x)
				VMOVUPS(x, at)
			}
		})
	})
	ADDQ(inPlace("dyStride"), dy)
	ADDQ(rowBytes, row)
	DECQ(left)
	JMP(LabelRef("row"))
	returnRows(left)
}

// returnRows ends a kernel at the label done, and returns how many of its rows are not
// left.
func returnRows(left GPVirtual) {
	Label("done")
	done := arg("rows")
	SUBQ(left, done)
	Store(done, ReturnIndex(0))
	ret()
}
