package philox

import "golang.org/x/sys/cpu"

//go:generate go run ./asm -out blocks_amd64.s -stubs blocks_stubs_amd64.go -pkg philox

// isa is an instruction set that there is a vector form for; its value is the
// number of 32-bit lanes of a vector, 0 for none.
type isa int

const (
	none   isa = 0
	avx2   isa = 8
	avx512 isa = 16
)

// best is what Blocks uses on this machine.
var best = available()[0]

// available lists what this machine can run, the fastest first.
func available() (list []isa) {
	if cpu.X86.HasAVX512F {
		list = append(list, avx512)
	}
	if cpu.X86.HasAVX2 {
		list = append(list, avx2)
	}
	return append(list, none)
}

// blocksVector computes as many whole vectors as there are and returns how many
// blocks that was.
func blocksVector(seed uint64, purpose uint32, tick, stream, r0, r1, r2, r3 []uint32) int {
	return best.blocks(seed, purpose, tick, stream, r0, r1, r2, r3)
}

func (v isa) blocks(seed uint64, purpose uint32, tick, stream, r0, r1, r2, r3 []uint32) int {
	if v == none || len(tick) < int(v) {
		return 0
	}
	n := len(tick) / int(v) * int(v)
	keys := schedule(seed)
	if v == avx512 {
		blocksAVX512(n, &keys, purpose, &tick[0], &stream[0], &r0[0], &r1[0], &r2[0], &r3[0])
	} else {
		blocksAVX2(n, &keys, purpose, &tick[0], &stream[0], &r0[0], &r1[0], &r2[0], &r3[0])
	}
	return n
}

// schedule returns the two key words of each of the ten rounds.
func schedule(seed uint64) (keys [20]uint32) {
	k0, k1 := uint32(seed), uint32(seed>>32)
	for r := 0; r < len(keys); r += 2 {
		keys[r], keys[r+1] = k0, k1
		k0 += weyl0
		k1 += weyl1
	}
	return keys
}
