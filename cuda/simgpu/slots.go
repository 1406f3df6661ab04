package simgpu

func (d *decoder) newSlot(c class) int32 {
	n := &d.p.n32
	switch c {
	case class64:
		n = &d.p.n64
	case classPred:
		n = &d.p.npred
	}
	*n++
	return int32(*n - 1)
}

func (d *decoder) slot(r *register) int32 {
	s, ok := d.slots[r]
	if !ok {
		s = d.newSlot(r.class)
		d.slots[r] = s
	}
	return s
}

// constant is the slot of a constant.
func (d *decoder) constant(c class, bits uint64) int32 {
	switch c {
	case class16:
		bits &= 0xffff
	case class32:
		bits &= 0xffffffff
	case classPred: // LLVM writes true as −1
		bits = -b2u(bits != 0) & fullMask
	}
	key := constant{c, bits}
	s, ok := d.consts[key]
	if !ok {
		s = d.newSlot(c)
		d.consts[key] = s
		switch c {
		case class64:
			d.p.const64[s] = bits
		case classPred:
			d.p.constPred[s] = uint32(bits)
		default:
			d.p.const32[s] = uint32(bits)
		}
	}
	return s
}

// result is the slot of a register that is written.
func (d *decoder) result(in *instr, o operand, c class) int32 {
	if o.kind == opSink {
		return d.newSlot(c)
	}
	if o.kind != opRegister || o.not {
		refuse("the result is no register")
	}
	if o.reg.class != c {
		refuse("%s is a %v register, expected %v", o.reg.name, o.reg.class, c)
	}
	s := d.slot(o.reg)
	in.writes = append(in.writes, mark(c, s))
	return s
}

// source is the slot of an operand that is read.
func (d *decoder) source(in *instr, o operand, c class) int32 {
	switch o.kind {
	case opRegister:
		if o.reg.class != c {
			refuse("%s is a %v register, expected %v", o.reg.name, o.reg.class, c)
		}
		s := d.slot(o.reg)
		in.reads = append(in.reads, mark(c, s))
		return s
	case opInteger:
		return d.constant(c, o.imm)
	case opFloat32:
		if c != class32 {
			refuse("a 32-bit float where %v is expected", c)
		}
		return d.constant(c, o.imm)
	case opFloat64:
		if c != class64 {
			refuse("a 64-bit float where %v is expected", c)
		}
		return d.constant(c, o.imm)
	case opVariable:
		if c != class64 {
			refuse("an address where %v is expected", c)
		}
		return d.constant(c, d.m.address(o.vr)+o.imm)
	case opName:
		sc := specialClass(o.name)
		if sc == classNone {
			refuse("unknown name %s", o.name)
		}
		if sc != c {
			refuse("%s is %v, expected %v", o.name, sc, c)
		}
		return d.specialSlot(o.name)
	}
	refuse("bad operand")
	return 0
}

func (d *decoder) specialSlot(name string) int32 {
	s, ok := d.p.special[name]
	if !ok {
		s = d.newSlot(specialClass(name))
		d.p.special[name] = s
	}
	return s
}
