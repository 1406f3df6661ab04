package compute

import "math"

// The exponential and the logarithm of every backend. Each is a fixed list of
// float32 additions, multiplications and one division, every one of them rounded
// (the conversions float32(x*y) forbid the compiler a fused multiply-add), so that
// vector code and GPU kernels that follow the list give the same bits.
//
// ln 2 is split in two (Cody & Waite 1980): ln2Hi = 355/512 has 9 bits, so that
// its product with an exponent of up to 15 bits is exact, and ln2Lo is the
// rest, rounded.
const (
	ln2Hi float32 = 355.0 / 512
	ln2Lo float32 = math.Ln2 - 355.0/512
	log2E float32 = math.Log2E

	// roundMagic moves the binary point of a sum behind its last bit: x+1.5·2²³ is
	// x rounded to the nearest integer, in the low bits of the float.
	roundMagic float32 = 1.5 * (1 << 23)

	// Beyond these e^x has become 0 (below 2⁻¹⁵⁰) or infinite (above 2¹²⁸).
	expLowest  float32 = -104
	expHighest float32 = 89
)

// Exp32 returns e^x within 1.25 units in the last place; +Inf, −Inf and NaN give
// +Inf, 0 and NaN.
//
//	x = n·ln 2 + r, |r| ≤ ln 2 / 2;  e^x = 2ⁿ·Σ rᵏ/k!, k ≤ 7
//
// What the series leaves out is below r⁸/8! = 5.2e−9 of the result, 0.09 u. 2ⁿ is
// applied as two factors, so that the last product rounds once, subnormal or not.
func Exp32(x float32) float32 {
	if x < expLowest { // not for NaN
		x = expLowest
	}
	if x > expHighest {
		x = expHighest
	}
	t := float32(x*log2E) + roundMagic
	n := t - roundMagic
	r := x - float32(n*ln2Hi)
	r -= float32(n * ln2Lo)
	p := float32(1.0 / 5040)
	p = float32(p*r) + 1.0/720
	p = float32(p*r) + 1.0/120
	p = float32(p*r) + 1.0/24
	p = float32(p*r) + 1.0/6
	p = float32(p*r) + 1.0/2
	p = float32(p*r) + 1
	p = float32(p*r) + 1
	k := int32(math.Float32bits(t) - math.Float32bits(roundMagic))
	half := k >> 1
	return float32(p*powerOf2(half)) * powerOf2(k-half)
}

// powerOf2 returns 2ᵏ for −126 ≤ k ≤ 127.
func powerOf2(k int32) float32 { return math.Float32frombits(uint32(k+127) << 23) }

// sqrtHalfBits is the float32 √½, the lower end of the interval [√½, √2) that
// Log32 reduces to.
const sqrtHalfBits = 0x3F3504F3

// Log32 returns ln x within 1 unit in the last place; +Inf, 0, negative and
// NaN give +Inf, −Inf, NaN and NaN.
//
//	x = 2ᵏ·(1+f), √½ ≤ 1+f < √2;  s = f/(2+f);  ln(1+f) = 2·artanh s
//	  = f − (f²/2 − s·(f²/2 + R)),  R = Σ 2s²ʲ/(2j+1), 1 ≤ j ≤ 4
//
// In this form only the last subtraction touches f, which is exact. What the
// series leaves out is below s¹⁰/11 = 2.1e−9 of the result, 0.04 u.
func Log32(x float32) float32 {
	switch {
	case x != x || x < 0:
		return float32(math.NaN())
	case x == 0:
		return float32(math.Inf(-1))
	case x > math.MaxFloat32:
		return x
	}
	k := int32(0)
	if x < 1.0/(1<<126) { // subnormal
		x *= 1 << 25
		k = -25
	}
	bits := math.Float32bits(x) - sqrtHalfBits
	k += int32(bits) >> 23
	f := math.Float32frombits(bits&(1<<23-1)+sqrtHalfBits) - 1
	s := f / (2 + f)
	z := float32(s * s)
	r := float32(2.0 / 9)
	r = float32(r*z) + 2.0/7
	r = float32(r*z) + 2.0/5
	r = float32(r*z) + 2.0/3
	r = float32(r * z)
	half := float32(float32(0.5*f) * f)
	n := float32(k)
	low := float32(s*(half+r)) + float32(n*ln2Lo)
	return float32(n*ln2Hi) + (f - (half - low))
}
