package simgpu

import (
	"math/bits"
	"strconv"
)

// Integer arithmetic, PTX ISA "Integer Arithmetic Instructions".

type intType struct {
	name   string
	width  uint
	signed bool
	class  class
}

var intTypes = []intType{
	{"u16", 16, false, class16}, {"u32", 32, false, class32}, {"u64", 64, false, class64},
	{"s16", 16, true, class16}, {"s32", 32, true, class32}, {"s64", 64, true, class64},
}

// value is v as the type reads it: sign-extended to 64 bits if signed.
func (t intType) value(v uint64) uint64 {
	if t.signed {
		return uint64(int64(v<<(64-t.width)) >> (64 - t.width))
	}
	return v << (64 - t.width) >> (64 - t.width)
}

func (t intType) less(a, b uint64) bool {
	if t.signed {
		return int64(t.value(a)) < int64(t.value(b))
	}
	return t.value(a) < t.value(b)
}

// high is the upper half of the product of 2·width bits.
func (t intType) high(a, b uint64) uint64 {
	a, b = t.value(a), t.value(b)
	if t.width < 64 {
		return a * b >> t.width
	}
	hi, _ := bits.Mul64(a, b)
	if t.signed {
		if int64(a) < 0 {
			hi -= b
		}
		if int64(b) < 0 {
			hi -= a
		}
	}
	return hi
}

// quotient of a division; by zero all bits are set (the ISA leaves the value open),
// and the one overflow of signed division wraps.
func (t intType) quotient(a, b uint64) uint64 {
	a, b = t.value(a), t.value(b)
	switch {
	case b == 0:
		return ^uint64(0)
	case t.signed && int64(b) == -1:
		return -a
	case t.signed:
		return uint64(int64(a) / int64(b))
	}
	return a / b
}

// remainder of a division; by zero it is the dividend.
func (t intType) remainder(a, b uint64) uint64 {
	a, b = t.value(a), t.value(b)
	switch {
	case b == 0:
		return a
	case t.signed && int64(b) == -1:
		return 0
	case t.signed:
		return uint64(int64(a) % int64(b))
	}
	return a % b
}

func (t intType) clampSum(v int64) uint64 {
	lim := int64(1) << (t.width - 1)
	return uint64(min(max(v, -lim), lim-1))
}

func defineIntegers() {
	for _, t := range intTypes {
		c, n := t.class, "."+t.name
		cc := []class{c, c}
		ccc := []class{c, c, c}
		define("add"+n, c, cc, func(a, b, _, _ uint64) uint64 { return a + b })
		define("sub"+n, c, cc, func(a, b, _, _ uint64) uint64 { return a - b })
		define("mul.lo"+n, c, cc, func(a, b, _, _ uint64) uint64 { return a * b })
		define("mul.hi"+n, c, cc, func(a, b, _, _ uint64) uint64 { return t.high(a, b) })
		define("mad.lo"+n, c, ccc, func(a, b, d, _ uint64) uint64 { return a*b + d })
		define("mad.hi"+n, c, ccc, func(a, b, d, _ uint64) uint64 { return t.high(a, b) + d })
		define("div"+n, c, cc, func(a, b, _, _ uint64) uint64 { return t.quotient(a, b) })
		define("rem"+n, c, cc, func(a, b, _, _ uint64) uint64 { return t.remainder(a, b) })
		define("sad"+n, c, ccc, func(a, b, d, _ uint64) uint64 {
			if t.less(a, b) {
				a, b = b, a
			}
			return a - b + d
		})
		define("min"+n, c, cc, func(a, b, _, _ uint64) uint64 {
			if t.less(b, a) {
				return b
			}
			return a
		})
		define("max"+n, c, cc, func(a, b, _, _ uint64) uint64 {
			if t.less(a, b) {
				return b
			}
			return a
		})
		if t.width < 64 {
			wide := c + 1 // the class of twice the width
			define("mul.wide"+n, wide, cc, func(a, b, _, _ uint64) uint64 { return t.value(a) * t.value(b) })
			define("mad.wide"+n, wide, []class{c, c, wide}, func(a, b, d, _ uint64) uint64 {
				return t.value(a)*t.value(b) + d
			})
		}
		if t.signed {
			define("abs"+n, c, []class{c}, func(a, _, _, _ uint64) uint64 {
				if v := int64(t.value(a)); v < 0 {
					return uint64(-v)
				}
				return a
			})
			define("neg"+n, c, []class{c}, func(a, _, _, _ uint64) uint64 { return -a })
		}
		if t.width > 16 {
			bitField(t)
		}
	}
	s32 := intTypes[4]
	cc := []class{class32, class32}
	define("add.sat.s32", class32, cc, func(a, b, _, _ uint64) uint64 {
		return s32.clampSum(int64(s32.value(a)) + int64(s32.value(b)))
	})
	define("sub.sat.s32", class32, cc, func(a, b, _, _ uint64) uint64 {
		return s32.clampSum(int64(s32.value(a)) - int64(s32.value(b)))
	})
}

// bitField defines bfe and bfind of a type.
func bitField(t intType) {
	define("bfe."+t.name, t.class, []class{t.class, class32, class32}, func(a, b, c, _ uint64) uint64 {
		pos, n := uint(b&0xff), uint(c&0xff)
		if n == 0 {
			return 0
		}
		var sign uint64
		if t.signed {
			// The sign is the field's highest bit, or the highest there is.
			sign = a >> min(pos+n-1, t.width-1) & 1
		}
		var d uint64
		for i := range t.width {
			bit := sign
			if i < n && pos+i < t.width {
				bit = a >> (pos + i) & 1
			}
			d |= bit << i
		}
		return d
	})
	find := func(a uint64) uint64 {
		a = t.value(a)
		if t.signed && int64(a) < 0 {
			a = ^a
		}
		return uint64(bits.Len64(a)) - 1
	}
	define("bfind."+t.name, class32, []class{t.class}, func(a, _, _, _ uint64) uint64 { return find(a) })
	define("bfind.shiftamt."+t.name, class32, []class{t.class}, func(a, _, _, _ uint64) uint64 {
		if v := find(a); int64(v) >= 0 {
			return uint64(t.width) - 1 - v
		}
		return ^uint64(0)
	})
}

// typeName is b32, u64, …
func typeName(letter string, width uint) string { return letter + strconv.Itoa(int(width)) }
