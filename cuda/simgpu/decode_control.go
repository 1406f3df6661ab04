package simgpu

func (d *decoder) bra(in *instr, s statement) {
	need(s, 1)
	if s.op != "bra" && s.op != "bra.uni" || s.args[0].kind != opName {
		refuse("unknown branch")
	}
	in.ctl = ctlBranch
	d.branch[len(d.p.code)] = s.args[0].name
}

func (d *decoder) exit(in *instr, s statement) {
	need(s, 0)
	if s.op != "exit" && s.op != "ret" && s.op != "ret.uni" {
		refuse("unknown instruction %s", s.op)
	}
	in.ctl = ctlExit
}

func (d *decoder) trap(in *instr, s statement) {
	need(s, 0)
	in.exec = func(w *warp, in *instr, mask uint32) {
		w.fault(Trap, in, first(mask), "the kernel gave up")
	}
}

// barrier is bar.sync n for all threads of the block. Barriers for some of them are refused.
func (d *decoder) barrier(in *instr, s statement) {
	switch s.op {
	case "bar.warp.sync":
		need(s, 1)
		in.a = d.source(in, s.args[0], class32)
		in.exec = func(w *warp, in *instr, mask uint32) {
			w.members(in, &w.r32[in.a], mask)
		}
		return
	case "bar.sync", "barrier.sync", "barrier.sync.aligned":
	default:
		refuse("unknown instruction %s", s.op)
	}
	if len(s.args) != 1 || s.args[0].kind != opInteger || s.args[0].imm > 15 {
		refuse("only barriers of a constant number for the whole block are supported")
	}
	in.ctl = ctlBarrier
	in.off = s.args[0].imm
}

// fence orders nothing that the simulation does not order anyway: other blocks' accesses are
// never taken as ordered, and warps of a block only by barriers.
func (d *decoder) fence(in *instr, s statement) {
	for _, a := range s.args {
		d.address(in, a)
	}
	in.reads = nil // a prefetch may look anywhere
	in.exec = func(*warp, *instr, uint32) {}
}

func (d *decoder) activemask(in *instr, s statement) {
	need(s, 1)
	if s.op != "activemask.b32" {
		refuse("unknown instruction %s", s.op)
	}
	in.d = d.result(in, s.args[0], class32)
	in.exec = func(w *warp, in *instr, mask uint32) {
		for i := range lanes {
			if mask>>i&1 != 0 {
				w.r32[in.d][i] = mask
			}
		}
	}
}

// vote is vote.sync.mode d, [!]p, membermask.
func (d *decoder) vote(in *instr, s statement) {
	need(s, 3)
	mode, ok := map[string]voteMode{
		"vote.sync.ballot.b32": voteBallot, "vote.sync.all.pred": voteAll,
		"vote.sync.any.pred": voteAny, "vote.sync.uni.pred": voteUniform,
	}[s.op]
	if !ok {
		refuse("unknown instruction %s", s.op)
	}
	c := classPred
	if mode == voteBallot {
		c = class32
	}
	in.d = d.result(in, s.args[0], c)
	in.a = d.source(in, s.args[1], classPred)
	in.b = d.source(in, s.args[2], class32)
	not := s.args[1].not
	in.exec = func(w *warp, in *instr, mask uint32) {
		p := w.pred[in.a]
		if not {
			p = ^p
		}
		w.vote(in, mode, p, mask)
	}
}

// shfl is shfl.sync.mode.b32 d[|p], a, b, c, membermask. With c = segment mask << 8 | clamp:
// a lane reads from lane j of its segment, or keeps its own value if j is outside.
func (d *decoder) shfl(in *instr, s statement) {
	need(s, 5)
	mode, ok := map[string]shuffle{
		"shfl.sync.up.b32": shuffleUp, "shfl.sync.down.b32": shuffleDown,
		"shfl.sync.bfly.b32": shuffleXor, "shfl.sync.idx.b32": shuffleIdx,
	}[s.op]
	if !ok {
		refuse("unknown instruction %s", s.op)
	}
	out := s.args[0]
	if out.kind == opPair {
		in.d2 = d.result(in, out.list[1], classPred)
		out = out.list[0]
	}
	in.d = d.result(in, out, class32)
	in.a = d.source(in, s.args[1], class32)
	in.b = d.source(in, s.args[2], class32)
	in.c = d.source(in, s.args[3], class32)
	in.e = d.source(in, s.args[4], class32)
	in.exec = func(w *warp, in *instr, mask uint32) { w.shfl(in, mode, mask) }
}
