package simgpu

import (
	"math"
	"math/big"
)

// rounding is one of PTX's four rounding modes.
type rounding uint8

const (
	nearestEven rounding = iota // .rn
	towardZero                  // .rz
	towardMinus                 // .rm
	towardPlus                  // .rp
)

var roundings = map[string]rounding{"rn": nearestEven, "rz": towardZero, "rm": towardMinus, "rp": towardPlus}

// canonical32 is the NaN that operations on f32 give. Those on f64 give canonical64; the ISA
// leaves their payload open.
const (
	canonical32 = 0x7fffffff
	canonical64 = 0x7ff8000000000000
)

func bits32(x float32) uint64 {
	if x != x {
		return canonical32
	}
	return uint64(math.Float32bits(x))
}

func bits64(x float64) uint64 {
	if x != x {
		return canonical64
	}
	return math.Float64bits(x)
}

// flush32 makes a subnormal number 0 with its sign, as .ftz asks.
func flush32(v uint64) uint64 {
	if v&0x7f800000 == 0 {
		return v & 0x80000000
	}
	return v
}

// saturate32 clamps to [0, 1]; NaN gives 0.
func saturate32(x float32) float32 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}

func saturate64(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}

// round32 rounds a value in which at least 26 bits are right and the last one
// is odd if anything was lost: any further rounding then is as from the exact
// value (Boldo & Melquiond 2008).
func round32(x float64, mode rounding) float32 {
	y := float32(x)
	if mode == nearestEven || x != x {
		return y
	}
	return float32(step(float64(y), directed(mode, x, compare(x, float64(y))), math32next))
}

// compare is the sign of a−b.
func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// directed says in which direction (-1, 0, 1) a value that was rounded to nearest has to
// move for a mode: sign is that of the exact value minus the rounded one, exact
// is on the exact value's side of 0.
func directed(mode rounding, exact float64, sign int) int {
	if mode == towardZero {
		mode = towardMinus
		if math.Signbit(exact) {
			mode = towardPlus
		}
	}
	switch {
	case mode == towardMinus && sign < 0:
		return -1
	case mode == towardPlus && sign > 0:
		return 1
	}
	return 0
}

func step(y float64, dir int, next func(y, to float64) float64) float64 {
	if dir == 0 {
		return y
	}
	return next(y, math.Inf(dir))
}

func math32next(y, to float64) float64 {
	return float64(math.Nextafter32(float32(y), float32(to)))
}

// oddSum is a+b with its last bit odd if the sum is not exact.
func oddSum(a, b float64) float64 {
	s := a + b
	if math.IsInf(s, 0) || s != s {
		return s
	}
	bb := s - a
	return odd(s, (a-(s-bb))+(b-bb)) // Knuth's TwoSum
}

// odd moves s, a value rounded to nearest, to its odd neighbour on the exact value's
// side; err is the exact value minus s, or has its sign.
func odd(s, err float64) float64 {
	u := math.Float64bits(s)
	if err == 0 || u&1 != 0 {
		return s
	}
	if (err > 0) == (s > 0) {
		return math.Float64frombits(u + 1)
	}
	return math.Float64frombits(u - 1)
}

// oddQuotient is a/b for values of float32, odd if not exact.
func oddQuotient(a, b float64) float64 {
	q := a / b
	if q == 0 || q != q || math.IsInf(q, 0) {
		return q
	}
	rest := math.FMA(-q, b, a)
	if b < 0 {
		rest = -rest
	}
	return odd(q, rest)
}

// oddSqrt is √a for a value of float32, odd if not exact.
func oddSqrt(a float64) float64 {
	s := math.Sqrt(a)
	if s == 0 || s != s || math.IsInf(s, 0) {
		return s
	}
	return odd(s, math.FMA(-s, s, a))
}

// exactly is a big.Float with room for any product and sum of three float64.
func exactly(x float64) *big.Float { return new(big.Float).SetPrec(5000).SetFloat64(x) }

// round64 corrects y, the result rounded to nearest, for another mode. sign gives the
// sign of exact−y; side is on the exact value's side of 0. Infinite operands and NaN
// must not come here.
func round64(y float64, mode rounding, side float64, sign func(y *big.Float) int) float64 {
	if mode == nearestEven || y != y {
		return y
	}
	if math.IsInf(y, 0) { // an overflow: the exact value is finite
		return step(y, directed(mode, side, -compare(y, 0)), math.Nextafter)
	}
	return step(y, directed(mode, side, sign(exactly(y))), math.Nextafter)
}
