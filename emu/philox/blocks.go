package philox

// Blocks computes Block(seed, tick[i], stream[i], purpose, 0) for all i and
// stores the four words in r0[i], r1[i], r2[i] and r3[i]. It panics if a slice is
// shorter than tick. An output may be tick or stream itself, but may not overlap
// them otherwise.
func Blocks(seed uint64, purpose uint32, tick, stream, r0, r1, r2, r3 []uint32) {
	n := len(tick)
	stream, r0, r1, r2, r3 = stream[:n], r0[:n], r1[:n], r2[:n], r3[:n]
	done := blocksVector(seed, purpose, tick, stream, r0, r1, r2, r3)
	blocksGo(seed, purpose, tick[done:], stream[done:], r0[done:], r1[done:], r2[done:], r3[done:])
}

// blocksGo is Blocks one at a time: the reference of the vector forms, and what
// they leave at the end.
func blocksGo(seed uint64, purpose uint32, tick, stream, r0, r1, r2, r3 []uint32) {
	for i := range tick {
		r0[i], r1[i], r2[i], r3[i] = Block(seed, tick[i], stream[i], purpose, 0)
	}
}
