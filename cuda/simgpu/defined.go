package simgpu

import "slices"

// bitset is a set of small numbers.
type bitset []uint64

func (s bitset) has(i int32) bool { return s[i/64]>>(i%64)&1 != 0 }
func (s bitset) add(i int32)      { s[i/64] |= 1 << (i % 64) }

// meet leaves in s what t has too, and says if anything was lost.
func (s bitset) meet(t bitset) (changed bool) {
	for i := range s {
		v := s[i] & t[i]
		changed = changed || v != s[i]
		s[i] = v
	}
	return changed
}

// proveWritten finds the reads of registers that are written on every path to them, and takes
// them off the lists of what is checked when a kernel runs: with compiled code
// hardly any are left.
func proveWritten(p *program) {
	g, _ := newFlowGraph(p.code)
	n := (len(p.written) + 63) / 64
	in := make([]bitset, len(g.blocks)) // written on every path to the block; all, until a path is known
	for b := range in {
		in[b] = slices.Repeat(bitset{^uint64(0)}, n)
	}
	clear(in[0])
	for i, w := range p.written {
		if w != 0 {
			in[0].add(int32(i))
		}
	}
	start := func(b int) int {
		if b == 0 {
			return 0
		}
		return g.blocks[b-1].last + 1
	}
	work := []int{0}
	reached := make([]bool, len(g.blocks))
	reached[0] = true
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		out := slices.Clone(in[b])
		for i := start(b); i <= g.blocks[b].last; i++ {
			p.code[i].define(out)
		}
		for _, s := range g.blocks[b].succ {
			if in[s].meet(out) || !reached[s] {
				reached[s] = true
				work = append(work, s)
			}
		}
	}
	doubtful := make(bitset, n)
	guardBit := int32(p.n32 + p.n64)
	for b := range g.blocks {
		now := slices.Clone(in[b])
		for i := start(b); i <= g.blocks[b].last; i++ {
			ins := &p.code[i]
			ins.reads = slices.DeleteFunc(ins.reads, now.has)
			for _, r := range ins.reads {
				doubtful.add(r)
			}
			if ins.guard >= 0 && !now.has(guardBit+ins.guard) {
				ins.checkGuard = true
				doubtful.add(guardBit + ins.guard)
			}
			ins.define(now)
		}
	}
	for i := range p.code {
		ins := &p.code[i]
		ins.writes = slices.DeleteFunc(ins.writes, func(r int32) bool { return !doubtful.has(r) })
	}
}

// define adds to s what the instruction writes in every lane that gets to it.
func (in *instr) define(s bitset) {
	if in.guard < 0 {
		for _, r := range in.writes {
			s.add(r)
		}
	}
}
