package simgpu

import "math/bits"

// Logic, shifts and bit fields, PTX ISA "Logic and Shift Instructions".

func defineBits() {
	for _, w := range []struct {
		width uint
		class class
	}{{16, class16}, {32, class32}, {64, class64}} {
		c, n := w.class, "."+typeName("b", w.width)
		cc := []class{c, c}
		define("and"+n, c, cc, func(a, b, _, _ uint64) uint64 { return a & b })
		define("or"+n, c, cc, func(a, b, _, _ uint64) uint64 { return a | b })
		define("xor"+n, c, cc, func(a, b, _, _ uint64) uint64 { return a ^ b })
		define("not"+n, c, []class{c}, func(a, _, _, _ uint64) uint64 { return ^a })
		define("cnot"+n, c, []class{c}, func(a, _, _, _ uint64) uint64 { return b2u(a == 0) })
		// Shifts by the width or more give 0, or the sign: the amount is not reduced.
		cs := []class{c, class32}
		define("shl"+n, c, cs, func(a, b, _, _ uint64) uint64 { return a << b })
		for _, letter := range []string{"b", "u", "s"} {
			t := intType{width: w.width, signed: letter == "s"}
			define("shr."+typeName(letter, w.width), c, cs, func(a, b, _, _ uint64) uint64 {
				if t.signed {
					return uint64(int64(t.value(a)) >> b)
				}
				return a >> b
			})
		}
		if w.width == 16 {
			continue
		}
		define("popc"+n, class32, []class{c}, func(a, _, _, _ uint64) uint64 { return uint64(bits.OnesCount64(a)) })
		define("clz"+n, class32, []class{c}, func(a, _, _, _ uint64) uint64 {
			return uint64(bits.LeadingZeros64(a)) - uint64(64-w.width)
		})
		define("brev"+n, c, []class{c}, func(a, _, _, _ uint64) uint64 {
			return bits.Reverse64(a) >> (64 - w.width)
		})
		define("bfi"+n, c, []class{c, c, class32, class32}, func(a, b, pos, n uint64) uint64 {
			pos, n = pos&0xff, n&0xff
			if pos >= uint64(w.width) {
				return b
			}
			field := (uint64(1)<<n - 1) << pos
			return b&^field | a<<pos&field
		})
	}
	pp := []class{classPred, classPred}
	define("and.pred", classPred, pp, func(a, b, _, _ uint64) uint64 { return a & b })
	define("or.pred", classPred, pp, func(a, b, _, _ uint64) uint64 { return a | b })
	define("xor.pred", classPred, pp, func(a, b, _, _ uint64) uint64 { return a ^ b })
	define("not.pred", classPred, pp[:1], func(a, _, _, _ uint64) uint64 { return a ^ 1 })

	www := []class{class32, class32, class32}
	for _, mode := range []struct {
		name   string
		amount func(c uint64) uint64
	}{
		{"wrap", func(c uint64) uint64 { return c & 31 }},
		{"clamp", func(c uint64) uint64 { return min(c, 32) }},
	} {
		define("shf.l."+mode.name+".b32", class32, www, func(a, b, c, _ uint64) uint64 {
			return (b<<32 | a) << mode.amount(c) >> 32
		})
		define("shf.r."+mode.name+".b32", class32, www, func(a, b, c, _ uint64) uint64 {
			return (b<<32 | a) >> mode.amount(c)
		})
	}
	define("prmt.b32", class32, www, func(a, b, c, _ uint64) uint64 {
		bytes := b<<32 | a
		var d uint64
		for i := range 4 {
			sel := c >> (4 * i) & 0xf
			v := bytes >> (8 * (sel & 7)) & 0xff
			if sel&8 != 0 { // the byte's sign, eight times
				v = v >> 7 * 0xff
			}
			d |= v << (8 * i)
		}
		return d
	})
	// lop3's table has the result for the bits of a (0xf0), b (0xcc) and c (0xaa).
	define("lop3.b32", class32, append(www, class32), func(a, b, c, table uint64) uint64 {
		var d uint64
		for i := range 8 {
			if table>>i&1 == 0 {
				continue
			}
			x, y, z := ^a, ^b, ^c
			if i&4 != 0 {
				x = a
			}
			if i&2 != 0 {
				y = b
			}
			if i&1 != 0 {
				z = c
			}
			d |= x & y & z
		}
		return d
	})
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
