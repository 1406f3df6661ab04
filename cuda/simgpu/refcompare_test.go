package simgpu

import (
	"math"
	"math/big"
	"strings"
)

// reference is the independent definition of every computing instruction.
func reference(op string, a, b, c, e uint64) (uint64, bool) {
	parts := strings.Split(op, ".")
	root, typ := parts[0], parts[len(parts)-1]
	has := func(mod string) bool {
		for _, p := range parts[1 : len(parts)-1] {
			if p == mod {
				return true
			}
		}
		return false
	}
	switch root {
	case "setp", "set":
		rel := refRelation(parts[1], typ, has("ftz"), a, b)
		return refCompareResult(root, parts, rel, c), true
	case "selp":
		if c != 0 {
			return a, true
		}
		return b, true
	case "slct":
		if refType("s32").value(c).Sign() >= 0 {
			return a, true
		}
		return b, true
	}
	if typ[0] != 'f' {
		return refInteger(op, a, b, c, e)
	}
	f := formatOf(typ)
	if has("ftz") {
		a, b, c = f.flushed(a), f.flushed(b), f.flushed(c)
	}
	x, y, z := f.value(a), f.value(b), f.value(c)
	sign := uint64(1) << (f.width - 1)
	switch root {
	case "abs":
		return a &^ sign, true
	case "neg":
		return a ^ sign, true
	case "copysign":
		return b&^sign | a&sign, true
	case "min", "max":
		return refExtreme(f, root == "min", x, y), true
	case "testp":
		return refTest(f, parts[1], x), true
	case "add", "sub", "mul", "fma", "mad", "div", "rcp", "sqrt":
		mode := "rn"
		for _, m := range []string{"rz", "rm", "rp"} {
			if has(m) {
				mode = m
			}
		}
		v := f.arithmetic(root, mode, x, y, z)
		if has("sat") {
			v = f.saturated(v)
		}
		if has("ftz") {
			v = f.flushed(v)
		}
		return v, true
	}
	return 0, false
}

// refRelation says if two values are in a relation.
func refRelation(rel, typ string, ftz bool, a, b uint64) bool {
	var order int // −1, 0, 1; 2 if unordered
	if typ[0] == 'f' {
		f := formatOf(typ)
		if ftz {
			a, b = f.flushed(a), f.flushed(b)
		}
		x, y := new(big.Float), new(big.Float)
		if v, w := f.value(a), f.value(b); v != v || w != w {
			order = 2
		} else {
			order = x.SetFloat64(v).Cmp(y.SetFloat64(w))
		}
		switch rel {
		case "num":
			return order != 2
		case "nan":
			return order == 2
		}
		if u, ok := strings.CutSuffix(rel, "u"); ok {
			if order == 2 {
				return true
			}
			rel = u
		}
	} else {
		t := refType(typ)
		order = t.value(a).Cmp(t.value(b))
	}
	switch rel {
	case "eq":
		return order == 0
	case "ne":
		return order == -1 || order == 1
	case "lt", "lo":
		return order == -1
	case "le", "ls":
		return order == -1 || order == 0
	case "gt", "hi":
		return order == 1
	case "ge", "hs":
		return order == 1 || order == 0
	}
	panic(rel)
}

func refCompareResult(root string, parts []string, rel bool, c uint64) uint64 {
	var v uint64
	if rel {
		v = 1
	}
	if root == "set" {
		if parts[2] == "f32" {
			return v * 0x3f800000
		}
		return v * 0xffffffff
	}
	switch parts[2] {
	case "and":
		return v * c
	case "or":
		return max(v, c)
	case "xor":
		return (v + c) % 2
	}
	return v
}

// refExtreme is the lesser or greater of two numbers: −0 is less than +0, NaN is ignored.
func refExtreme(f format, least bool, x, y float64) uint64 {
	switch {
	case x != x && y != y:
		return f.nan
	case x != x:
		return f.bits(y)
	case y != y:
		return f.bits(x)
	}
	less := x < y || x == y && math.Signbit(x) && !math.Signbit(y)
	if less == least {
		return f.bits(x)
	}
	return f.bits(y)
}

func refTest(f format, what string, x float64) uint64 {
	small := math.Abs(x) < math.Ldexp(1, f.emin)
	return map[string]map[bool]uint64{
		"finite":     {math.Abs(x) <= math.MaxFloat64: 1},
		"infinite":   {math.Abs(x) == math.Inf(1): 1},
		"number":     {!math.IsNaN(x): 1},
		"notanumber": {math.IsNaN(x): 1},
		"normal":     {math.Abs(x) <= math.MaxFloat64 && !small: 1},
		"subnormal":  {small && x != 0: 1},
	}[what][true]
}
