package simgpu

import "strings"

// decoders read the instructions that are not in the table ops, by the first part of their
// opcode.
var decoders map[string]func(d *decoder, in *instr, s statement)

func init() {
	decoders = map[string]func(d *decoder, in *instr, s statement){
		"mov": (*decoder).mov, "cvt": (*decoder).cvt, "cvta": (*decoder).cvta, "isspacep": (*decoder).isspacep,
		"ld": (*decoder).load, "ldu": (*decoder).load, "st": (*decoder).store,
		"atom": (*decoder).atom, "red": (*decoder).atom,
		"bra": (*decoder).bra, "ret": (*decoder).exit, "exit": (*decoder).exit, "trap": (*decoder).trap,
		"bar": (*decoder).barrier, "barrier": (*decoder).barrier,
		"membar": (*decoder).fence, "fence": (*decoder).fence, "prefetch": (*decoder).fence, "prefetchu": (*decoder).fence,
		"shfl": (*decoder).shfl, "vote": (*decoder).vote, "activemask": (*decoder).activemask,
		"add": (*decoder).carry, "addc": (*decoder).carry, "sub": (*decoder).carry, "subc": (*decoder).carry,
	}
}

// need refuses an instruction with the wrong number of operands.
func need(s statement, n int) {
	if len(s.args) != n {
		refuse("%d operands, expected %d", len(s.args), n)
	}
}

func (d *decoder) mov(in *instr, s statement) {
	need(s, 2)
	typ := strings.TrimPrefix(s.op, "mov.")
	c := classOf(typ)
	if typ == "pred" {
		c = classPred
	}
	if c == classNone {
		refuse("unknown instruction %s", s.op)
	}
	dst, src := s.args[0], s.args[1]
	switch {
	case dst.kind == opList:
		d.unpack(in, c, dst.list, src)
		return
	case src.kind == opList:
		d.pack(in, c, dst, src.list)
		return
	}
	in.d = d.result(in, dst, c)
	in.a = d.source(in, src, c)
	switch c {
	case classPred:
		not := src.not
		in.exec = func(w *warp, in *instr, mask uint32) {
			v := w.pred[in.a]
			if not {
				v = ^v
			}
			w.pred[in.d] = w.pred[in.d]&^mask | v&mask
		}
	case class64:
		in.exec = func(w *warp, in *instr, mask uint32) {
			if mask == fullMask {
				w.r64[in.d] = w.r64[in.a]
				return
			}
			w.t64 = w.r64[in.a]
			keep64(w, &w.r64[in.d], mask)
		}
	default:
		in.exec = func(w *warp, in *instr, mask uint32) {
			if mask == fullMask {
				w.r32[in.d] = w.r32[in.a]
				return
			}
			w.t32 = w.r32[in.a]
			keep32(w, &w.r32[in.d], mask)
		}
	}
}

// partClass is the class of the n parts of a register that is packed.
func partClass(c class, n int) class {
	switch {
	case c == class64 && n == 2:
		return class32
	case c == class64 && n == 4, c == class32 && n == 2:
		return class16
	}
	refuse("cannot pack %d parts into %v", n, c)
	return classNone
}

// pack is mov.b64 d, {lo, hi}.
func (d *decoder) pack(in *instr, c class, dst operand, parts []operand) {
	pc := partClass(c, len(parts))
	in.d = d.result(in, dst, c)
	for i, p := range parts {
		in.vec[i] = d.source(in, p, pc)
	}
	n, shift := len(parts), 32
	if pc == class16 {
		shift = 16
	}
	in.exec = func(w *warp, in *instr, mask uint32) {
		for l := range lanes {
			if mask>>l&1 == 0 {
				continue
			}
			var v uint64
			for i := range n {
				v |= uint64(w.r32[in.vec[i]][l]) << (shift * i)
			}
			if c == class64 {
				w.r64[in.d][l] = v
			} else {
				w.r32[in.d][l] = uint32(v)
			}
		}
	}
}

// unpack is mov.b64 {lo, hi}, a.
func (d *decoder) unpack(in *instr, c class, parts []operand, src operand) {
	pc := partClass(c, len(parts))
	in.a = d.source(in, src, c)
	for i, p := range parts {
		in.vec[i] = d.result(in, p, pc)
	}
	n, shift, keep := len(parts), 32, uint64(0xffffffff)
	if pc == class16 {
		shift, keep = 16, 0xffff
	}
	in.exec = func(w *warp, in *instr, mask uint32) {
		for l := range lanes {
			if mask>>l&1 == 0 {
				continue
			}
			v := w.lane(c, in.a, l, false)
			for i := range n {
				w.r32[in.vec[i]][l] = uint32(v >> (shift * i) & keep)
			}
		}
	}
}

func (d *decoder) cvt(in *instr, s statement) {
	need(s, 2)
	mods := strings.Split(s.op, ".")[1:]
	if len(mods) < 2 || width(mods[len(mods)-1]) == 0 || width(mods[len(mods)-2]) == 0 {
		refuse("unknown instruction %s", s.op)
	}
	dst, src := mods[len(mods)-2], mods[len(mods)-1]
	if dst == "f16" || src == "f16" || dst[0] == 'b' || src[0] == 'b' {
		refuse("unknown instruction %s", s.op)
	}
	f, err := conversion(mods[:len(mods)-2], dst, src)
	if err != nil {
		refuse("%v", err)
	}
	dc := d.wideEnough(s.args[0], dst)
	sc := d.wideEnough(s.args[1], src)
	in.d = d.result(in, s.args[0], dc)
	in.a = d.source(in, s.args[1], sc)
	if q := quickCvt[s.op]; q != nil && dc == classOf(dst) && sc == classOf(src) {
		in.exec = q
		return
	}
	in.exec = perLane(dc, []class{sc}, func(a, _, _, _ uint64) uint64 { return f(a) })
}

// wideEnough is the class of an operand that may be wider than its type, as cvt, ld and st
// allow for integers.
func (d *decoder) wideEnough(o operand, typ string) class {
	want := classOf(typ)
	if want == classNone {
		want = class16
	}
	if o.kind != opRegister {
		return want
	}
	c := o.reg.class
	if c < want || c != want && isFloat(typ) {
		refuse("%s is a %v register, too small for %s or no float", o.reg.name, c, typ)
	}
	return c
}

// cvta converts between a space's address and a generic one.
func (d *decoder) cvta(in *instr, s statement) {
	need(s, 2)
	mods := strings.Split(s.op, ".")[1:]
	to := mods[0] == "to"
	if to {
		mods = mods[1:]
	}
	if len(mods) != 2 || mods[1] != "u64" {
		refuse("unknown instruction %s", s.op)
	}
	base, ok := windows[mods[0]]
	if !ok {
		refuse("unknown space %s", mods[0])
	}
	if to {
		base = -base
	}
	in.d = d.result(in, s.args[0], class64)
	in.a = d.source(in, s.args[1], class64)
	in.exec = quickDD(func(d, a *vec64) {
		for i := range d {
			d[i] = a[i] + base
		}
	})
}

// windows are where the spaces lie in the generic one. Device memory is there as it is.
var windows = map[string]uint64{"global": 0, "shared": sharedWindow, "local": localWindow, "const": constWindow}

func (d *decoder) isspacep(in *instr, s statement) {
	need(s, 2)
	want := strings.TrimPrefix(s.op, "isspacep.")
	if _, ok := windows[want]; !ok {
		refuse("unknown space %s", want)
	}
	in.d = d.result(in, s.args[0], classPred)
	in.a = d.source(in, s.args[1], class64)
	in.exec = perLane(classPred, []class{class64}, func(a, _, _, _ uint64) uint64 {
		sp, _ := generic(a)
		return b2u(sp.String() == want)
	})
}
