package simgpu

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// The independent definition of integer results, on integers without bounds.

type refInt struct {
	width  int
	signed bool
}

func refType(typ string) refInt {
	w, _ := strconv.Atoi(typ[1:])
	return refInt{w, typ[0] == 's'}
}

// value is the number that the bits are.
func (t refInt) value(b uint64) *big.Int {
	v := new(big.Int).SetUint64(b)
	v.Mod(v, pow2(t.width).Num())
	if t.signed && v.Bit(t.width-1) == 1 {
		v.Sub(v, pow2(t.width).Num())
	}
	return v
}

// wrap is the bits of a number, of a width.
func wrap(v *big.Int, width int) uint64 {
	return new(big.Int).Mod(v, pow2(width).Num()).Uint64()
}

func (t refInt) clamp(v *big.Int) *big.Int {
	lo, hi := big.NewInt(0), new(big.Int).Sub(pow2(t.width).Num(), big.NewInt(1))
	if t.signed {
		lo = new(big.Int).Neg(pow2(t.width - 1).Num())
		hi = new(big.Int).Sub(pow2(t.width-1).Num(), big.NewInt(1))
	}
	switch {
	case v.Cmp(lo) < 0:
		return lo
	case v.Cmp(hi) > 0:
		return hi
	}
	return v
}

// refInteger is the result of an integer instruction; ok says if it is one.
func refInteger(op string, a, b, c, e uint64) (r uint64, ok bool) {
	parts := strings.Split(op, ".")
	root, typ := parts[0], parts[len(parts)-1]
	mod := ""
	if len(parts) > 2 {
		mod = parts[1]
	}
	if typ == "pred" {
		switch root {
		case "and":
			return a & b, true
		case "or":
			return a | b, true
		case "xor":
			return a ^ b, true
		case "not":
			return 1 - a, true
		}
		return 0, false
	}
	if typ[0] == 'f' {
		return 0, false
	}
	t := refType(typ)
	x, y, z := t.value(a), t.value(b), t.value(c)
	n := func(f func(z, x, y *big.Int) *big.Int) *big.Int { return f(new(big.Int), x, y) }
	w := t.width
	switch root {
	case "add", "sub":
		v := n((*big.Int).Add)
		if root == "sub" {
			v = n((*big.Int).Sub)
		}
		if mod == "sat" {
			v = t.clamp(v)
		}
		return wrap(v, w), true
	case "mul", "mad":
		v := n((*big.Int).Mul)
		switch mod {
		case "hi":
			v.Rsh(v, uint(w)) // floor, as the bits of two's complement are
		case "wide":
			w *= 2
			z = refInt{w, t.signed}.value(c)
		}
		if root == "mad" {
			v.Add(v, z)
		}
		return wrap(v, w), true
	case "div", "rem":
		zero := y.Sign() == 0
		switch {
		case root == "div" && zero:
			return wrap(big.NewInt(-1), w), true
		case zero:
			return wrap(x, w), true
		case root == "div":
			return wrap(n((*big.Int).Quo), w), true
		}
		return wrap(n((*big.Int).Rem), w), true
	case "sad":
		v := n((*big.Int).Sub)
		return wrap(v.Add(v.Abs(v), z), w), true
	case "min", "max":
		if (x.Cmp(y) < 0) == (root == "min") {
			return wrap(x, w), true
		}
		return wrap(y, w), true
	case "abs":
		return wrap(new(big.Int).Abs(x), w), true
	case "neg":
		return wrap(new(big.Int).Neg(x), w), true
	}
	return refBits(root, mod, t, parts, [4]uint64{a, b, c, e})
}

// refBits is the part of refInteger that works on strings of bits, the lowest first.
func refBits(root, mod string, t refInt, parts []string, in [4]uint64) (uint64, bool) {
	w := t.width
	bits := func(v uint64, n int) []int {
		s := make([]int, n)
		for i := range s {
			s[i] = int(v >> i & 1)
		}
		return s
	}
	number := func(s []int) (v uint64) {
		for i := range min(w, len(s)) {
			v |= uint64(s[i]) << i
		}
		return v
	}
	zip := func(f func(x, y int) int) uint64 {
		x, y := bits(in[0], w), bits(in[1], w)
		for i := range x {
			x[i] = f(x[i], y[i])
		}
		return number(x)
	}
	a := bits(in[0], w)
	sign := 0
	if t.signed {
		sign = a[w-1]
	}
	extended := func(i int) int { // bit i of a with its sign without end
		if i < w {
			return a[i]
		}
		return sign
	}
	switch root {
	case "and":
		return zip(func(x, y int) int { return x * y }), true
	case "or":
		return zip(func(x, y int) int { return max(x, y) }), true
	case "xor":
		return zip(func(x, y int) int { return (x + y) % 2 }), true
	case "not":
		return zip(func(x, _ int) int { return 1 - x }), true
	case "cnot":
		if slices.Max(a) == 0 {
			return 1, true
		}
		return 0, true
	case "shl":
		s := make([]int, w)
		for i := range s {
			if j := i - int(in[1]); j >= 0 {
				s[i] = a[j]
			}
		}
		return number(s), true
	case "shr":
		s := make([]int, w)
		for i := range s {
			s[i] = extended(i + int(in[1]))
		}
		return number(s), true
	case "shf":
		s := append(bits(in[0], 32), bits(in[1], 32)...)
		n := int(in[2])
		if parts[2] == "wrap" {
			n %= 32
		}
		n = min(n, 32)
		if parts[1] == "l" {
			return number(s[32-n : 64-n]), true
		}
		return number(s[n : n+32]), true
	case "popc":
		s := 0
		for _, b := range a {
			s += b
		}
		return uint64(s), true
	case "clz":
		slices.Reverse(a)
		if i := slices.Index(a, 1); i >= 0 {
			return uint64(i), true
		}
		return uint64(w), true
	case "brev":
		slices.Reverse(a)
		return number(a), true
	case "bfind":
		at := -1
		for i, b := range a {
			if b != sign {
				at = i
			}
		}
		if at >= 0 && mod == "shiftamt" {
			at = w - 1 - at
		}
		return uint64(uint32(at)), true
	case "bfe":
		pos, n := int(in[1]&0xff), int(in[2]&0xff)
		s := make([]int, w)
		for i := range s {
			if n > 0 {
				s[i] = extended(pos + min(i, n-1))
				if i >= n && !t.signed {
					s[i] = 0
				}
			}
		}
		return number(s), true
	case "bfi":
		pos, n := int(in[2]&0xff), int(in[3]&0xff)
		s := bits(in[1], w)
		for i := 0; i < n && pos+i < w && i < w; i++ {
			s[pos+i] = a[i]
		}
		return number(s), true
	case "prmt":
		var bytes [8]byte
		for i := range 4 {
			bytes[i], bytes[4+i] = byte(in[0]>>(8*i)), byte(in[1]>>(8*i))
		}
		var out uint64
		for i := range 4 {
			sel := int(in[2]>>(4*i)) % 16
			b := bytes[sel%8]
			if sel >= 8 {
				b = byte(int8(b) >> 7)
			}
			out |= uint64(b) << (8 * i)
		}
		return out, true
	case "lop3":
		b, c := bits(in[1], 32), bits(in[2], 32)
		for i := range a {
			a[i] = int(in[3] >> (4*a[i] + 2*b[i] + c[i]) & 1)
		}
		return number(a), true
	}
	return 0, false
}
