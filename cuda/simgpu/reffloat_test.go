package simgpu

import (
	"math"
	"math/big"
)

// The independent definition of floating-point results: exact rational arithmetic, and
// one rounding, done on integers.

// format is an IEEE binary format.
type format struct {
	prec, emin, emax int
	width            int
	nan              uint64
}

var (
	binary32 = format{24, -126, 127, 32, 0x7fffffff}
	binary64 = format{53, -1022, 1023, 64, 0x7ff8000000000000}
)

func formatOf(typ string) format {
	if typ == "f32" {
		return binary32
	}
	return binary64
}

func (f format) bits(v float64) uint64 { // v must be a value of the format
	switch {
	case v != v:
		return f.nan
	case f.width == 32:
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(v)
}

func (f format) value(b uint64) float64 {
	if f.width == 32 {
		return float64(math.Float32frombits(uint32(b)))
	}
	return math.Float64frombits(b)
}

func (f format) signBit(neg bool) uint64 {
	if neg {
		return 1 << (f.width - 1)
	}
	return 0
}

func (f format) infinity(neg bool) uint64 {
	return uint64(2*f.emax+1)<<(f.prec-1) | f.signBit(neg)
}

func (f format) largest(neg bool) uint64 { return f.infinity(false) - 1 | f.signBit(neg) }

func pow2(e int) *big.Rat {
	r := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(e, -e))))
	if e < 0 {
		r.Inv(r)
	}
	return r
}

// round rounds x, not 0. more says that the exact value is a little beyond x, away from 0.
func (f format) round(x *big.Rat, more bool, mode string) uint64 {
	neg := x.Sign() < 0
	m := new(big.Rat).Abs(x)
	e := m.Num().BitLen() - m.Denom().BitLen()
	if m.Cmp(pow2(e)) < 0 {
		e--
	}
	quantum := max(e, f.emin) - f.prec + 1
	scaled := new(big.Rat).Mul(m, pow2(-quantum))
	n := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	rest := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(n))
	exact := rest.Sign() == 0 && !more
	half := rest.Cmp(big.NewRat(1, 2))
	if half == 0 && more {
		half = 1
	}
	up := false
	switch mode {
	case "rn":
		up = half > 0 || half == 0 && n.Bit(0) == 1
	case "rm":
		up = neg && !exact
	case "rp":
		up = !neg && !exact
	}
	if up {
		n.Add(n, big.NewInt(1))
	}
	if n.BitLen() > f.prec {
		n.Rsh(n, 1)
		quantum++
	}
	if quantum+f.prec-1 > f.emax {
		if mode == "rz" || mode == "rm" && !neg || mode == "rp" && neg {
			return f.largest(neg)
		}
		return f.infinity(neg)
	}
	bits := n.Uint64()
	if n.BitLen() == f.prec { // normal: the implicit bit becomes one of the exponent's
		bits += uint64(quantum+f.prec-1-f.emin) << (f.prec - 1)
	}
	return bits | f.signBit(neg)
}

func finite(x float64) bool { return x-x == 0 }

func rat(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }

// arithmetic is the result of an operation with a rounding mode.
func (f format) arithmetic(op, mode string, a, b, c float64) uint64 {
	switch op {
	case "sub":
		return f.arithmetic("add", mode, a, -b, c)
	case "rcp":
		return f.arithmetic("div", mode, 1, a, c)
	case "add":
		return f.arithmetic("fma", mode, a, 1, b)
	case "mul":
		if finite(a) && finite(b) && a != 0 && b != 0 {
			return f.round(new(big.Rat).Mul(rat(a), rat(b)), false, mode)
		}
		return f.bits(a * b)
	case "div":
		if finite(a) && finite(b) && a != 0 && b != 0 {
			return f.round(new(big.Rat).Quo(rat(a), rat(b)), false, mode)
		}
		return f.bits(a / b)
	case "sqrt":
		if !finite(a) || a <= 0 {
			return f.bits(math.Sqrt(a))
		}
		// ⌊√(a·4ᵏ)⌋/2ᵏ with far more bits than are kept.
		const k = 1200
		r := new(big.Rat).Mul(rat(a), pow2(2*k))
		n := new(big.Int).Quo(r.Num(), r.Denom())
		root := new(big.Int).Sqrt(n)
		more := new(big.Int).Mul(root, root).Cmp(n) != 0 || !r.IsInt()
		return f.round(new(big.Rat).Mul(new(big.Rat).SetInt(root), pow2(-k)), more, mode)
	case "fma", "mad":
		switch {
		case !finite(a) || !finite(b):
			return f.bits(a*b + c)
		case !finite(c):
			return f.bits(c)
		}
		sum := new(big.Rat).Mul(rat(a), rat(b))
		sum.Add(sum, rat(c))
		if sum.Sign() != 0 {
			return f.round(sum, false, mode)
		}
		pneg, cneg := math.Signbit(a) != math.Signbit(b), math.Signbit(c)
		return f.signBit(pneg && cneg || (pneg != cneg) && mode == "rm")
	}
	panic(op)
}

// flushed is a value without subnormals.
func (f format) flushed(b uint64) uint64 {
	if v := f.value(b); v != 0 && math.Abs(v) < math.Ldexp(1, f.emin) {
		return f.signBit(math.Signbit(v))
	}
	return b
}

// saturated is a value clamped to [0, 1].
func (f format) saturated(b uint64) uint64 {
	v := f.value(b)
	switch {
	case v != v || v <= 0:
		return 0
	case v > 1:
		return f.bits(1)
	}
	return b
}
