package simgpu

import "math"

// Comparisons and selections, PTX ISA "Comparison and Selection Instructions".

// comparison is a relation of two values of a type.
type comparison struct {
	name string
	f    func(a, b uint64) bool
}

func (t intType) comparisons() []comparison {
	less := t.less
	eq := func(a, b uint64) bool { return t.value(a) == t.value(b) }
	list := []comparison{{"eq", eq}, {"ne", func(a, b uint64) bool { return !eq(a, b) }}}
	names := []string{"lt", "le", "gt", "ge"}
	more := []func(a, b uint64) bool{
		less,
		func(a, b uint64) bool { return !less(b, a) },
		func(a, b uint64) bool { return less(b, a) },
		func(a, b uint64) bool { return !less(a, b) },
	}
	for i, f := range more {
		list = append(list, comparison{names[i], f})
		if !t.signed {
			list = append(list, comparison{[]string{"lo", "ls", "hi", "hs"}[i], f})
		}
	}
	return list
}

// floatComparisons: the plain ones are false for NaN, those with a u true.
func floatComparisons(value func(uint64) float64) []comparison {
	rel := map[string]func(a, b float64) bool{
		"eq": func(a, b float64) bool { return a == b },
		"ne": func(a, b float64) bool { return a != b && a == a && b == b },
		"lt": func(a, b float64) bool { return a < b },
		"le": func(a, b float64) bool { return a <= b },
		"gt": func(a, b float64) bool { return a > b },
		"ge": func(a, b float64) bool { return a >= b },
	}
	unordered := func(a, b uint64) bool { return math.IsNaN(value(a)) || math.IsNaN(value(b)) }
	list := []comparison{
		{"num", func(a, b uint64) bool { return !unordered(a, b) }},
		{"nan", unordered},
	}
	for name, f := range rel {
		list = append(list,
			comparison{name, func(a, b uint64) bool { return f(value(a), value(b)) }},
			comparison{name + "u", func(a, b uint64) bool { return unordered(a, b) || f(value(a), value(b)) }})
	}
	return list
}

func defineComparisons() {
	for _, t := range intTypes {
		defineCompare(t.name, t.class, t.comparisons())
		if !t.signed {
			b := intType{width: t.width, class: t.class}
			defineCompare(typeName("b", t.width), t.class, b.comparisons()[:2])
		}
	}
	f32 := func(v uint64) float64 { return float64(math.Float32frombits(uint32(v))) }
	defineCompare("f32", class32, floatComparisons(f32))
	defineCompare("ftz.f32", class32, floatComparisons(func(v uint64) float64 { return f32(flush32(v)) }))
	defineCompare("f64", class64, floatComparisons(math.Float64frombits))

	for _, typ := range []string{"b16", "u16", "s16", "b32", "u32", "s32", "f32", "b64", "u64", "s64", "f64"} {
		c := classOf(typ)
		define("selp."+typ, c, []class{c, c, classPred}, func(a, b, p, _ uint64) uint64 {
			if p != 0 {
				return a
			}
			return b
		})
		define("slct."+typ+".s32", c, []class{c, c, class32}, func(a, b, s, _ uint64) uint64 {
			if int32(s) >= 0 {
				return a
			}
			return b
		})
	}
}

// defineCompare defines setp for a type, with and without a second predicate that is
// combined with the comparison, and set.
func defineCompare(typ string, c class, list []comparison) {
	for _, cmp := range list {
		define("setp."+cmp.name+"."+typ, classPred, []class{c, c}, func(a, b, _, _ uint64) uint64 {
			return b2u(cmp.f(a, b))
		})
		allowSecond("setp." + cmp.name + "." + typ)
		for name, f := range map[string]func(x, y uint64) uint64{
			"and": func(x, y uint64) uint64 { return x & y },
			"or":  func(x, y uint64) uint64 { return x | y },
			"xor": func(x, y uint64) uint64 { return x ^ y },
		} {
			op := "setp." + cmp.name + "." + name + "." + typ
			define(op, classPred, []class{c, c, classPred}, func(a, b, p, _ uint64) uint64 {
				return f(b2u(cmp.f(a, b)), p)
			})
		}
		define("set."+cmp.name+".u32."+typ, class32, []class{c, c}, func(a, b, _, _ uint64) uint64 {
			return -b2u(cmp.f(a, b))
		})
		define("set."+cmp.name+".s32."+typ, class32, []class{c, c}, func(a, b, _, _ uint64) uint64 {
			return -b2u(cmp.f(a, b))
		})
		define("set."+cmp.name+".f32."+typ, class32, []class{c, c}, func(a, b, _, _ uint64) uint64 {
			return b2u(cmp.f(a, b)) * uint64(math.Float32bits(1))
		})
	}
}

// allowSecond lets a setp write the complement to a second predicate, as in p|q.
func allowSecond(op string) {
	d := ops[op]
	d.dst2 = classPred
	first := d.exec
	d.exec = func(w *warp, in *instr, mask uint32) {
		first(w, in, mask)
		if in.d2 >= 0 {
			w.pred[in.d2] = w.pred[in.d2]&^mask | ^w.pred[in.d]&mask
		}
	}
	ops[op] = d
}

func classOf(typ string) class {
	switch width(typ) {
	case 2:
		return class16
	case 4:
		return class32
	case 8:
		return class64
	}
	return classNone
}
