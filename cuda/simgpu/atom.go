package simgpu

import (
	"slices"
	"strings"
)

// Atomic operations, PTX ISA "Parallel Synchronization and Communication Instructions: atom,
// red". Those on floats are refused: their result depends on the order of the threads.

func (d *decoder) atom(in *instr, s statement) {
	mods := strings.Split(s.op, ".")
	m := &memOp{n: 1, kind: accessAtomic, returns: mods[0] == "atom"}
	typ := mods[len(mods)-1]
	m.size = int(width(typ))
	m.total = uint64(m.size)
	op := ""
	for _, mod := range mods[1 : len(mods)-1] {
		sp, ok := spaceOf[mod]
		switch {
		case ok && (sp == spaceGlobal || sp == spaceShared):
			m.space = sp
		case slices.Contains([]string{"cta", "gpu", "sys", "relaxed"}, mod):
		case op == "":
			op = mod
		default:
			refuse("unknown modifier .%s", mod)
		}
	}
	if isFloat(typ) {
		refuse("atomic operations on floats depend on the order of the threads; sum in a fixed order instead")
	}
	m.class = classOf(typ)
	if m.size < 4 {
		refuse("unknown type .%s", typ)
	}
	m.operation, m.operands = atomicOperation(op, integerType(typ))
	if m.operation == nil {
		refuse("unknown instruction %s", s.op)
	}
	args := s.args
	if m.returns {
		need(s, 2+m.operands)
		if args[0].kind == opSink {
			m.returns = false
		} else {
			in.d = d.result(in, args[0], m.class)
		}
		args = args[1:]
	} else {
		need(s, 1+m.operands)
	}
	d.address(in, args[0])
	in.b = d.source(in, args[1], m.class)
	if m.operands == 2 {
		in.c = d.source(in, args[2], m.class)
	}
	d.access(in, m)
	in.exec = execAtom
}

// atomicOperation is the new value, and how many operands there are besides the old one.
func atomicOperation(op string, t intType) (f func(old, b, c uint64) uint64, operands int) {
	bitwise := t.name[0] == 'b'
	switch {
	case op == "exch" && bitwise:
		return func(_, b, _ uint64) uint64 { return b }, 1
	case op == "cas" && bitwise:
		return func(old, b, c uint64) uint64 {
			if t.value(old) == t.value(b) {
				return c
			}
			return old
		}, 2
	case op == "and" && bitwise:
		return func(old, b, _ uint64) uint64 { return old & b }, 1
	case op == "or" && bitwise:
		return func(old, b, _ uint64) uint64 { return old | b }, 1
	case op == "xor" && bitwise:
		return func(old, b, _ uint64) uint64 { return old ^ b }, 1
	case op == "add" && !bitwise:
		return func(old, b, _ uint64) uint64 { return old + b }, 1
	case op == "min" && !bitwise:
		return func(old, b, _ uint64) uint64 {
			if t.less(b, old) {
				return b
			}
			return old
		}, 1
	case op == "max" && !bitwise:
		return func(old, b, _ uint64) uint64 {
			if t.less(old, b) {
				return b
			}
			return old
		}, 1
	case op == "inc" && t.name == "u32":
		return func(old, b, _ uint64) uint64 {
			if old >= b {
				return 0
			}
			return old + 1
		}, 1
	case op == "dec" && t.name == "u32":
		return func(old, b, _ uint64) uint64 {
			if old == 0 || old > b {
				return b
			}
			return old - 1
		}, 1
	}
	return nil, 0
}

// execAtom performs the lanes' operations one after the other. Blocks that run side by side take
// turns by a lock.
func execAtom(w *warp, in *instr, mask uint32) {
	m := in.mem
	w.k.launch.atomics.Lock()
	defer w.k.launch.atomics.Unlock()
	for i := range lanes {
		if mask>>i&1 == 0 {
			continue
		}
		b := w.at(in, i, w.laneAddress(in, i))
		old := m.value(b)
		var c uint64
		if m.operands == 2 {
			c = w.lane(m.class, in.c, i, false)
		}
		m.put(b, m.operation(old, w.lane(m.class, in.b, i, false), c))
		if m.returns {
			w.set(m.class, in.d, i, old)
		}
	}
}
