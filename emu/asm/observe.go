package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// observe is Observe: it writes the observations between the pictures of the
// games' last decision and of this one, and keeps this one. A row of six 16-bit
// entries is made in three vectors, inverted, so that 0 ends it and shifting
// brings that in.
func (k *kernel) observe(now [3]vec) {
	var pairs, bits [3]vec
	for i, code := range now {
		at := k.address(enemyCode + i)
		before := k.load(at)
		k.store(code, at)
		pairs[i], bits[i] = k.pair(code, before)
	}
	enemy, agent, ball := pairs[0], pairs[1], pairs[2]
	shifted := func(o opcode, x, by vec) vec {
		y := k.new()
		k.op(o, y, x, by)
		return y
	}
	from := func(w word, x vec) vec { // w − x
		y := k.new()
		k.op(sub, y, k.splat(w), x)
		return y
	}
	at := bits[0]
	row := [3]vec{enemy, shifted(shiftRight, agent, from(32, at)), nil}
	k.op(or, row[0], row[0], shifted(shiftLeft, agent, at))
	k.op(add, at, at, bits[1])
	k.op(or, row[0], row[0], shifted(shiftLeft, ball, at))
	k.op(or, row[1], row[1], shifted(shiftRight, ball, from(32, at)))
	row[2] = shifted(shiftRight, ball, from(64, at))
	k.op(sub, at, at, word(32))
	k.op(or, row[1], row[1], shifted(shiftLeft, ball, at))
	for _, x := range row {
		k.op(xor, x, x, word(-1))
	}
	k.storeRows(row)
}

// pair returns the entries of a shape and the number of bits that they take.
func (k *kernel) pair(now, before vec) (entries, bits vec) {
	entries, bits = k.new(), k.splat(0)
	moved := k.compare(ne, now, before, nil)
	come := k.compare(ne, now, word(0), moved)
	gone := k.compare(ne, before, word(0), moved)
	k.opIf(come, add, bits, bits, word(16))
	k.opIf(gone, add, bits, bits, word(16))
	k.op(add, entries, before, before)
	k.keep(moved, entries)
	both, entry := k.new(), k.new()
	k.left(16, both, entries)
	k.op(add, entry, now, now)
	k.op(or, entry, entry, word(1))
	k.op(or, both, both, entry)
	k.choose(come, entries, both)
	return entries, bits
}

// storeRows writes the rows that three vectors hold two entries of. Element j of
// vector r belongs to position 3j+r of the three vectors written. One permutation
// brings each of a vector's elements to its place in whichever of them it goes to.
func (k *kernel) storeRows(row [3]vec) {
	inverse := map[int]int{8: 3, 16: 11}[k.lanes] // of 3, modulo lanes
	var spread [3]vec
	for r, x := range row {
		var from [16]int32
		for slot := range k.lanes {
			from[slot] = int32((slot - r + k.lanes) * inverse % k.lanes)
		}
		index := k.load(table(from))
		spread[r] = index
		VPERMD(x, index, index)
	}
	base := Load(Param("observation"), GP64())
	offset := GP64()
	LEAQ(Mem{Base: k.lane, Index: k.lane, Scale: 2}, offset) // a row is 12 bytes
	for out := range 3 {
		x := k.new()
		place := Mem{Base: base, Index: offset, Scale: 4, Disp: out * k.lanes * 4}
		k.interleave(x, spread, out*k.lanes)
		k.store(x, place)
	}
}

// interleave sets lane s of x to that of vector (first+s) mod 3.
func (k *kernel) interleave(x vec, from [3]vec, first int) {
	var lanes [3]uint32
	for s := range k.lanes {
		lanes[(first+s)%3] |= 1 << s
	}
	if !k.wide {
		VPBLENDD(U8(lanes[1]), from[1], from[0], x)
		VPBLENDD(U8(lanes[2]), from[2], x, x)
		return
	}
	m, bits := K(), GP32()
	VMOVDQA32(from[0], x)
	for r := 1; r < 3; r++ {
		MOVL(U32(lanes[r]), bits)
		KMOVW(bits, m)
		k.choose(m, x, from[r])
	}
}
