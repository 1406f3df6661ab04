package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// held reports whether a variable is held in a register for the whole decision:
// all of them where there are 32 registers, the busiest where there are 16. The
// others stay in memory.
func (k *kernel) held(variable int) bool {
	switch variable {
	case ballX, ballY, speedX, speedY, enemyY:
		return true
	}
	return k.wide
}

// address returns the lanes' address of one of a block's fields.
func (k *kernel) address(field int) Mem {
	return Mem{Base: k.block, Disp: field * blockLanes * 4}
}

// openVariables loads what is held.
func (k *kernel) openVariables() {
	for i := range k.vars {
		switch {
		case i == reward && k.held(i):
			k.vars[i] = k.splat(0)
		case i == reward:
			k.store(k.splat(0), k.rewards)
		case k.held(i):
			k.vars[i] = k.load(k.address(i))
		}
	}
}

// closeVariables stores what is held.
func (k *kernel) closeVariables() {
	for i, x := range k.vars {
		if k.held(i) && i != reward {
			k.store(x, k.address(i))
		}
	}
}

// place returns where a variable is that is not held.
func (k *kernel) place(variable int) Mem {
	if variable == reward {
		return k.rewards
	}
	return k.address(variable)
}

// get returns a variable to read, or to change before it is put.
func (k *kernel) get(variable int) vec {
	if k.held(variable) {
		return k.vars[variable]
	}
	return k.load(k.place(variable))
}

// operand is get where an instruction may read memory.
func (k *kernel) operand(variable int) Op {
	if k.held(variable) {
		return k.vars[variable]
	}
	return k.place(variable)
}

// put makes what get returned, and was changed, the variable's value.
func (k *kernel) put(variable int, x vec) {
	if !k.held(variable) {
		k.store(x, k.place(variable))
	}
}

// begin gives the variables that are neither held nor a block's a place.
func (k *kernel) begin() {
	if !k.held(reward) {
		k.rewards = AllocLocal(4 * k.lanes)
	}
}

// nextLanes goes on to the next lanes.
func (k *kernel) nextLanes() {
	ADDQ(U8(k.lanes), k.lane)
	if k.lanes == blockLanes {
		ADDQ(U32(blockBytes), k.block)
		return
	}
	// The second half of a block lies beside the first.
	ADDQ(U8(4*k.lanes), k.block)
	TESTQ(U32(k.lanes), k.lane)
	JNZ(LabelRef(k.name + "half"))
	ADDQ(U32(blockBytes-4*blockLanes), k.block)
	Label(k.name + "half")
}
