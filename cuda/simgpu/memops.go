package simgpu

import (
	"encoding/binary"
	"math/bits"
)

// Loads and stores. Neighbouring lanes whose addresses follow each other, or are all
// one, are checked and moved as one range (a run). Where that check fails it is done again
// lane by lane, which says precisely what is wrong.

// run is neighbouring lanes and their addresses.
type run struct {
	addr    uint64 // of the first
	lane, n int
	step    uint64 // 0, or the size of an access
}

// nextRun is the run of the first lanes of a mask, and the mask without them.
func (w *warp) nextRun(in *instr, mask uint32) (r run, rest uint32) {
	lo := bits.TrailingZeros32(mask)
	most := bits.TrailingZeros32(^(mask >> lo)) // 32 if the mask is full
	r = run{addr: w.laneAddress(in, lo), lane: lo, n: 1}
	switch {
	case in.flags&flagNoA != 0:
		r.n = most
	case in.flags&flagA64 != 0 && most > 1:
		a := w.r64[in.a][lo : lo+most]
		step := a[1] - a[0]
		if step != 0 && step != in.mem.total {
			break
		}
		r.step, r.n = step, len(a)
		prev := a[1]
		for i, x := range a[2:] {
			if x-prev != step {
				r.n = i + 2
				break
			}
			prev = x
		}
	}
	return r, mask &^ ((1<<r.n - 1) << lo)
}

// laneAddress is the address of one lane.
func (w *warp) laneAddress(in *instr, lane int) uint64 {
	switch {
	case in.flags&flagNoA != 0:
		return in.off
	case in.flags&flagA64 != 0:
		return w.r64[in.a][lane] + in.off
	}
	return uint64(uint32(uint64(w.r32[in.a][lane]) + in.off))
}

func execLoad(w *warp, in *instr, mask uint32) {
	m := in.mem
	var r run
	for mask != 0 {
		r, mask = w.nextRun(in, mask)
		if r.step == 0 {
			if b := w.span(in, r.addr, m.total); b != nil {
				for j := range m.n {
					if !m.sinks[j] {
						w.spread(m.class, in.vec[j], r, m.value(b[j*m.size:]))
					}
				}
				continue
			}
		} else if b := w.span(in, r.addr, m.total*uint64(r.n)); b != nil {
			w.gather(in, r, b)
			continue
		}
		for i := r.lane; i < r.lane+r.n; i++ {
			b := w.at(in, i, w.laneAddress(in, i))
			for j := range m.n {
				if !m.sinks[j] {
					w.set(m.class, in.vec[j], i, m.value(b[j*m.size:]))
				}
			}
		}
	}
}

// value reads an element and extends it to 64 bits.
func (m *memOp) value(b []byte) uint64 {
	switch m.size {
	case 4:
		v := binary.LittleEndian.Uint32(b)
		if m.signed {
			return uint64(int32(v))
		}
		return uint64(v)
	case 8:
		return binary.LittleEndian.Uint64(b)
	case 2:
		v := binary.LittleEndian.Uint16(b)
		if m.signed {
			return uint64(int16(v))
		}
		return uint64(v)
	}
	if m.signed {
		return uint64(int8(b[0]))
	}
	return uint64(b[0])
}

// put writes an element.
func (m *memOp) put(b []byte, v uint64) {
	switch m.size {
	case 4:
		binary.LittleEndian.PutUint32(b, uint32(v))
	case 8:
		binary.LittleEndian.PutUint64(b, v)
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(v))
	default:
		b[0] = byte(v)
	}
}

// set sets a lane of a register.
func (w *warp) set(c class, slot int32, lane int, v uint64) {
	switch c {
	case class64:
		w.r64[slot][lane] = v
	case class32:
		w.r32[slot][lane] = uint32(v)
	default:
		w.r32[slot][lane] = uint32(v & 0xffff)
	}
}

// spread sets the lanes of a run to one value.
func (w *warp) spread(c class, slot int32, r run, v uint64) {
	switch c {
	case class64:
		d := w.r64[slot][r.lane : r.lane+r.n]
		for i := range d {
			d[i] = v
		}
		return
	case class16:
		v &= 0xffff
	}
	d := w.r32[slot][r.lane : r.lane+r.n]
	for i := range d {
		d[i] = uint32(v)
	}
}

// gather loads neighbouring elements into neighbouring lanes.
func (w *warp) gather(in *instr, r run, b []byte) {
	m := in.mem
	if m.n == 1 && m.size == 4 && m.class == class32 {
		d := w.r32[in.vec[0]][r.lane : r.lane+r.n]
		b = b[:4*len(d)]
		for i := range d {
			d[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
		return
	}
	for i := range r.n {
		for j := range m.n {
			if !m.sinks[j] {
				w.set(m.class, in.vec[j], r.lane+i, m.value(b[i*int(m.total)+j*m.size:]))
			}
		}
	}
}

func execStore(w *warp, in *instr, mask uint32) {
	m := in.mem
	all := mask
	runs := 0
	var r run
	for mask != 0 {
		r, mask = w.nextRun(in, mask)
		if r.step == 0 && r.n > 1 { // several lanes to one place: one by one
			mask |= (1<<r.n - 1) << r.lane &^ (1 << r.lane)
			r.n = 1
		}
		runs++
		if b := w.span(in, r.addr, m.total*uint64(r.n)); b != nil {
			w.scatter(in, r, b)
			continue
		}
		for i := r.lane; i < r.lane+r.n; i++ {
			w.scatter(in, run{lane: i, n: 1}, w.at(in, i, w.laneAddress(in, i)))
		}
	}
	if runs > 1 {
		w.verify(in, all)
	}
}

// verify looks for lanes that wrote another value to the same place: theirs is lost to it.
func (w *warp) verify(in *instr, mask uint32) {
	m := in.mem
	keep := ^uint64(0) >> (64 - 8*m.size)
	for i := range lanes {
		if mask>>i&1 == 0 {
			continue
		}
		b := w.peek(in, i)
		for j := range m.n {
			if want := w.lane(m.class, in.vec[j], i, false); (m.value(b[j*m.size:])^want)&keep != 0 {
				sp, addr := w.place(in, i)
				w.faultAt(Race, in, i, sp, addr, "another lane of the warp writes another value there by the same instruction")
			}
		}
	}
}

// scatter stores the lanes of a run to neighbouring elements.
func (w *warp) scatter(in *instr, r run, b []byte) {
	m := in.mem
	if m.n == 1 && m.size == 4 && m.class == class32 {
		d := w.r32[in.vec[0]][r.lane : r.lane+r.n]
		b = b[:4*len(d)]
		for i, v := range d {
			binary.LittleEndian.PutUint32(b[4*i:], v)
		}
		return
	}
	for i := range r.n {
		for j := range m.n {
			m.put(b[i*int(m.total)+j*m.size:], w.lane(m.class, in.vec[j], r.lane+i, false))
		}
	}
}
