package simgpu

import (
	"encoding/binary"
	"math/bits"
)

// Loads and stores. When the lanes' addresses follow each other, or are all one, they
// are checked as one range; if not, or if that check fails, lane by lane, which also
// says precisely what is wrong.

// pattern is how the addresses of the executing lanes lie.
type pattern struct {
	first uint64
	lane  int    // the first of them
	n     int    // how many, one lane after the other
	step  uint64 // between neighbours
	ok    bool
}

// addresses looks at an instruction's addresses.
func (w *warp) addresses(in *instr, mask uint32) pattern {
	lo := bits.TrailingZeros32(mask)
	run := mask >> lo
	if run&(run+1) != 0 {
		return pattern{}
	}
	p := pattern{lane: lo, n: bits.Len32(run), ok: true}
	if in.flags&flagNoA != 0 {
		p.first = in.off
		return p
	}
	if in.flags&flagA64 == 0 {
		return pattern{}
	}
	a := w.r64[in.a][lo : lo+p.n]
	p.first = a[0] + in.off
	if len(a) == 1 {
		return p
	}
	p.step = a[1] - a[0]
	var differ uint64
	prev := a[1]
	for _, x := range a[2:] {
		differ |= x - prev - p.step
		prev = x
	}
	p.ok = differ == 0
	return p
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
	if m.space != spaceLocal {
		if p := w.addresses(in, mask); p.ok && p.first&(m.total-1) == 0 {
			switch p.step {
			case 0:
				if b := w.span(in, p.first, m.total); b != nil {
					for j := range m.n {
						if !m.sinks[j] {
							w.spread(in, j, mask, m.value(b[j*m.size:]))
						}
					}
					return
				}
			case m.total:
				if b := w.span(in, p.first, m.total*uint64(p.n)); b != nil {
					w.gather(in, p, b)
					return
				}
			}
		}
	}
	for i := range lanes {
		if mask>>i&1 == 0 {
			continue
		}
		b := w.at(in, i, w.laneAddress(in, i))
		for j := range m.n {
			if !m.sinks[j] {
				w.set(m.class, in.vec[j], i, m.value(b[j*m.size:]))
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

// spread sets a register to one value in all lanes of the mask.
func (w *warp) spread(in *instr, j int, mask uint32, v uint64) {
	slot, c := in.vec[j], in.mem.class
	if mask != fullMask {
		for i := range lanes {
			if mask>>i&1 != 0 {
				w.set(c, slot, i, v)
			}
		}
		return
	}
	if c == class64 {
		d := &w.r64[slot]
		for i := range d {
			d[i] = v
		}
		return
	}
	if c == class16 {
		v &= 0xffff
	}
	d := &w.r32[slot]
	for i := range d {
		d[i] = uint32(v)
	}
}

// gather loads neighbouring elements into neighbouring lanes.
func (w *warp) gather(in *instr, p pattern, b []byte) {
	m := in.mem
	if m.n == 1 && m.size == 4 && m.class == class32 {
		d := w.r32[in.vec[0]][p.lane : p.lane+p.n]
		b = b[:4*len(d)]
		for i := range d {
			d[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
		return
	}
	for i := range p.n {
		for j := range m.n {
			if !m.sinks[j] {
				w.set(m.class, in.vec[j], p.lane+i, m.value(b[i*int(m.total)+j*m.size:]))
			}
		}
	}
}

func execStore(w *warp, in *instr, mask uint32) {
	m := in.mem
	if m.space != spaceLocal {
		if p := w.addresses(in, mask); p.ok && p.first&(m.total-1) == 0 && (p.step == m.total || p.n == 1) {
			if b := w.span(in, p.first, m.total*uint64(p.n)); b != nil {
				w.scatter(in, p, b)
				return
			}
		}
	}
	var to [lanes][]byte
	for i := range lanes {
		if mask>>i&1 == 0 {
			continue
		}
		b := w.at(in, i, w.laneAddress(in, i))
		for j := range m.n {
			m.put(b[j*m.size:], w.lane(m.class, in.vec[j], i, false))
		}
		to[i] = b
	}
	// Lanes that wrote another value to the same place lost theirs to it.
	keep := ^uint64(0) >> (64 - 8*m.size)
	for i := range lanes {
		if mask>>i&1 == 0 {
			continue
		}
		for j := range m.n {
			if want := w.lane(m.class, in.vec[j], i, false) & keep; (m.value(to[i][j*m.size:])^want)&keep != 0 {
				sp, addr := w.place(in, i)
				w.faultAt(Race, in, i, sp, addr, "another lane of the warp writes another value there by the same instruction")
			}
		}
	}
}

// scatter stores neighbouring lanes to neighbouring elements.
func (w *warp) scatter(in *instr, p pattern, b []byte) {
	m := in.mem
	if m.n == 1 && m.size == 4 {
		d := w.r32[in.vec[0]][p.lane : p.lane+p.n]
		b = b[:4*len(d)]
		for i, v := range d {
			binary.LittleEndian.PutUint32(b[4*i:], v)
		}
		return
	}
	for i := range p.n {
		for j := range m.n {
			m.put(b[i*int(m.total)+j*m.size:], w.lane(m.class, in.vec[j], p.lane+i, false))
		}
	}
}
