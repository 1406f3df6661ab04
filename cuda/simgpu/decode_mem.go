package simgpu

import (
	"slices"
	"strings"
)

// memOp is what a memory instruction does.
type memOp struct {
	space     space
	size      int // of an element in bytes
	n         int // elements
	total     uint64
	class     class // of the registers
	signed    bool  // loads extend the sign
	constant  bool  // .nc: nobody writes during the launch
	kind      access
	operation func(old, b, c uint64) uint64 // of an atomic
	operands  int
	returns   bool
	sinks     [4]bool // registers that are _
}

// cacheHints are modifiers of loads and stores that change nothing here.
var cacheHints = []string{"ca", "cg", "cs", "lu", "cv", "wb", "wt", "weak", "volatile"}

var spaceOf = map[string]space{"global": spaceGlobal, "shared": spaceShared, "local": spaceLocal, "const": spaceConst, "param": spaceParam}

// memory reads the modifiers of ld and st.
func (d *decoder) memory(s statement) *memOp {
	m := &memOp{n: 1}
	mods := strings.Split(s.op, ".")[1:]
	if len(mods) == 0 {
		refuse("unknown instruction %s", s.op)
	}
	typ := mods[len(mods)-1]
	m.size = int(width(typ))
	if m.size == 0 || typ == "f16" {
		refuse("unknown type .%s", typ)
	}
	m.signed = typ[0] == 's'
	for _, mod := range mods[:len(mods)-1] {
		sp, ok := spaceOf[mod]
		switch {
		case ok:
			m.space = sp
		case mod == "v2":
			m.n = 2
		case mod == "v4":
			m.n = 4
		case mod == "nc":
			m.constant = true
		case slices.Contains(cacheHints, mod):
		default:
			refuse("unknown modifier .%s", mod)
		}
	}
	m.total = uint64(m.size * m.n)
	if m.total > 16 {
		refuse("more than 16 bytes at once")
	}
	if m.constant && m.space != spaceGlobal {
		refuse(".nc is for global memory")
	}
	if strings.HasPrefix(s.op, "ldu.") {
		m.constant = true
	}
	return m
}

// address reads [register or variable + offset].
func (d *decoder) address(in *instr, o operand) {
	if o.kind != opAddress {
		refuse("expected an address")
	}
	in.off = o.imm
	switch {
	case o.vr != nil:
		in.flags |= flagNoA
		in.off += d.m.address(o.vr)
	case o.reg == nil:
		in.flags |= flagNoA
	case o.reg.class == class64:
		in.flags |= flagA64
		in.a = d.source(in, operand{kind: opRegister, reg: o.reg}, class64)
	default:
		in.a = d.source(in, operand{kind: opRegister, reg: o.reg}, class32)
	}
}

// parts are the registers of a load or store: one, or as many as the vector has.
func parts(o operand, m *memOp) []operand {
	list := []operand{o}
	if o.kind == opList {
		list = o.list
	}
	if len(list) != m.n {
		refuse("%d registers for %d elements", len(list), m.n)
	}
	return list
}

// memClass is the class of a load's or store's registers, which may be wider than the type.
func (d *decoder) memClass(list []operand, m *memOp) {
	for _, o := range list {
		c := classNone
		switch o.kind {
		case opSink:
			continue
		case opRegister:
			c = o.reg.class
		default:
			c = map[int]class{1: class16, 2: class16, 4: class32, 8: class64}[m.size]
		}
		if c == classPred || c == class16 && m.size > 2 || c == class32 && m.size > 4 {
			refuse("a %v register is too small", c)
		}
		if m.class != classNone && c != m.class {
			refuse("registers of different widths")
		}
		m.class = c
	}
}

// paramSpace resolves .param: a parameter of the kernel, or the local memory that holds one of a
// call.
func paramSpace(m *memOp, s statement, o operand) {
	if m.space != spaceParam {
		return
	}
	if o.vr != nil && o.vr.space == spaceLocal || o.vr == nil && s.device {
		m.space = spaceLocal
	}
}

func (d *decoder) load(in *instr, s statement) {
	need(s, 2)
	m := d.memory(s)
	paramSpace(m, s, s.args[1])
	list := parts(s.args[0], m)
	d.memClass(list, m)
	for i, o := range list {
		if o.kind == opSink {
			m.sinks[i] = true
			continue
		}
		in.vec[i] = d.result(in, o, m.class)
	}
	d.address(in, s.args[1])
	d.access(in, m)
	in.exec = execLoad
}

func (d *decoder) store(in *instr, s statement) {
	need(s, 2)
	m := d.memory(s)
	paramSpace(m, s, s.args[0])
	if m.space == spaceConst || m.space == spaceParam || m.constant {
		refuse("this space cannot be written")
	}
	m.kind = accessWrite
	list := parts(s.args[1], m)
	d.memClass(list, m)
	for i, o := range list {
		in.vec[i] = d.source(in, o, m.class)
	}
	d.address(in, s.args[0])
	d.access(in, m)
	in.exec = execStore
}

// access completes a memory instruction.
func (d *decoder) access(in *instr, m *memOp) {
	if m.size < 4 && (m.space == spaceShared || m.space == spaceGeneric) {
		d.p.fine = true
	}
	if m.constant && m.kind == accessRead {
		m.kind = accessConstant
	}
	in.mem = m
}
