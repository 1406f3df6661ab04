package simgpu

// lanes of a warp.
const lanes = 32

const fullMask = 1<<lanes - 1

type (
	vec32 = [lanes]uint32
	vec64 = [lanes]uint64
)

// control is what an instruction does to the flow of its warp.
type control uint8

const (
	ctlNone    control = iota // goes on to the next one
	ctlBranch                 // to target, where the guard holds
	ctlExit                   // ends the threads where the guard holds
	ctlBarrier                // waits for the block
)

type execFunc func(w *warp, in *instr, mask uint32)

// instr is a decoded instruction. Operands are slots: of warp.r32 (registers of 16 and 32 bits),
// of warp.r64 or of warp.pred, each counted from 0. Constants and special registers
// have slots too.
type instr struct {
	exec       execFunc
	ctl        control
	last       bool  // ends a basic block
	guardNot   bool  // @!p
	checkGuard bool  // the guard may be unwritten
	guard      int32 // slot of a predicate, or -1
	d, d2      int32
	a, b, c, e int32
	flags      uint32 // which predicate operands are negated, and what exec needs
	target     int32  // of a branch
	keyTarget  int32  // see flowgraph.go
	keyNext    int32
	off        uint64 // added to an address; barrier's number
	mem        *memOp
	vec        [4]int32 // the registers of a vector load or store, of a pack
	reads      []int32  // registers that may be unwritten, as bits of warp.written
	writes     []int32  // registers of which that is in doubt somewhere
	line       int
	text       string
}

// Bits of instr.flags.
const (
	flagNotC = 1 << iota // the predicate in c is negated
	flagNotA
	flagNotB
	flagA64 // the address register is 64 bits wide
	flagNoA // the address is off alone
)

// program is a decoded entry.
type program struct {
	name      string
	code      []instr
	n32, n64  int // slots
	npred     int
	const32   map[int32]uint32 // the slots that hold constants
	const64   map[int32]uint64
	constPred map[int32]uint32
	special   map[string]int32 // special registers in use, by name, in r32 (or r64)
	written   []uint32         // initial bits: all ones for constants
	localSize uint64
	shared    uint64 // static bytes
	fine      bool   // touches shared memory in less than words
	dynamic   uint64 // where the launch's shared memory begins
}
