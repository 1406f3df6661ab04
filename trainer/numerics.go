package trainer

import "math"

// sqrt32 returns the square root, rounded to float32: exactly rounded, as the
// detour by float64 loses nothing (Figueroa 1995).
func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }
