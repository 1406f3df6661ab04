package simgpu

import (
	"math"
	"math/big"
)

// operation64 is an operation on f64 that is rounded once.
type operation64 struct {
	name string
	n    int                               // operands
	near func(a, b, c float64) float64     // the result rounded to nearest
	sign func(a, b, c, y *big.Float) int   // of the exact result minus y
	sum  func(a, b, c float64) (x, y bool) // the signs of its two terms, if it is a sum
}

func defineFloat64() {
	wide := func() *big.Float { return new(big.Float).SetPrec(5000) }
	for _, op := range []operation64{
		{"add", 2, func(a, b, _ float64) float64 { return a + b },
			func(a, b, _, y *big.Float) int { return wide().Add(a, b).Cmp(y) },
			func(a, b, _ float64) (bool, bool) { return math.Signbit(a), math.Signbit(b) }},
		{"sub", 2, func(a, b, _ float64) float64 { return a - b },
			func(a, b, _, y *big.Float) int { return wide().Sub(a, b).Cmp(y) },
			func(a, b, _ float64) (bool, bool) { return math.Signbit(a), !math.Signbit(b) }},
		{"fma", 3, math.FMA,
			func(a, b, c, y *big.Float) int { p := wide().Mul(a, b); return p.Add(p, c).Cmp(y) },
			func(a, b, c float64) (bool, bool) { return math.Signbit(a) != math.Signbit(b), math.Signbit(c) }},
		{"mul", 2, func(a, b, _ float64) float64 { return a * b },
			func(a, b, _, y *big.Float) int { return wide().Mul(a, b).Cmp(y) }, nil},
		{"div", 2, func(a, b, _ float64) float64 { return a / b },
			func(a, b, _, y *big.Float) int { return a.Cmp(wide().Mul(y, b)) * b.Sign() }, nil},
		{"rcp", 1, func(a, _, _ float64) float64 { return 1 / a },
			func(a, _, _, y *big.Float) int { return exactly(1).Cmp(wide().Mul(y, a)) * a.Sign() }, nil},
		{"sqrt", 1, func(a, _, _ float64) float64 { return math.Sqrt(a) },
			func(a, _, _, y *big.Float) int { return a.Cmp(wide().Mul(y, y)) }, nil},
	} {
		for rname, mode := range roundings {
			src := []class{class64, class64, class64}[:op.n]
			define(op.name+"."+rname+".f64", class64, src, func(a, b, c, _ uint64) uint64 {
				return bits64(op.round(math.Float64frombits(a), math.Float64frombits(b), math.Float64frombits(c), mode))
			})
		}
	}
	for _, op := range []string{"add", "sub", "mul"} {
		alias(op+".f64", op+".rn.f64")
	}
	for rname := range roundings { // mad with a rounding is fma
		alias("mad."+rname+".f64", "fma."+rname+".f64")
	}
	dd := []class{class64, class64}
	define("min.f64", class64, dd, func(a, b, _, _ uint64) uint64 {
		return bits64(minimum(math.Float64frombits(a), math.Float64frombits(b)))
	})
	define("max.f64", class64, dd, func(a, b, _, _ uint64) uint64 {
		return bits64(-minimum(-math.Float64frombits(a), -math.Float64frombits(b)))
	})
	define("abs.f64", class64, dd[:1], func(a, _, _, _ uint64) uint64 { return a &^ (1 << 63) })
	define("neg.f64", class64, dd[:1], func(a, _, _, _ uint64) uint64 { return a ^ 1<<63 })
	define("copysign.f64", class64, dd, func(a, b, _, _ uint64) uint64 { return b&^(1<<63) | a&(1<<63) })
}

// round computes the operation with a rounding mode.
func (op operation64) round(a, b, c float64, mode rounding) float64 {
	y := op.near(a, b, c)
	infinite := a-a != 0 || b-b != 0 || c-c != 0 ||
		op.name == "div" && b == 0 || op.name == "rcp" && a == 0
	if mode == nearestEven || y != y || infinite {
		return y // infinite and exact, not overflown
	}
	if y == 0 && op.sum != nil {
		sign := op.sign(exactly(a), exactly(b), exactly(c), exactly(0))
		switch x, z := op.sum(a, b, c); {
		case sign == 0 && mode == towardMinus && (x || z):
			return math.Copysign(0, -1)
		case sign == 0:
			return y
		}
		y = math.Copysign(0, float64(sign))
	}
	return round64(y, mode, y, func(y *big.Float) int {
		return op.sign(exactly(a), exactly(b), exactly(c), y)
	})
}
