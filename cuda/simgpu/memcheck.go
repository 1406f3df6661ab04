package simgpu

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// span checks an access of n bytes in a row by one or more lanes. It returns
// the bytes, or nil if anything is wrong or needs a closer look.
func (w *warp) span(in *instr, addr, n uint64) []byte {
	m := in.mem
	if addr&(m.total-1) != 0 {
		return nil
	}
	sp := m.space
	if sp == spaceGeneric {
		sp, addr = generic(addr)
	}
	k := w.k
	switch sp {
	case spaceGlobal:
		r := k.last
		if r == nil || addr-r.base >= r.size {
			if r = k.d.find(addr); r == nil || r.freed || addr < r.base {
				return nil
			}
			k.last = r
		}
		off := addr - r.base
		if off > r.size || n > r.size-off {
			return nil
		}
		if r.written != nil && !k.initialised(r.written[off:off+n], m.kind) {
			return nil
		}
		if k.races {
			if p, _ := k.touch(r, off, n, m.kind, w.pc); p != nil {
				return nil
			}
		}
		return r.data[off : off+n]
	case spaceShared:
		if addr > uint64(len(k.shared)) || n > uint64(len(k.shared))-addr ||
			!k.initialised(k.sharedWritten[addr:addr+n], m.kind) {
			return nil
		}
		if k.races && k.touchShared(addr, n, m.kind, w.pc) >= 0 {
			return nil
		}
		return k.shared[addr : addr+n]
	case spaceConst, spaceParam:
		data := k.readOnly(sp)
		if m.kind > accessConstant || addr > uint64(len(data)) || n > uint64(len(data))-addr {
			return nil
		}
		return data[addr : addr+n]
	}
	return nil
}

// initialised notes bytes as written, or says if they were.
func (k *worker) initialised(written []byte, kind access) bool {
	switch {
	case kind == accessWrite:
		fill(written, 1)
		return true
	case k.d.opt.SkipUninitialised:
		return true
	}
	for len(written) >= 8 {
		if binary.LittleEndian.Uint64(written) != 0x0101010101010101 {
			return false
		}
		written = written[8:]
	}
	return bytes.IndexByte(written, 0) < 0
}

// readOnly is the memory of a space that kernels cannot write.
func (k *worker) readOnly(sp space) []byte {
	if sp == spaceParam {
		return k.launch.params
	}
	return k.launch.module.constants
}

// at checks one lane's access and returns its bytes.
func (w *warp) at(in *instr, lane int, addr uint64) []byte {
	m, k := in.mem, w.k
	n := m.total
	sp := m.space
	if sp == spaceGeneric {
		sp, addr = generic(addr)
	}
	bad := func(kind Kind, format string, args ...any) {
		w.faultAt(kind, in, lane, sp, addr, fmt.Sprintf(format, args...))
	}
	if addr&(n-1) != 0 {
		bad(Misaligned, "an access of %d bytes needs a multiple of %d", n, n)
	}
	limited := func(data, written []byte, what, hint string) []byte {
		if addr > uint64(len(data)) || n > uint64(len(data))-addr {
			bad(OutOfBounds, "%d bytes %s of %d bytes", n, what, len(data))
		}
		if written != nil && !k.initialised(written[addr:addr+n], m.kind) {
			bad(Uninitialised, "%d bytes %s, of which some were never written%s", n, what, hint)
		}
		return data[addr : addr+n]
	}
	switch sp {
	case spaceShared:
		b := limited(k.shared, k.sharedWritten, "of the block's shared memory",
			" (or not yet: warps run one after the other up to a barrier)")
		if k.races {
			if i := k.touchShared(addr, n, m.kind, w.pc); i >= 0 {
				bad(Race, "%s", k.story(&k.sharedCells[i], k.sharedPCs[i], m.kind))
			}
		}
		return b
	case spaceLocal:
		size := k.launch.prog.localSize
		i := uint64(lane) * size
		return limited(w.local[i:i+size], w.localWritten[i:i+size], "of the thread's local memory", "")
	case spaceConst, spaceParam:
		if m.kind > accessConstant {
			bad(OutOfBounds, "this memory cannot be written")
		}
		return limited(k.readOnly(sp), nil, map[space]string{spaceConst: "of the module's constants", spaceParam: "of the parameters"}[sp], "")
	}
	r := k.d.find(addr)
	switch {
	case r == nil || addr < r.base || addr-r.base >= r.size || n > r.size-(addr-r.base):
		bad(OutOfBounds, "%d bytes, %s", n, k.d.nearest(addr))
	case r.freed:
		bad(UseAfterFree, "%d bytes, %s", n, k.d.nearest(addr))
	}
	off := addr - r.base
	if r.written != nil && !k.initialised(r.written[off:off+n], m.kind) {
		bad(Uninitialised, "%d bytes, %s; nothing has written them", n, k.d.nearest(addr))
	}
	if k.races {
		if p, i := k.touch(r, off, n, m.kind, w.pc); p != nil {
			bad(Race, "%s, %s", k.d.nearest(addr), k.story(&p.cells[i], p.pcs[i], m.kind))
		}
	}
	return r.data[off : off+n]
}

// peek is what an access that was checked before finds now.
func (w *warp) peek(in *instr, lane int) []byte {
	k := w.k
	n := in.mem.total
	switch sp, addr := w.place(in, lane); sp {
	case spaceShared:
		return k.shared[addr : addr+n]
	case spaceLocal:
		addr += uint64(lane) * k.launch.prog.localSize
		return w.local[addr : addr+n]
	default:
		r := k.d.find(addr)
		return r.data[addr-r.base : addr-r.base+n]
	}
}

// place is the space and address of a lane's access.
func (w *warp) place(in *instr, lane int) (space, uint64) {
	addr := w.laneAddress(in, lane)
	if in.mem.space == spaceGeneric {
		return generic(addr)
	}
	return in.mem.space, addr
}

// story says with what an access raced.
func (k *worker) story(c *cell, pc int32, kind access) string {
	code, did := c.w, "written"
	if kind == accessConstant {
		in := &k.launch.prog.code[pc]
		return fmt.Sprintf("read as constant (.nc), but written in the same launch by %s in line %d: %s", k.who(code), in.line, in.text)
	}
	if c.w < k.time.launch || !k.time.clash(c.w) || c.w&atomicBit != 0 && kind == accessAtomic {
		code, did = c.r, "used"
	} else if c.w&atomicBit != 0 {
		did = "changed atomically"
	}
	s := "was " + did + " by " + k.who(code)
	if did != "used" {
		in := &k.launch.prog.code[pc]
		s += fmt.Sprintf(" in line %d: %s", in.line, in.text)
	}
	if code < k.time.block || code&whoMask == manyBlocks {
		return s + "; nothing orders the blocks of a launch"
	}
	return s + "; no barrier is between"
}

// who names the warps of a code.
func (k *worker) who(code uint32) string {
	block := triple(k.blockOf(code >> codeShift))
	switch who := code & whoMask; who {
	case manyBlocks:
		return "several blocks"
	case manyWarps:
		return fmt.Sprintf("several warps of block %s", block)
	default:
		return fmt.Sprintf("warp %d of block %s", who, block)
	}
}
