// Package philox is the counter-based random number generator Philox 4×32-10
// (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3",
// SC 2011). A random number is a pure function of a key (the run's seed) and a
// counter (what it is for), so there is no state to save, to share or to drift:
// the games, the policy on the CPU and a kernel on a GPU draw the same numbers
// from the same names.
package philox

import "math/bits"

// The purposes that numbers are drawn for: the third word of the counter, so
// that no two uses share a number.
const (
	PurposeGame      uint32 = 1 // frame skip and sticky actions
	PurposeAction    uint32 = 2 // sampling the policy
	PurposeWeights   uint32 = 3 // initial weights
	PurposePixels    uint32 = 4 // a permutation of the pixels
	PurposeMinibatch uint32 = 5 // the order of minibatches
	PurposeGuess     uint32 = 6 // guesses of the cross-entropy method
)

const (
	mul0  = 0xD2511F53
	mul1  = 0xCD9E8D57
	weyl0 = 0x9E3779B9
	weyl1 = 0xBB67AE85
)

// Block returns the four random words of counter (c0, c1, c2, c3) under key seed.
func Block(seed uint64, c0, c1, c2, c3 uint32) (r0, r1, r2, r3 uint32) {
	k0, k1 := uint32(seed), uint32(seed>>32)
	for range 10 {
		h0, l0 := bits.Mul32(mul0, c0)
		h1, l1 := bits.Mul32(mul1, c2)
		c0, c1, c2, c3 = h1^c1^k0, l1, h0^c3^k1, l0
		k0 += weyl0
		k1 += weyl1
	}
	return c0, c1, c2, c3
}

// Float32 returns the uniform number in [0, 1) of the top 24 bits of word.
func Float32(word uint32) float32 { return float32(word>>8) * (1.0 / (1 << 24)) }
