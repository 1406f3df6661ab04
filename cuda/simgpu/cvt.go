package simgpu

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// Conversions, PTX ISA "Data Movement and Conversion Instructions: cvt". Registers may be wider than
// the types: a source is read by its type's width, a result is extended to the
// register by its type's sign.

// conversion builds the function of cvt.mods.dst.src; modifiers are rounding, ftz and sat.
func conversion(mods []string, dst, src string) (func(a uint64) uint64, error) {
	var fround, iround string
	var ftz, sat bool
	for _, m := range mods {
		switch m {
		case "rn", "rz", "rm", "rp":
			fround = m
		case "rni", "rzi", "rmi", "rpi":
			iround = m
		case "ftz":
			ftz = true
		case "sat":
			sat = true
		default:
			return nil, fmt.Errorf("unknown modifier .%s", m)
		}
	}
	if fround != "" && iround != "" {
		return nil, fmt.Errorf("two roundings")
	}
	if ftz && dst != "f32" && src != "f32" {
		return nil, fmt.Errorf(".ftz without f32")
	}
	df, sf := isFloat(dst), isFloat(src)
	wrong := false
	var f func(a uint64) uint64
	switch {
	case df && sf:
		narrow := dst == "f32" && src == "f64"
		wrong = narrow != (fround != "") || iround != "" && dst != src
		f = floatToFloat(dst, src, roundings[fround], iround, sat)
	case df:
		wrong = fround == "" || iround != ""
		f = intToFloat(dst, integerType(src), roundings[fround], sat)
	case sf:
		wrong = iround == "" || fround != ""
		f = floatToInt(integerType(dst), src, iround)
	default:
		wrong = fround != "" || iround != ""
		f = intToInt(integerType(dst), integerType(src), sat)
	}
	if wrong {
		return nil, fmt.Errorf("a rounding too many, or too few")
	}
	if !ftz {
		return f, nil
	}
	return func(a uint64) uint64 {
		if src == "f32" {
			a = flush32(a)
		}
		v := f(a)
		if dst == "f32" {
			v = flush32(v)
		}
		return v
	}, nil
}

func isFloat(typ string) bool { return strings.HasPrefix(typ, "f") }

// integerType is the type of a name, also of 8 bits.
func integerType(typ string) intType {
	return intType{name: typ, width: uint(8 * width(typ)), signed: typ[0] == 's'}
}

// bounds are the least and the greatest value; the greatest as unsigned.
func (t intType) bounds() (lo int64, hi uint64) {
	if t.signed {
		return math.MinInt64 >> (64 - t.width), math.MaxInt64 >> (64 - t.width)
	}
	return 0, math.MaxUint64 >> (64 - t.width)
}

func intToInt(dst, src intType, sat bool) func(a uint64) uint64 {
	return func(a uint64) uint64 {
		v := src.value(a)
		if sat {
			lo, hi := dst.bounds()
			switch {
			case src.signed && int64(v) < 0:
				v = uint64(max(int64(v), lo))
			case v > hi:
				v = hi
			}
		}
		return dst.value(v)
	}
}

func floatToInt(dst intType, src, round string) func(a uint64) uint64 {
	lo, hi := dst.bounds()
	return func(a uint64) uint64 {
		x := floatValue(src, a)
		if x != x {
			if src == "f64" || dst.width == 64 {
				return dst.value(1 << (dst.width - 1))
			}
			return 0
		}
		x = roundToInteger(x, round)
		switch {
		case x <= float64(lo):
			return uint64(lo)
		case x >= float64(hi): // hi+1 for 64 bits, and x is no less
			return hi
		case x < 0:
			return uint64(int64(x))
		}
		return uint64(x)
	}
}

func roundToInteger(x float64, round string) float64 {
	switch round {
	case "rni":
		return math.RoundToEven(x)
	case "rzi":
		return math.Trunc(x)
	case "rmi":
		return math.Floor(x)
	case "rpi":
		return math.Ceil(x)
	}
	return x
}

func floatValue(typ string, a uint64) float64 {
	if typ == "f32" {
		return wide32(a)
	}
	return math.Float64frombits(a)
}

// intToFloat rounds the magnitude's bits itself: a step by way of float64 would round twice.
func intToFloat(dst string, src intType, mode rounding, sat bool) func(a uint64) uint64 {
	prec := 24
	if dst == "f64" {
		prec = 53
	}
	return func(a uint64) uint64 {
		v := src.value(a)
		neg := src.signed && int64(v) < 0
		if neg {
			v = -v
		}
		x := roundBits(v, prec, mode, neg)
		if neg {
			x = -x
		}
		if sat {
			x = saturate64(x)
		}
		if dst == "f32" {
			return uint64(math.Float32bits(float32(x)))
		}
		return math.Float64bits(x)
	}
}

// roundBits rounds v to its prec highest bits. The result is exact as a float64.
func roundBits(v uint64, prec int, mode rounding, neg bool) float64 {
	drop := bits.Len64(v) - prec
	if drop <= 0 {
		return float64(v)
	}
	kept, rest, half := v>>drop, v&(1<<drop-1), uint64(1)<<(drop-1)
	up := false
	switch mode {
	case nearestEven:
		up = rest > half || rest == half && kept&1 != 0
	case towardMinus:
		up = neg && rest != 0
	case towardPlus:
		up = !neg && rest != 0
	}
	if up {
		kept++
	}
	return math.Ldexp(float64(kept), drop)
}

func floatToFloat(dst, src string, mode rounding, iround string, sat bool) func(a uint64) uint64 {
	return func(a uint64) uint64 {
		x := roundToInteger(floatValue(src, a), iround)
		if sat {
			x = saturate64(x)
		}
		switch {
		case dst == "f64":
			return bits64(x)
		case src == "f64":
			return bits32(round32(x, mode))
		}
		return bits32(float32(x))
	}
}
