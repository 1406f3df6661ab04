package simgpu

import (
	"fmt"
	"strings"
)

// decoder turns a parsed function into a program.
type decoder struct {
	m      *Module
	p      *program
	slots  map[*register]int32
	consts map[constant]int32
	labels map[string]int32
	branch map[int]string // instructions whose target is a label
	cc     int32          // the carry, a predicate
}

type constant struct {
	class class
	bits  uint64
}

// unsupported is panicked inside the decoder.
type unsupported string

func refuse(format string, args ...any) {
	panic(unsupported(fmt.Sprintf(format, args...)))
}

// decode builds the program of an entry. Errors name the line and the instruction.
func decode(m *Module, f *function) (prog *program, err error) {
	body, locals, shared, err := m.inline(f)
	if err != nil {
		return nil, err
	}
	d := &decoder{
		m: m, p: &program{name: f.name, const32: map[int32]uint32{}, const64: map[int32]uint64{}, constPred: map[int32]uint32{}, special: map[string]int32{}},
		slots: map[*register]int32{}, consts: map[constant]int32{}, labels: map[string]int32{}, branch: map[int]string{}, cc: -1,
	}
	d.layout(locals, append(sharedOf(m.unit, body), shared...))
	var at statement
	defer func() {
		if r := recover(); r != nil {
			u, ok := r.(unsupported)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("%s, line %d: %s: %q", f.name, at.line, string(u), at.text)
		}
	}()
	for _, at = range body {
		if at.label != "" {
			if _, ok := d.labels[at.label]; ok {
				refuse("label %s is defined twice", at.label)
			}
			d.labels[at.label] = int32(len(d.p.code))
			continue
		}
		d.statement(at)
	}
	// A body that runs off its end returns.
	d.p.code = append(d.p.code, instr{ctl: ctlExit, guard: -1, line: at.line, text: "ret;"})
	for i, label := range d.branch {
		at.line, at.text = d.p.code[i].line, d.p.code[i].text
		t, ok := d.labels[label]
		if !ok {
			refuse("no label %s", label)
		}
		d.p.code[i].target = t
	}
	numberFlow(d.p.code)
	d.finish()
	proveWritten(d.p)
	return d.p, nil
}

// sharedOf are the module's shared variables that a body uses, but for the launch's memory.
func sharedOf(u *unit, body []statement) (list []*variable) {
	used := map[*variable]bool{}
	var look func(args []operand)
	look = func(args []operand) {
		for _, o := range args {
			used[o.vr] = true
			look(o.list)
		}
	}
	for _, s := range body {
		look(s.args)
	}
	for _, v := range u.vars {
		if v.space == spaceShared && !v.external && used[v] {
			list = append(list, v)
		}
	}
	return list
}

// layout places the variables of the function in shared and in local memory.
func (d *decoder) layout(locals, shared []*variable) {
	for _, v := range locals {
		d.p.localSize = alignUp(d.p.localSize, v.align)
		v.offset = d.p.localSize
		d.p.localSize += v.size
	}
	for _, v := range shared {
		d.p.shared = alignUp(d.p.shared, v.align)
		v.offset = d.p.shared
		d.p.shared += v.size
	}
	d.p.dynamic = d.p.shared
	for _, v := range d.m.unit.vars {
		if v.space == spaceShared && v.external { // all of these are the launch's memory
			d.p.dynamic = max(d.p.dynamic, alignUp(d.p.shared, max(v.align, 16)))
		}
	}
	for _, v := range d.m.unit.vars {
		if v.space == spaceShared && v.external {
			v.offset = d.p.dynamic // as long as this function is decoded
		}
	}
}

func alignUp(n, to uint64) uint64 { return (n + to - 1) &^ (to - 1) }

// finish sets which registers hold a value from the start, and renumbers written bits: those of
// r32 first, then r64, then predicates.
func (d *decoder) finish() {
	p := d.p
	p.written = make([]uint32, p.n32+p.n64+p.npred)
	for s := range p.const32 {
		p.written[s] = fullMask
	}
	for s := range p.const64 {
		p.written[p.n32+int(s)] = fullMask
	}
	for s := range p.constPred {
		p.written[d.bit(classPred, s)] = fullMask
	}
	for name, s := range p.special {
		p.written[d.bit(specialClass(name), s)] = fullMask
	}
	for r, s := range d.slots {
		if r.any {
			p.written[d.bit(r.class, s)] = fullMask
		}
	}
	for i := range p.code {
		in := &p.code[i]
		for j, r := range in.reads {
			in.reads[j] = d.bit(class(r>>24), r&0xffffff)
		}
		for j, r := range in.writes {
			in.writes[j] = d.bit(class(r>>24), r&0xffffff)
		}
	}
}

// bit is the index in warp.written of a slot of a class.
func (d *decoder) bit(c class, slot int32) int32 {
	switch c {
	case class64:
		return int32(d.p.n32) + slot
	case classPred:
		return int32(d.p.n32+d.p.n64) + slot
	}
	return slot
}

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

func (d *decoder) statement(s statement) {
	in := instr{guard: -1, d2: -1, line: s.line, text: s.text}
	if s.guard != nil {
		in.guard = d.slot(s.guard)
		in.guardNot = s.guardNot
	}
	if def, ok := ops[s.op]; ok {
		d.compute(&in, def, s.args)
	} else {
		root, _, _ := strings.Cut(s.op, ".")
		f, ok := decoders[root]
		if !ok {
			refuse("unknown instruction %s", s.op)
		}
		f(d, &in, s)
	}
	d.p.code = append(d.p.code, in)
}

// mark is a slot with its class, until finish.
func mark(c class, slot int32) int32 { return int32(c)<<24 | slot }

// compute decodes an instruction of the table.
func (d *decoder) compute(in *instr, def def, args []operand) {
	if len(args) != 1+len(def.src) {
		refuse("%d operands, expected %d", len(args), 1+len(def.src))
	}
	out := args[0]
	if out.kind == opPair {
		if def.dst2 == classNone {
			refuse("two results")
		}
		if out.list[1].kind != opSink {
			in.d2 = d.result(in, out.list[1], def.dst2)
		}
		out = out.list[0]
	}
	in.d = d.result(in, out, def.dst)
	for i, c := range def.src {
		slot := d.source(in, args[1+i], c)
		if args[1+i].not {
			if c != classPred {
				refuse("! before what is no predicate")
			}
			in.flags |= []uint32{flagNotA, flagNotB, flagNotC}[i]
		}
		*[]*int32{&in.a, &in.b, &in.c, &in.e}[i] = slot
	}
	in.exec = def.exec
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
