package compute

import (
	"math"
	"testing"
)

// TestBiasCorrection compares with the library's power. βᵗ is in float64, where 2·log₂ t
// products lose at most as many of its units: next to nothing of a float32.
func TestBiasCorrection(t *testing.T) {
	for _, beta := range []float32{0, 1e-3, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.999999} {
		for _, step := range []int64{1, 2, 3, 7, 10, 31, 100, 1023, 1024, 99_999, 1 << 40, math.MaxInt64} {
			got, want := BiasCorrection(beta, step), 1-math.Pow(float64(beta), float64(step))
			// Near β = 1 the difference has lost what β's power was rounded by.
			if slack := want/(1<<24) + 128/float64(1<<53); math.Abs(float64(got)-want) > slack {
				t.Errorf("1−%v^%d is %v, want %v within %v", beta, step, got, want, slack)
			}
			if !(got > 0 && got <= 1) {
				t.Errorf("1−%v^%d is %v, which is not in (0, 1]", beta, step, got)
			}
		}
	}
	if got := BiasCorrection(0.9, 1); got != 1-float32(0.9) {
		t.Errorf("1−0.9 is %v", got)
	}
}
