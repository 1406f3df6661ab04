package simgpu

import (
	"cmp"
	"fmt"
	"sync"
	"sync/atomic"
)

// launch is one launch while it runs.
type launch struct {
	number      uint64
	prog        *program
	module      *Module
	grid, block [3]uint32
	dynamic     uint64 // bytes of shared memory
	params      []byte
	next        atomic.Uint64 // block to be taken
	stop        atomic.Bool
	atomics     sync.Mutex
	faults      []blockFault // of each worker
}

type blockFault struct {
	block uint64
	fault *Fault
}

// Launch runs f on a grid of blocks with dynamic bytes of shared memory besides those it
// declares, and waits for it. params holds the parameters at the offsets of Params; it has
// the bytes up to the end of the last one. Blocks run side by side; the result does not
// depend on how, unless the kernel has a race. The error is a *Fault.
func (d *Device) Launch(f *Function, grid, block [3]uint32, dynamic uint32, params []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := f.check(grid, block, dynamic, params); err != nil {
		return err
	}
	d.launches++
	l := &launch{
		number: d.launches, prog: f.prog, module: f.module, grid: grid, block: block,
		dynamic: uint64(dynamic), params: params,
	}
	blocks := uint64(grid[0]) * uint64(grid[1]) * uint64(grid[2])
	workers := d.workers[:min(uint64(len(d.workers)), blocks)]
	l.faults = make([]blockFault, len(workers))
	var wg sync.WaitGroup
	for _, k := range workers[1:] {
		wg.Go(func() { k.work(l, blocks) })
	}
	workers[0].work(l, blocks)
	wg.Wait()
	for _, k := range workers {
		d.executed += k.steps
		k.steps = 0
	}
	// The first block's fault: blocks are taken in order, so none before it is missing.
	var fault *blockFault
	for i := range l.faults {
		if b := &l.faults[i]; b.fault != nil && (fault == nil || b.block < fault.block) {
			fault = b
		}
	}
	if fault != nil {
		return fault.fault
	}
	return d.compare(l, workers)
}

// check says whether the device can perform a launch.
func (f *Function) check(grid, block [3]uint32, dynamic uint32, params []byte) error {
	bad := func(format string, args ...any) error {
		return &Fault{Kind: BadLaunch, Kernel: f.prog.name, Detail: fmt.Sprintf(format, args...)}
	}
	threads := uint64(block[0]) * uint64(block[1]) * uint64(block[2])
	shared := f.prog.sharedSize(uint64(dynamic))
	switch {
	case f.freed():
		return bad("its module was unloaded")
	case threads == 0 || block[0] > maxThreads || block[1] > maxThreads || block[2] > maxBlockZ || threads > maxThreads:
		return bad("blocks of %d×%d×%d threads; from 1 to %d are possible, %d along z", block[0], block[1], block[2], maxThreads, maxBlockZ)
	case grid[0] == 0 || grid[1] == 0 || grid[2] == 0 || grid[0] > maxGridX || grid[1] > maxGridYZ || grid[2] > maxGridYZ:
		return bad("a grid of %d×%d×%d blocks; from 1 to %d, %d and %d are possible", grid[0], grid[1], grid[2], maxGridX, maxGridYZ, maxGridYZ)
	case shared > maxShared:
		return bad("%d bytes of shared memory, %d of them dynamic; a block has %d", shared, dynamic, maxShared)
	case uint64(len(params)) != f.size:
		return bad("%d bytes of parameters; its %d parameters take %d", len(params), len(f.params), f.size)
	}
	if limit := f.limit; limit != [3]uint32{} {
		most := uint64(limit[0]) * uint64(limit[1]) * uint64(limit[2])
		if threads > most || f.required && block != limit {
			return bad("blocks of %d×%d×%d threads; it was compiled for %d×%d×%d", block[0], block[1], block[2], limit[0], limit[1], limit[2])
		}
	}
	return nil
}

// sharedSize is the shared memory of a block.
func (p *program) sharedSize(dynamic uint64) uint64 {
	if dynamic == 0 {
		return p.shared
	}
	return p.dynamic + dynamic
}

// compare looks for races between the blocks of different workers, on the pages that more
// than one of them touched.
func (d *Device) compare(l *launch, workers []*worker) error {
	if d.opt.SkipRaces || len(workers) == 1 {
		return nil
	}
	seen := map[touchedPage]*worker{}
	shared := map[touchedPage][]*worker{}
	var order []touchedPage
	for _, k := range workers {
		for _, t := range k.touched {
			switch first, ok := seen[t]; {
			case !ok:
				seen[t] = k
			case shared[t] == nil:
				shared[t] = []*worker{first, k}
				order = append(order, t)
			default:
				shared[t] = append(shared[t], k)
			}
		}
	}
	for _, t := range order {
		if err := d.comparePage(l, t, shared[t]); err != nil {
			return err
		}
	}
	return nil
}

func (d *Device) comparePage(l *launch, t touchedPage, workers []*worker) error {
	step, written := 4, false
	for _, k := range workers {
		p := t.r.shadow[k.id][t.index]
		if p.fine {
			step = 1
		}
		written = written || p.wrote == l.number
	}
	if !written { // what is only read does not race
		return nil
	}
	for at := 0; at < pageSize; at += step {
		var plain, atomics, reads side // of the workers before
		for _, k := range workers {
			p := t.r.shadow[k.id][t.index]
			i := at
			if !p.fine {
				i /= 4
			}
			c := p.cells[i]
			var w, r side
			if c.w >= k.time.launch {
				w = side{k, c.w, p.pcs[i]}
			}
			if c.r >= k.time.launch {
				r = side{k, c.r, 0}
			}
			switch isAtomic := c.w&atomicBit != 0; {
			case w.k != nil && plain.k != nil, r.k != nil && plain.k != nil:
				return d.clash(l, t, at, plain, cmp.Or(w, r))
			case r.k != nil && atomics.k != nil:
				return d.clash(l, t, at, atomics, r)
			case w.k != nil && reads.k != nil:
				return d.clash(l, t, at, w, reads)
			case w.k != nil && !isAtomic && atomics.k != nil:
				return d.clash(l, t, at, w, atomics)
			case w.k != nil && isAtomic:
				atomics = w
			case w.k != nil:
				plain = w
			}
			reads = cmp.Or(reads, r)
		}
	}
	return nil
}

// side is an access that a worker noted.
type side struct {
	k    *worker
	code uint32
	pc   int32
}

// clash is the fault of a write and another access by different workers.
func (d *Device) clash(l *launch, t touchedPage, at int, write, other side) error {
	in := &l.prog.code[write.pc]
	addr := t.r.base + t.index<<pageShift + uint64(at)
	return &Fault{
		Kind: Race, Kernel: l.prog.name, Line: in.line, PTX: in.text, Space: "global", Address: addr,
		Block:  write.k.blockOf(write.code >> codeShift),
		Thread: [3]uint32{write.code & whoMask % manyWarps * lanes},
		Detail: fmt.Sprintf("%s, is written by %s and touched by %s; nothing orders the blocks of a launch",
			d.nearest(addr), write.k.who(write.code), other.k.who(other.code)),
	}
}
