package simgpu

import (
	"fmt"
	"slices"
	"sort"
)

// worker runs the blocks of a launch that it takes, one after the other, and keeps the
// memory of a block: warps, shared memory and its shadow.
type worker struct {
	d      *Device
	id     int
	launch *launch
	block  [3]uint32

	prog  *program // for which the warps' registers are made
	warps []*warp

	shared        []byte
	sharedWritten []byte
	sharedCells   []cell
	sharedPCs     []int32
	sharedFine    bool

	races    bool
	time     clock
	interval uint32
	blocks   []startedBlock
	touched  []touchedPage

	last     *region // of the last access
	steps    uint64
	limit    uint64
	guardBit int32
}

type startedBlock struct {
	interval uint32
	block    [3]uint32
}

// blockOf is the block that ran in an interval.
func (k *worker) blockOf(interval uint32) [3]uint32 {
	i := sort.Search(len(k.blocks), func(i int) bool { return k.blocks[i].interval > interval })
	if i == 0 {
		return [3]uint32{}
	}
	return k.blocks[i-1].block
}

// work runs blocks until there are no more, or one has a fault.
func (k *worker) work(l *launch, blocks uint64) {
	k.prepare(l)
	for !l.stop.Load() {
		n := l.next.Add(1) - 1
		if n >= blocks {
			return
		}
		if f := k.runBlock(n); f != nil {
			l.faults[k.id] = blockFault{n, f}
			l.stop.Store(true)
		}
	}
}

// prepare makes the registers for a launch.
func (k *worker) prepare(l *launch) {
	k.launch = l
	p := l.prog
	threads := int(l.block[0] * l.block[1] * l.block[2])
	n := (threads + lanes - 1) / lanes
	if k.prog != p {
		k.prog, k.warps = p, nil
	}
	for len(k.warps) < n {
		k.warps = append(k.warps, newWarp(k, len(k.warps)))
	}
	k.warps = k.warps[:n]
	for i, w := range k.warps {
		w.all = fullMask
		if rest := threads - i*lanes; rest < lanes {
			w.all = 1<<rest - 1
		}
		for name, slot := range p.special {
			w.setSpecial(name, slot)
		}
	}
	size := int(p.sharedSize(l.dynamic))
	k.shared = resize(k.shared, size)
	k.sharedWritten = resize(k.sharedWritten, size)
	k.races = !k.d.opt.SkipRaces
	if k.sharedFine != p.fine {
		k.sharedFine = p.fine
		clear(k.sharedCells[:cap(k.sharedCells)])
	}
	cells := (size + 3) / 4
	if p.fine {
		cells = size
	}
	k.sharedCells = resize(k.sharedCells, cells)
	k.sharedPCs = resize(k.sharedPCs, cells)
	k.newLaunch()
	k.last = nil
	k.guardBit = int32(p.n32 + p.n64)
}

// newLaunch starts the launch's time. When the intervals' numbers run out they begin anew, and
// what was noted so far is dropped.
func (k *worker) newLaunch() {
	if k.interval > maxInterval/2 {
		k.interval = 0
		clear(k.sharedCells[:cap(k.sharedCells)])
		for _, r := range slices.Concat(k.d.table, k.d.host) {
			if r.shadow != nil {
				r.shadow[k.id] = nil
			}
		}
	}
	k.interval++
	k.time.launch = k.interval << codeShift
	k.blocks = k.blocks[:0]
	k.touched = k.touched[:0]
}

// resize is a slice of n elements, the old array if it is large enough. Elements that
// are new are zero or were in use before.
func resize[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]T, n)
}

func newWarp(k *worker, index int) *warp {
	p := k.prog
	w := &warp{
		k: k, index: index, r32: make([]vec32, p.n32), r64: make([]vec64, p.n64), pred: make([]uint32, p.npred),
		written: make([]uint32, len(p.written)),
		local:   make([]byte, lanes*p.localSize), localWritten: make([]byte, lanes*p.localSize),
	}
	for s, v := range p.const32 {
		for i := range w.r32[s] {
			w.r32[s][i] = v
		}
	}
	for s, v := range p.const64 {
		for i := range w.r64[s] {
			w.r64[s][i] = v
		}
	}
	for s, v := range p.constPred {
		w.pred[s] = v
	}
	return w
}

func (w *warp) setSpecial(name string, slot int32) {
	f := specials[name]
	for i := range lanes {
		w.r32[slot][i] = f(w, i)
	}
}

// runBlock runs the block of a number, x fastest.
func (k *worker) runBlock(n uint64) (fault *Fault) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(*Fault)
			if !ok {
				panic(r)
			}
			fault = f
		}
	}()
	g := k.launch.grid
	k.block = [3]uint32{uint32(n % uint64(g[0])), uint32(n / uint64(g[0]) % uint64(g[1])), uint32(n / uint64(g[0]) / uint64(g[1]))}
	k.nextInterval()
	k.time.block = k.interval << codeShift
	k.blocks = append(k.blocks, startedBlock{k.interval, k.block})
	k.limit = k.steps + k.d.opt.MaxInstructions
	clear(k.sharedWritten)
	for _, w := range k.warps {
		w.start()
	}
	for {
		waiting := 0
		for _, w := range k.warps {
			k.time.now = k.interval<<codeShift | uint32(w.index)
			w.barrier = nil
			if w.live != 0 {
				w.run()
			}
			if w.barrier != nil {
				waiting++
			}
		}
		if waiting == 0 {
			return nil
		}
		k.release(waiting)
		k.nextInterval()
	}
}

// nextInterval begins the time after a barrier, or of a block.
func (k *worker) nextInterval() {
	if k.interval == maxInterval {
		panic(&Fault{Kind: BadLaunch, Kernel: k.launch.prog.name,
			Detail: fmt.Sprintf("more than %d barriers and blocks; launch less at once, or skip races", maxInterval/2)})
	}
	k.interval++
}

// release checks that the whole block is at one barrier.
func (k *worker) release(waiting int) {
	var at *warp
	for _, w := range k.warps {
		if w.barrier != nil {
			at = w
			break
		}
	}
	for _, w := range k.warps {
		switch {
		case w.barrier == nil:
			at.fault(BarrierDivergence, at.barrier, 0, fmt.Sprintf("warp %d of the block has exited, %d of %d wait; all threads of the block must reach the barrier", w.index, waiting, len(k.warps)))
		case w.barrier.off != at.barrier.off:
			at.fault(BarrierDivergence, at.barrier, 0, fmt.Sprintf("warp %d waits at barrier %d (line %d), warp %d at barrier %d", w.index, w.barrier.off, w.barrier.line, at.index, at.barrier.off))
		}
	}
}

// start puts the warp at the beginning of a block.
func (w *warp) start() {
	w.pc, w.mask, w.live = 0, w.all, w.all
	w.pending = w.pending[:0]
	w.barrier = nil
	copy(w.written, w.k.prog.written)
	clear(w.localWritten)
	for _, name := range [...]string{"%ctaid.x", "%ctaid.y", "%ctaid.z"} {
		if slot, ok := w.k.prog.special[name]; ok {
			w.setSpecial(name, slot)
		}
	}
}
