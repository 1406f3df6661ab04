package simgpu

// class is the width of a register: what the type checker of PTX goes by.
type class uint8

const (
	classNone class = iota
	classPred
	class16
	class32
	class64
)

func (c class) String() string {
	return [...]string{"none", "predicate", "16-bit", "32-bit", "64-bit"}[c]
}

// space is a state space of PTX.
type space uint8

const (
	spaceGeneric space = iota
	spaceGlobal
	spaceShared
	spaceLocal
	spaceConst
	spaceParam
)

var spaceNames = [...]string{"generic", "global", "shared", "local", "const", "param"}

func (s space) String() string { return spaceNames[s] }

// register is a declared register.
type register struct {
	name  string
	class class
	any   bool // nothing defines it on some path, and nobody minds
}

// variable is a declared variable of a state space, or a parameter.
type variable struct {
	name     string
	typ      string // of an element: "u32", "b8", …
	space    space
	align    uint64
	size     uint64 // in bytes; 0 for an array without bounds
	init     []byte
	external bool
	offset   uint64 // in its space, once it is laid out
}

type operandKind uint8

const (
	opRegister operandKind = iota
	opInteger
	opFloat32  // the bits are in imm
	opFloat64  // the bits are in imm
	opVariable // its address, plus imm
	opName     // a label, or a special register
	opAddress  // [register or variable or number + imm]
	opList     // {a, b, …}
	opSink     // _
	opPair     // a|b
	opGroup    // (a, b, …) of a call
)

type operand struct {
	kind operandKind
	not  bool // !p
	reg  *register
	vr   *variable
	imm  uint64
	name string
	list []operand // of opList and opGroup; the two of opPair
}

// statement is an instruction of a body, or a label before it.
type statement struct {
	label    string // if not "", the statement is this label
	device   bool   // of a device function: its parameters are in local memory
	line     int
	text     string
	guard    *register
	guardNot bool
	op       string
	args     []operand
}

// function is a parsed entry or device function.
type function struct {
	name     string
	line     int
	entry    bool
	params   []*variable
	results  []*variable // of a device function
	body     []statement
	shared   []*variable // declared inside
	local    []*variable
	maxNTID  [3]uint32 // .maxntid or .reqntid; zeros if there is none
	required bool      // .reqntid
}

// unit is a parsed module.
type unit struct {
	vars  []*variable // of .global, .const and .shared at the top
	funcs []*function
}
