package trainer

import (
	"math/bits"

	"pongpg/emu"
	"pongpg/emu/philox"
)

// permutation returns the column of the post's W1 for each pixel of the image: the pixel
// itself for seed 0, otherwise a random permutation: the post remarks that a fully
// connected network would not notice. What is gone is that neighbours in the image are
// neighbours in W1, which Blur builds on.
//
// It is Fisher and Yates' shuffle (Knuth, TAOCP 2, 3.4.2, algorithm P): from the last
// place i down, exchange with place ⌊u·(i+1)⌋, u = the first 64 bits of Philox's block
// (i, 0, PurposePixels, 0) under key seed, divided by 2⁶⁴. The seed is in the
// checkpoint, so the permutation must stay what it is.
func permutation(seed int) []uint16 {
	column := make([]uint16, emu.ImagePixels)
	for i := range column {
		column[i] = uint16(i)
	}
	if seed == 0 {
		return column
	}
	for i := len(column) - 1; i > 0; i-- {
		low, high, _, _ := philox.Block(uint64(seed), uint32(i), 0, philox.PurposePixels, 0)
		j, _ := bits.Mul64(uint64(high)<<32|uint64(low), uint64(i+1))
		column[i], column[j] = column[j], column[i]
	}
	return column
}

// unpermuted returns W1 [hidden][pixels], each image's columns permuted, with the pixels in
// the images' order.
func unpermuted(w1 []float32, seed int) []float32 {
	if seed == 0 {
		return w1
	}
	column, out := permutation(seed), make([]float32, len(w1))
	for i := range out {
		out[i] = w1[i-i%emu.ImagePixels+int(column[i%emu.ImagePixels])]
	}
	return out
}
