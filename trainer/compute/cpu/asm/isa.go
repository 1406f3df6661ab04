package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// blockBytes is the size of a block: compute.Lanes float32.
const blockBytes = 64

// isa is an instruction set: the width of its vectors and how much of a row fits its
// registers.
type isa struct {
	name    string
	lanes   int // float32 of a vector
	vectors int // of a block
	vec     func() VecVirtual
	panel   int // blocks that sparseRows takes, whose sums are in registers
	columns int // likewise columnGrad

	gathered int // vectors that gather and scatter have in registers
}

func (v isa) masks() bool { return v.lanes == 16 }

// text starts a function; the comment is its formula.
func (v isa) text(name, signature, comment string) {
	TEXT(name+v.name, NOSPLIT, "func("+signature)
	Pragma("noescape")
	Doc(name + v.name + " " + comment)
}

// ret ends a function.
func ret() {
	VZEROUPPER()
	RET()
}

func arg(name string) GPVirtual { return Load(Param(name), GP64()).(GPVirtual) }

// inPlace returns an argument as an operand in memory, for functions that have more of
// them than registers.
func inPlace(name string) Mem {
	at, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return at.Addr
}

// broadcastArg returns a vector of a float32 argument.
func (v isa) broadcastArg(name string) VecVirtual {
	x := v.vec()
	VBROADCASTSS(inPlace(name), x)
	return x
}

func (v isa) zero() VecVirtual {
	x := v.vec()
	v.clear(x)
	return x
}

func (v isa) clear(x VecVirtual) {
	if v.masks() {
		VPXORD(x, x, x)
	} else {
		VXORPS(x, x, x)
	}
}

func (v isa) load(at Mem) VecVirtual {
	x := v.vec()
	VMOVUPS(at, x)
	return x
}

// product returns a·b, rounded: what is added to it is another instruction.
func (v isa) product(a, b Op) VecVirtual {
	x := v.vec()
	VMULPS(a, b, x)
	return x
}

// relu returns max(0, x). Of two operands of which one is NaN, or both are zeros,
// VMAXPS returns the second of Intel's order, which is the first of Go's.
func (v isa) relu(zero, x VecVirtual) VecVirtual {
	y := v.vec()
	VMAXPS(zero, x, y)
	return y
}

// loop runs body with i = 0, step, … below n. label is unique in the function.
func loop(label string, n Op, step int, body func(i GPVirtual)) {
	i := GP64()
	XORQ(i, i)
	JMP(LabelRef(label + "_test"))
	Label(label)
	body(i)
	ADDQ(I32(step), i)
	Label(label + "_test")
	CMPQ(i, n)
	JL(LabelRef(label))
}

var constants = map[string]Mem{}

// float returns 16 copies of a constant in memory, an operand for any width.
func float(x float32) Mem { return word(math.Float32bits(x)) }

func word(bits uint32) Mem {
	name := fmt.Sprintf("x%08x", bits)
	if m, ok := constants[name]; ok {
		return m
	}
	words := make([]uint32, 16)
	for i := range words {
		words[i] = bits
	}
	return table(name, words)
}

// table returns words in memory.
func table(name string, words []uint32) Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i, w := range words {
		DATA(4*i, U32(w))
	}
	constants[name] = m
	return m
}

// address returns a register with the address of m.
func address(m Mem) GPVirtual {
	p := GP64()
	LEAQ(m, p)
	return p
}

// foldLanes adds the lanes of a block, whose vectors are x: l and l+8, then l and
// l+4, l+2, l+1. It returns the sum in lane 0.
func (v isa) foldLanes(x []VecVirtual) VecVirtual {
	half := YMM()
	if v.masks() {
		VEXTRACTF64X4(U8(1), x[0], half)
		VADDPS(half, x[0].AsY(), half)
	} else {
		VADDPS(x[1], x[0], half)
	}
	quarter := XMM()
	if v.masks() {
		VEXTRACTF32X4(U8(1), half, quarter) // any register; VEXTRACTF128 has the first 16
	} else {
		VEXTRACTF128(U8(1), half, quarter)
	}
	VADDPS(quarter, half.AsX(), quarter)
	t := XMM()
	VMOVHLPS(quarter, quarter, t)
	VADDPS(t, quarter, quarter)
	VMOVSHDUP(quarter, t)
	VADDSS(t, quarter, quarter)
	return quarter
}
