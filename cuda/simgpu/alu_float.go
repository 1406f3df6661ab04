package simgpu

import "math"

// Floating-point arithmetic, PTX ISA "Floating Point Instructions". Each operation is
// rounded once; nothing is fused but what says fma.

// defineF32 defines op for f32 with all of its modifiers, from a function of exact operands.
// f's result is as round32 asks.
func defineF32(op string, n int, sat bool, f func(a, b, c float64, mode rounding) float64) {
	src := []class{class32, class32, class32}[:n]
	for rname, mode := range roundings {
		for _, ftz := range []string{"", ".ftz"} {
			for _, s := range []string{"", ".sat"} {
				if s != "" && !sat {
					continue
				}
				define(op+"."+rname+ftz+s+".f32", class32, src, func(a, b, c, _ uint64) uint64 {
					if ftz != "" {
						a, b, c = flush32(a), flush32(b), flush32(c)
					}
					y := round32(f(wide32(a), wide32(b), wide32(c), mode), mode)
					if s != "" {
						y = saturate32(y)
					}
					if ftz != "" {
						return flush32(bits32(y))
					}
					return bits32(y)
				})
			}
		}
	}
}

// wide32 is the value of an f32.
func wide32(v uint64) float64 { return float64(math.Float32frombits(uint32(v))) }

// alias gives an operation another name.
func alias(name, op string) { ops[name] = ops[op] }

// minusZero: a sum that is exactly 0 is −0 when rounding down, unless both terms are +0.
func minusZero(sum, a, b float64, mode rounding) float64 {
	if sum == 0 && mode == towardMinus && (math.Signbit(a) || math.Signbit(b)) {
		return math.Copysign(0, -1)
	}
	return sum
}

func defineFloat32() {
	add := func(a, b, _ float64, mode rounding) float64 { return minusZero(oddSum(a, b), a, b, mode) }
	defineF32("add", 2, true, add)
	defineF32("sub", 2, true, func(a, b, _ float64, mode rounding) float64 { return add(a, -b, 0, mode) })
	defineF32("mul", 2, true, func(a, b, _ float64, _ rounding) float64 { return a * b })
	defineF32("fma", 3, true, func(a, b, c float64, mode rounding) float64 { return add(float64(a*b), c, 0, mode) })
	defineF32("div", 2, false, func(a, b, _ float64, _ rounding) float64 { return oddQuotient(a, b) })
	defineF32("rcp", 1, false, func(a, _, _ float64, _ rounding) float64 { return oddQuotient(1, a) })
	defineF32("sqrt", 1, false, func(a, _, _ float64, _ rounding) float64 { return oddSqrt(a) })
	for _, op := range []string{"add", "sub", "mul"} {
		for _, mod := range []string{"", ".ftz", ".sat", ".ftz.sat"} {
			alias(op+mod+".f32", op+".rn"+mod+".f32")
		}
	}
	for rname := range roundings { // mad with a rounding is fma
		alias("mad."+rname+".f32", "fma."+rname+".f32")
	}
	for _, ftz := range []string{"", ".ftz"} {
		flush := func(v uint64) uint64 {
			if ftz != "" {
				return flush32(v)
			}
			return v
		}
		ww := []class{class32, class32}
		define("min"+ftz+".f32", class32, ww, func(a, b, _, _ uint64) uint64 {
			return bits32(float32(minimum(wide32(flush(a)), wide32(flush(b)))))
		})
		define("max"+ftz+".f32", class32, ww, func(a, b, _, _ uint64) uint64 {
			return bits32(float32(-minimum(-wide32(flush(a)), -wide32(flush(b)))))
		})
		define("abs"+ftz+".f32", class32, ww[:1], func(a, _, _, _ uint64) uint64 { return flush(a) &^ (1 << 31) })
		define("neg"+ftz+".f32", class32, ww[:1], func(a, _, _, _ uint64) uint64 { return flush(a) ^ 1<<31 })
	}
	define("copysign.f32", class32, []class{class32, class32}, func(a, b, _, _ uint64) uint64 {
		return b&^(1<<31) | a&(1<<31)
	})
	for name, f := range map[string]func(x float64, subnormal bool) bool{
		"finite":     func(x float64, _ bool) bool { return x-x == 0 },
		"infinite":   func(x float64, _ bool) bool { return math.IsInf(x, 0) },
		"number":     func(x float64, _ bool) bool { return x == x },
		"notanumber": func(x float64, _ bool) bool { return x != x },
		"normal":     func(x float64, sub bool) bool { return x-x == 0 && !sub && x != 0 },
		"subnormal":  func(_ float64, sub bool) bool { return sub },
	} {
		define("testp."+name+".f32", classPred, []class{class32}, func(a, _, _, _ uint64) uint64 {
			return b2u(f(wide32(a), a&0x7f800000 == 0 && a&0x7fffff != 0))
		})
		define("testp."+name+".f64", classPred, []class{class64}, func(a, _, _, _ uint64) uint64 {
			return b2u(f(math.Float64frombits(a), a>>52&0x7ff == 0 && a<<12 != 0))
		})
	}
}

// minimum of two numbers, where −0 is less than +0; of a number and NaN the number.
func minimum(a, b float64) float64 {
	switch {
	case a != a:
		return b
	case b != b:
		return a
	}
	return math.Min(a, b)
}
