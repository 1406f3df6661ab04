// Command asm generates the vector forms of Vector.StepRange:
//
//	go generate ./emu
//
// They play one decision of 16 games at a time in AVX-512, of 8 in AVX2: a game a
// lane, a variable a vector. The rules are written once, for both: frame.go is
// Game.Step, picture.go is Game.Picture and observe.go is Observe, in the same order
// and under the same names; lanes.go has what the two instruction sets can do.
// Where a game's frame may go several ways, all lanes go all ways, and masks say
// whose variables change.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64")
	stepKernel(&isa{name: "AVX512", wide: true, lanes: 16, new: ZMM})
	stepKernel(&isa{name: "AVX2", lanes: 8, new: YMM})
	emitConstants()
	Generate()
}

// kernel is the state of generating one function.
type kernel struct {
	*isa
	lane  Register // GP: the first lane's game, from the start of the range
	block Register // GP: its variables
	vars  [variables]vec
	over  mask // games that a player has won in this decision

	rewards Mem // where the reward is kept if it is not held
}

// at returns the address of the lanes' elements of an argument that is a pointer
// to an array of size bytes an element, an element a game.
func (k *kernel) at(argument string, size uint8) Mem {
	return Mem{Base: Load(Param(argument), GP64()), Index: k.lane, Scale: size}
}

// rule returns an element of the argument rules.
func rule(index int) scalar {
	return scalar{Mem{Base: Load(Param("rules"), GP64()), Disp: 4 * index}}
}

func stepKernel(v *isa) {
	TEXT("step"+v.name, NOSPLIT, "func(games, frames int, rules *[6]uint32, state *int32, w0, w1, w2, tick *uint32, "+
		"actions *uint8, observation *uint16, reward *int8, terminated, truncated *bool) (ended uint32)")
	Doc("step"+v.name+" plays a decision of games, a whole number of blocks, whose longest",
		"has so many frames. ended is not 0 if an episode has ended.")
	Pragma("noescape")
	k := &kernel{isa: v}
	k.begin()
	k.lane, k.block = GP64(), Load(Param("state"), GP64())
	ended := GP32()
	XORL(ended, ended)
	XORQ(k.lane, k.lane)
	Label(v.name + "games")
	k.decision(ended)
	k.nextLanes()
	games := Load(Param("games"), GP64())
	CMPQ(k.lane, games)
	JLT(LabelRef(v.name + "games"))
	Store(ended, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// decision plays a decision of the lanes at k.lane.
func (k *kernel) decision(ended GPVirtual) {
	k.openVariables()
	k.over = k.none()
	for f := range maxSkip {
		if f > 0 {
			frames := Load(Param("frames"), GP64())
			CMPQ(frames, U8(f))
			JLE(LabelRef(k.name + "played"))
		}
		k.frame(f)
	}
	Label(k.name + "played")
	k.finish(ended)
	k.closeVariables()
	k.observe(k.picture())
}

// finish writes how the decision ended: the end of Vector.advanceOne without the new episodes.
func (k *kernel) finish(ended GPVirtual) {
	k.storeBytes(k.at("reward", 1), k.get(reward))
	count := k.load(k.address(decisions))
	late := k.reaches(count, rule(ruleDecisions), nil)
	k.op(add, count, count, word(1))
	k.store(count, k.address(decisions))
	frames := k.new()
	k.op(sub, frames, k.get(frame), word(resetFrame))
	k.op(and, frames, frames, word(0xFFFF))
	late = k.or(late, k.compare(gt, frames, word(frameLimit-1), nil))
	late = k.andNot(k.over, late)
	k.storeBytes(k.at("terminated", 1), k.ones(k.over))
	k.storeBytes(k.at("truncated", 1), k.ones(late))
	bits := k.bits(k.or(late, k.over))
	ORL(bits, ended)
	ticks := k.at("tick", 4)
	tick := k.load(ticks)
	k.op(add, tick, tick, word(1))
	k.store(tick, ticks)
}
