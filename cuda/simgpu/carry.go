package simgpu

import (
	"math/bits"
	"strings"
)

// Extended-precision arithmetic: add.cc sets the carry, addc takes it in. The carry is a predicate
// of the thread that only these instructions see.

func (d *decoder) carry(in *instr, s statement) {
	need(s, 3)
	mods := strings.Split(s.op, ".")
	root, typ := mods[0], mods[len(mods)-1]
	set := len(mods) == 3 && mods[1] == "cc"
	takes := strings.HasSuffix(root, "c")
	t := integerType(typ)
	if (t.width != 32 && t.width != 64) || len(mods) != 2 && !set || !takes && !set {
		refuse("unknown instruction %s", s.op)
	}
	c := classOf(typ)
	if d.cc < 0 {
		d.cc = d.newSlot(classPred)
	}
	cc := d.cc
	in.d = d.result(in, s.args[0], c)
	in.a = d.source(in, s.args[1], c)
	in.b = d.source(in, s.args[2], c)
	if takes {
		in.reads = append(in.reads, mark(classPred, cc))
	}
	if set {
		in.writes = append(in.writes, mark(classPred, cc))
	}
	subtract := strings.HasPrefix(root, "sub")
	in.exec = func(w *warp, in *instr, mask uint32) {
		for i := range lanes {
			if mask>>i&1 == 0 {
				continue
			}
			var carry uint64
			if takes {
				carry = uint64(w.pred[cc] >> i & 1)
			}
			v, out := addCarry(w.lane(c, in.a, i, false), w.lane(c, in.b, i, false), carry, t.width, subtract)
			w.set(c, in.d, i, v)
			if set {
				w.pred[cc] = w.pred[cc]&^(1<<i) | uint32(out)<<i
			}
		}
	}
}

// addCarry is a+b+carry or a−b−borrow, and the carry or borrow out.
func addCarry(a, b, carry uint64, width uint, subtract bool) (v, out uint64) {
	switch {
	case width < 64 && subtract:
		v = a - b - carry
		return v, v >> 63
	case width < 64:
		v = a + b + carry
		return v, v >> width & 1
	case subtract:
		return bits.Sub64(a, b, carry)
	}
	return bits.Add64(a, b, carry)
}
