package simgpu

import (
	"fmt"
	"strings"
)

// Kind is what a kernel did wrong.
type Kind int

const (
	// OutOfBounds is an access outside of every allocation, or of a space's memory.
	OutOfBounds Kind = iota + 1
	// UseAfterFree is an access to an allocation that was freed.
	UseAfterFree
	// Misaligned is an address that is no multiple of its access's size.
	Misaligned
	// Uninitialised is a read of memory or of a register that nothing has written.
	Uninitialised
	// Race is two accesses to one word, one of them a write, that nothing orders.
	Race
	// BarrierDivergence is a barrier that not all threads of the block reach.
	BarrierDivergence
	// BadMask is a warp instruction whose member mask is not the lanes that execute it.
	BadMask
	// BadLaunch is a launch that the device cannot perform: parameters, shape, shared memory.
	BadLaunch
	// IllegalInstruction is an instruction that must not be executed.
	IllegalInstruction
	// Trap is a trap instruction.
	Trap
	// Timeout is a launch of more instructions than Options.MaxInstructions.
	Timeout
)

var kindNames = map[Kind]string{
	OutOfBounds: "out of bounds", UseAfterFree: "use after free", Misaligned: "misaligned address",
	Uninitialised: "uninitialised read", Race: "race", BarrierDivergence: "barrier divergence",
	BadMask: "wrong member mask", BadLaunch: "impossible launch", IllegalInstruction: "illegal instruction",
	Trap: "trap", Timeout: "timeout",
}

func (k Kind) String() string { return kindNames[k] }

// Fault is the error of a launch: the first thing that went wrong, in the order of
// the blocks. Copies between host and device give it too, without a kernel.
type Fault struct {
	Kind    Kind
	Kernel  string
	Line    int       // of the PTX text; 0 if no instruction is to blame
	PTX     string    // the instruction
	Block   [3]uint32 // of the grid
	Thread  [3]uint32 // of the block
	Address uint64    // as the kernel used it; 0 if none
	Space   string    // "global", "shared", …; "" if there is no address
	Detail  string    // what is wrong, and with what
}

func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Kind.String())
	if f.Kernel != "" {
		fmt.Fprintf(&b, " in kernel %s", f.Kernel)
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, ", line %d: %s; block %s, thread %s", f.Line, f.PTX, triple(f.Block), triple(f.Thread))
	}
	if f.Space != "" {
		fmt.Fprintf(&b, ", %s address %#x", f.Space, f.Address)
	}
	fmt.Fprintf(&b, ": %s", f.Detail)
	return b.String()
}

// triple writes an index as (x,y,z).
func triple(v [3]uint32) string { return fmt.Sprintf("(%d,%d,%d)", v[0], v[1], v[2]) }
