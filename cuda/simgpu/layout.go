package simgpu

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
