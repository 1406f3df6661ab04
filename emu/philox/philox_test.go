package philox

import "testing"

// TestKnownAnswers holds Block to the known-answer vectors of the authors' own
// implementation (Random123, tests/kat_vectors, philox4x32-10).
func TestKnownAnswers(t *testing.T) {
	for _, kat := range []struct {
		seed uint64 // key word 1, key word 0
		c, r [4]uint32
	}{
		{0, [4]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{
			0xffffffff_ffffffff,
			[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{ // the digits of π
			0x299f31d0_a4093822,
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		var got [4]uint32
		got[0], got[1], got[2], got[3] = Block(kat.seed, kat.c[0], kat.c[1], kat.c[2], kat.c[3])
		if got != kat.r {
			t.Errorf("Block(%#x, %#x) = %#x, want %#x", kat.seed, kat.c, got, kat.r)
		}
	}
}

// TestFloat32 checks the ends of the range: the smallest number is 0 and the
// largest is the last float32 below 1.
func TestFloat32(t *testing.T) {
	for _, c := range []struct {
		word uint32
		want float32
	}{{0, 0}, {0xff, 0}, {0x100, 1.0 / (1 << 24)}, {1 << 31, 0.5}, {0xffffffff, 1 - 1.0/(1<<24)}} {
		if got := Float32(c.word); got != c.want {
			t.Errorf("Float32(%#x) = %v, want %v", c.word, got, c.want)
		}
	}
}
