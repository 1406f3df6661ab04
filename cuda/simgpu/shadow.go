package simgpu

// Races. For every word of memory that a launch touches there is a cell: who wrote it last
// and who read it. Time is counted in intervals: a worker runs its blocks one after the
// other, and starts a new interval with every block and at every barrier, so that an
// interval's number says which block it was, and which stretch between two barriers of it.
//
// Two accesses of one word race if one is a write, not both are atomic, and they are
//   - of different blocks (nothing orders the blocks of a launch), or
//   - of different warps of one block in the same interval.
//
// Lanes of one warp are in step (sm_60), so that their accesses are ordered, but for two lanes that
// write different values by one instruction, which is checked there (memops.go).
//
// Each worker has cells of its own, so that nothing is shared on the way; what different
// workers did to a page is compared at the end of the launch (launch.go).

// A code is interval<<7 | atomic<<6 | who: a warp's number or one of these.
const (
	manyWarps  = 32 // of the block, in the interval
	manyBlocks = 33 // in the launch
	whoMask    = 63
	atomicBit  = 64
	codeShift  = 7
)

// maxInterval is the last number of an interval that fits a code.
const maxInterval = 1<<(32-codeShift) - 1

// cell is the codes of a word's last write and of its reads; older ones than the launch's count
// as none.
type cell struct{ w, r uint32 }

// clock is where a worker is: codes of the present access, and of the start of launch and block.
type clock struct{ now, launch, block uint32 }

// clash says if an access of this launch is not ordered before the present one.
func (t *clock) clash(code uint32) bool {
	return code < t.block || code&whoMask == manyBlocks ||
		code>>codeShift == t.now>>codeShift && code&whoMask != t.now&whoMask
}

// join is the code of what code says and the present access, together.
func (t *clock) join(code uint32) uint32 {
	switch {
	case code < t.launch:
		return t.now
	case code < t.block || code&whoMask == manyBlocks:
		return t.now&^whoMask | manyBlocks
	case code>>codeShift == t.now>>codeShift && code&whoMask != t.now&whoMask:
		return t.now&^whoMask | manyWarps
	}
	return t.now
}

// read notes a read of the cells, and returns the first that races, or -1.
func (t *clock) read(cells []cell) int {
	now, launch := t.now, t.launch
	for i := range cells {
		c := &cells[i]
		if c.w < launch {
			if c.r == now {
				continue
			}
			if c.r < launch {
				c.r = now
				continue
			}
		} else if t.clash(c.w) {
			return i
		}
		c.r = t.join(c.r)
	}
	return -1
}

// write notes a write by the instruction pc.
func (t *clock) write(cells []cell, pcs []int32, pc int32) int {
	now, launch := t.now, t.launch
	for i := range cells {
		c := &cells[i]
		if c.w >= launch && t.clash(c.w) || c.r >= launch && t.clash(c.r) {
			return i
		}
		c.w = now
		pcs[i] = pc
	}
	return -1
}

// atomic notes an atomic operation.
func (t *clock) atomic(cells []cell, pcs []int32, pc int32) int {
	for i := range cells {
		c := &cells[i]
		code := t.now
		if c.w >= t.launch {
			if c.w&atomicBit != 0 {
				code = t.join(c.w)
			} else if t.clash(c.w) {
				return i
			}
		}
		if c.r >= t.launch && t.clash(c.r) {
			return i
		}
		if c.w >= t.launch && c.w&atomicBit == 0 && c.w > c.r {
			c.r = c.w // the plain write, which others' atomics must still not meet
		}
		c.w = code | atomicBit
		pcs[i] = pc
	}
	return -1
}

// A page is the cells of 4 KiB of a region, for one worker: a cell a word, or, once less than a
// word of it was touched, a cell a byte.
const (
	pageShift = 12
	pageSize  = 1 << pageShift
)

type page struct {
	launch uint64 // that touched it last
	wrote  uint64 // the launch that wrote to it last
	fine   bool
	cells  []cell
	pcs    []int32 // of the last writes
}

func newPage() *page {
	return &page{cells: make([]cell, pageSize/4), pcs: make([]int32, pageSize/4)}
}

// refine gives each byte a cell.
func (p *page) refine() {
	cells := make([]cell, pageSize)
	pcs := make([]int32, pageSize)
	for i := range cells {
		cells[i], pcs[i] = p.cells[i/4], p.pcs[i/4]
	}
	p.cells, p.pcs, p.fine = cells, pcs, true
}

// page is the worker's page with a byte of a region, which is to be accessed.
func (k *worker) page(r *region, off uint64, kind access) *page {
	pages := r.shadow[k.id]
	if pages == nil {
		pages = make([]*page, (r.size+pageSize-1)>>pageShift)
		r.shadow[k.id] = pages
	}
	p := pages[off>>pageShift]
	if p == nil {
		p = newPage()
		pages[off>>pageShift] = p
	}
	if p.launch != k.launch.number {
		p.launch = k.launch.number
		k.touched = append(k.touched, touchedPage{r, off >> pageShift})
	}
	if kind >= accessWrite {
		p.wrote = p.launch
	}
	return p
}

type touchedPage struct {
	r     *region
	index uint64
}

type access uint8

const (
	accessRead     access = iota
	accessConstant        // a read that no write of the launch may come before
	accessWrite
	accessAtomic
)

// touch notes an access of the present warp to bytes of a region. It returns the first cell that
// races, with its page and index, or nil.
func (k *worker) touch(r *region, off, n uint64, kind access, pc int32) (*page, int) {
	if in := off & (pageSize - 1); in+n <= pageSize && (off|n)&3 == 0 { // the usual case, without a loop
		if p := k.page(r, off, kind); !p.fine {
			lo, hi := in>>2, (in+n)>>2
			if i := k.note(p.cells[lo:hi], p.pcs[lo:hi], kind, pc, &k.time); i >= 0 {
				return p, int(lo) + i
			}
			return nil, 0
		}
	}
	for n > 0 {
		p := k.page(r, off, kind)
		in := off & (pageSize - 1)
		m := min(n, pageSize-in)
		if (in|m)&3 != 0 && !p.fine {
			p.refine()
		}
		lo, hi := in, in+m
		if !p.fine {
			lo, hi = lo>>2, hi>>2
		}
		if i := k.note(p.cells[lo:hi], p.pcs[lo:hi], kind, pc, &k.time); i >= 0 {
			return p, int(lo) + i
		}
		off += m
		n -= m
	}
	return nil, 0
}

func (k *worker) note(cells []cell, pcs []int32, kind access, pc int32, t *clock) int {
	switch kind {
	case accessRead:
		return t.read(cells)
	case accessConstant:
		for i := range cells {
			if cells[i].w >= t.launch {
				return i
			}
		}
		return t.read(cells)
	case accessWrite:
		return t.write(cells, pcs, pc)
	}
	return t.atomic(cells, pcs, pc)
}

// touchShared is touch for the block's shared memory, where other blocks' accesses do not count.
func (k *worker) touchShared(off, n uint64, kind access, pc int32) int {
	t := clock{now: k.time.now, launch: k.time.block, block: k.time.block}
	lo, hi := off, off+n
	if !k.sharedFine {
		lo, hi = off>>2, (off+n+3)>>2
	}
	if i := k.note(k.sharedCells[lo:hi], k.sharedPCs[lo:hi], kind, pc, &t); i >= 0 {
		return int(lo) + i
	}
	return -1
}
