package simgpu

import "fmt"

// group is lanes that wait to go on at a place.
type group struct {
	pc, key int32
	mask    uint32
}

// warp is 32 threads and their registers.
type warp struct {
	k       *worker
	index   int // in the block
	r32     []vec32
	r64     []vec64
	pred    []uint32 // a bit a lane
	written []uint32 // a bit a lane, for each register: see decoder.bit
	t32     vec32    // results of lanes of which some are kept
	t64     vec64

	pc      int32
	mask    uint32  // the lanes that run
	live    uint32  // those that have not exited
	all     uint32  // those that there are
	pending []group // the live lanes that do not run
	barrier *instr  // at which the warp waits

	local        []byte // of each lane in turn
	localWritten []byte
}

// run executes the warp up to a barrier or its end.
func (w *warp) run() {
	k := w.k
	code := k.launch.prog.code
	steps := k.steps
	for {
		in := &code[w.pc]
		taken := w.mask
		if in.guard >= 0 {
			if in.checkGuard {
				w.check(in, k.guardBit+in.guard, taken)
			}
			p := w.pred[in.guard]
			if in.guardNot {
				p = ^p
			}
			taken &= p
		}
		if steps++; steps > k.limit {
			k.steps = steps
			w.fault(Timeout, in, first(w.mask), fmt.Sprintf("%d instructions of the block's warps were executed; does the kernel wait for another block?", steps))
		}
		switch in.ctl {
		case ctlNone:
			if taken != 0 {
				for _, r := range in.reads {
					w.check(in, r, taken)
				}
				in.exec(w, in, taken)
				for _, r := range in.writes {
					w.written[r] |= taken
				}
			}
			w.pc++
			if in.last {
				w.enter(in.keyNext)
			}
		case ctlBranch:
			switch taken {
			case w.mask:
				w.pc = in.target
				w.enter(in.keyTarget)
			case 0:
				w.pc++
				w.enter(in.keyNext)
			default:
				w.wait(in.target, in.keyTarget, taken)
				w.mask &^= taken
				w.pc++
				w.enter(in.keyNext)
			}
		case ctlExit:
			w.live &^= taken
			w.mask &^= taken
			w.pc++
			if w.mask != 0 {
				w.enter(in.keyNext)
			} else if !w.resume() {
				k.steps = steps
				return
			}
		case ctlBarrier:
			if taken == 0 {
				w.pc++
				if in.last {
					w.enter(in.keyNext)
				}
				continue
			}
			w.arrive(in, taken)
			w.pc++
			if in.last {
				w.enter(in.keyNext)
			}
			k.steps = steps
			return
		}
	}
}

// wait puts lanes aside, together with those that wait for the same.
func (w *warp) wait(pc, key int32, mask uint32) {
	for i := range w.pending {
		if g := &w.pending[i]; g.pc == pc && g.key == key {
			g.mask |= mask
			return
		}
	}
	w.pending = append(w.pending, group{pc, key, mask})
}

// enter goes on at w.pc, the start of a block that was reached by the way called key, or first
// with other lanes that are further back.
func (w *warp) enter(key int32) {
	if len(w.pending) == 0 {
		return
	}
	w.wait(w.pc, key, w.mask)
	w.resume()
}

// resume runs those of the waiting lanes that are furthest back; false if there are none.
func (w *warp) resume() bool {
	if len(w.pending) == 0 {
		return false
	}
	best := 0
	for i, g := range w.pending {
		if g.key < w.pending[best].key {
			best = i
		}
	}
	g := w.pending[best]
	w.pending[best] = w.pending[len(w.pending)-1]
	w.pending = w.pending[:len(w.pending)-1]
	w.pc, w.mask = g.pc, g.mask
	return true
}

// arrive checks that the whole warp is at the barrier.
func (w *warp) arrive(in *instr, taken uint32) {
	if missing := w.all &^ taken; missing != 0 {
		lane := first(missing)
		why := "is elsewhere: the warp has diverged"
		if w.ended(lane) {
			why = "has exited"
		}
		w.fault(BarrierDivergence, in, first(taken), fmt.Sprintf("thread %s of the warp %s; all threads of the block must reach the barrier", triple(w.tid(lane)), why))
	}
	w.barrier = in
}

// ended says if a lane has exited, or waits only to do so.
func (w *warp) ended(lane int) bool {
	for _, g := range w.pending {
		if g.mask>>lane&1 != 0 {
			in := &w.k.launch.prog.code[g.pc]
			return in.ctl == ctlExit && in.guard < 0
		}
	}
	return w.live>>lane&1 == 0
}

// check checks that a register was written in all lanes of the mask.
func (w *warp) check(in *instr, reg int32, mask uint32) {
	if bad := mask &^ w.written[reg]; bad != 0 {
		w.fault(Uninitialised, in, first(bad), "a register is read that nothing has written")
	}
}

// fault ends the launch.
func (w *warp) fault(kind Kind, in *instr, lane int, detail string) {
	w.faultAt(kind, in, lane, spaceGeneric, 0, detail)
}

func (w *warp) faultAt(kind Kind, in *instr, lane int, sp space, addr uint64, detail string) {
	f := &Fault{
		Kind: kind, Kernel: w.k.launch.prog.name, Line: in.line, PTX: in.text,
		Block: w.k.block, Thread: w.tid(lane), Address: addr, Detail: detail,
	}
	if sp != spaceGeneric {
		f.Space = sp.String()
	}
	panic(f)
}
