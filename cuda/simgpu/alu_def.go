package simgpu

// def is an instruction that computes: registers in, registers out, nothing else.
type def struct {
	dst, dst2 class // dst2 is setp's second predicate, optional in the text
	src       []class
	exec      execFunc
}

// ops are the computing instructions by their whole opcode, modifiers included: what is
// not listed is not known.
var ops = map[string]def{}

func init() {
	defineIntegers()
	defineBits()
	defineComparisons()
	defineFloat32()
	defineFloat64()
	quickenIntegers()
	quickenSelections()
	quickenFloats()
}

// define adds an instruction that is computed lane by lane, all values as 64 bits: f gets its
// operands zero-extended and has its result truncated to the width of dst.
func define(op string, dst class, src []class, f func(a, b, c, e uint64) uint64) {
	if _, ok := ops[op]; ok {
		panic("simgpu: " + op + " is defined twice")
	}
	ops[op] = def{dst: dst, src: src, exec: perLane(dst, src, f)}
}

// quicken replaces the way in which a defined instruction is computed.
func quicken(op string, exec execFunc) {
	d, ok := ops[op]
	if !ok {
		panic("simgpu: " + op + " is not defined")
	}
	d.exec = exec
	ops[op] = d
}

func perLane(dst class, src []class, f func(a, b, c, e uint64) uint64) execFunc {
	get := make([]class, 4)
	copy(get, src)
	return func(w *warp, in *instr, mask uint32) {
		var a, b, c, e uint64
		for i := range lanes {
			if mask>>i&1 == 0 {
				continue
			}
			a = w.lane(get[0], in.a, i, in.flags&flagNotA != 0)
			b = w.lane(get[1], in.b, i, in.flags&flagNotB != 0)
			c = w.lane(get[2], in.c, i, in.flags&flagNotC != 0)
			e = w.lane(get[3], in.e, i, false)
			v := f(a, b, c, e)
			switch dst {
			case classPred:
				w.pred[in.d] = w.pred[in.d]&^(1<<i) | uint32(v&1)<<i
			case class16:
				w.r32[in.d][i] = uint32(v & 0xffff)
			case class32:
				w.r32[in.d][i] = uint32(v)
			case class64:
				w.r64[in.d][i] = v
			}
		}
	}
}

// lane is a lane's value of a register.
func (w *warp) lane(c class, slot int32, i int, not bool) uint64 {
	switch c {
	case classPred:
		v := w.pred[slot] >> i & 1
		if not {
			v ^= 1
		}
		return uint64(v)
	case class16, class32:
		return uint64(w.r32[slot][i])
	case class64:
		return w.r64[slot][i]
	}
	return 0
}

// The quick forms: f computes all lanes; lanes that are not in the mask keep their value.
// in names the classes: w a 32-bit register, d a 64-bit one, p a predicate; the result first.

func keep32(w *warp, d *vec32, mask uint32) {
	for i := range d {
		if mask>>i&1 != 0 {
			d[i] = w.t32[i]
		}
	}
}

func keep64(w *warp, d *vec64, mask uint32) {
	for i := range d {
		if mask>>i&1 != 0 {
			d[i] = w.t64[i]
		}
	}
}

func quickWW(f func(d, a *vec32)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r32[in.d], &w.r32[in.a])
			return
		}
		f(&w.t32, &w.r32[in.a])
		keep32(w, &w.r32[in.d], mask)
	}
}

func quickWWW(f func(d, a, b *vec32)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r32[in.d], &w.r32[in.a], &w.r32[in.b])
			return
		}
		f(&w.t32, &w.r32[in.a], &w.r32[in.b])
		keep32(w, &w.r32[in.d], mask)
	}
}

func quickWWWW(f func(d, a, b, c *vec32)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r32[in.d], &w.r32[in.a], &w.r32[in.b], &w.r32[in.c])
			return
		}
		f(&w.t32, &w.r32[in.a], &w.r32[in.b], &w.r32[in.c])
		keep32(w, &w.r32[in.d], mask)
	}
}

func quickDD(f func(d, a *vec64)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r64[in.d], &w.r64[in.a])
			return
		}
		f(&w.t64, &w.r64[in.a])
		keep64(w, &w.r64[in.d], mask)
	}
}

func quickDDD(f func(d, a, b *vec64)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r64[in.d], &w.r64[in.a], &w.r64[in.b])
			return
		}
		f(&w.t64, &w.r64[in.a], &w.r64[in.b])
		keep64(w, &w.r64[in.d], mask)
	}
}

func quickDW(f func(d *vec64, a *vec32)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r64[in.d], &w.r32[in.a])
			return
		}
		f(&w.t64, &w.r32[in.a])
		keep64(w, &w.r64[in.d], mask)
	}
}

func quickWD(f func(d *vec32, a *vec64)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r32[in.d], &w.r64[in.a])
			return
		}
		f(&w.t32, &w.r64[in.a])
		keep32(w, &w.r32[in.d], mask)
	}
}

func quickDWW(f func(d *vec64, a, b *vec32)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r64[in.d], &w.r32[in.a], &w.r32[in.b])
			return
		}
		f(&w.t64, &w.r32[in.a], &w.r32[in.b])
		keep64(w, &w.r64[in.d], mask)
	}
}

func quickDDW(f func(d, a *vec64, b *vec32)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r64[in.d], &w.r64[in.a], &w.r32[in.b])
			return
		}
		f(&w.t64, &w.r64[in.a], &w.r32[in.b])
		keep64(w, &w.r64[in.d], mask)
	}
}

func quickDWWD(f func(d *vec64, a, b *vec32, c *vec64)) execFunc {
	return func(w *warp, in *instr, mask uint32) {
		if mask == fullMask {
			f(&w.r64[in.d], &w.r32[in.a], &w.r32[in.b], &w.r64[in.c])
			return
		}
		f(&w.t64, &w.r32[in.a], &w.r32[in.b], &w.r64[in.c])
		keep64(w, &w.r64[in.d], mask)
	}
}
