package compute

// BiasCorrection returns 1−βᵗ, by which Adam divides a mean that began at 0, at its t-th
// step: in float64, then rounded to float32. βᵗ is the product of β^(2ᵏ) over the bits k of
// t that are set, from the lowest on; each β^(2ᵏ) is the square of the one before.
func BiasCorrection(beta float32, t int64) float32 {
	power, square := 1.0, float64(beta)
	for ; t > 0; t >>= 1 {
		if t&1 != 0 {
			power = float64(power * square)
		}
		square = float64(square * square)
	}
	return float32(1 - power)
}
