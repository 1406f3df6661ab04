package simgpu

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// touching is an access to one word, for the definition of a race that looks at all pairs.
type touching struct {
	block, interval, warp int
	kind                  access
}

func (a touching) races(b touching) bool {
	if a.kind < accessWrite && b.kind < accessWrite || a.kind == accessAtomic && b.kind == accessAtomic {
		return false
	}
	return a.block != b.block || a.interval == b.interval && a.warp != b.warp
}

// TestClock holds the cells to the definition, on random histories: the first access that races
// with any before it is the one that is found.
func TestClock(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 14))
		var history []touching
		cells, pcs := make([]cell, 1), make([]int32, 1)
		launch := uint32(1+r.IntN(5)) << codeShift
		cells[0] = cell{launch - 1<<codeShift | 5, launch - 1<<codeShift | manyBlocks} // of the launch before
		interval := int(launch >> codeShift)
		for block := range 1 + r.IntN(3) {
			interval++
			time := clock{launch: launch, block: uint32(interval) << codeShift}
			for range 1 + r.IntN(3) {
				for range r.IntN(4) {
					e := touching{block, interval, r.IntN(3), []access{accessRead, accessWrite, accessAtomic}[r.IntN(3)]}
					want := false
					for _, h := range history {
						want = want || e.races(h)
					}
					time.now = uint32(interval)<<codeShift | uint32(e.warp)
					got := (&worker{}).note(cells, pcs, e.kind, 0, &time) >= 0
					if got != want {
						t.Fatalf("seed %d: after %v, %v races: %v, want %v", seed, history, e, got, want)
					}
					if got {
						goto next
					}
					history = append(history, e)
				}
				interval++
			}
		}
	next:
	}
}

// twoWorkers runs the first blocks of a launch on one worker and the rest on another, one after
// the other, and compares what they did.
func twoWorkers(t *testing.T, d *Device, f *Function, grid, threads, first uint32, params []byte) error {
	t.Helper()
	d.launches++
	l := &launch{number: d.launches, prog: f.prog, module: f.module, grid: dim(grid), block: dim(threads), params: params}
	for i, k := range d.workers[:2] {
		k.prepare(l)
		lo, hi := uint64(0), uint64(first)
		if i == 1 {
			lo, hi = hi, uint64(grid)
		}
		for n := lo; n < hi; n++ {
			if err := k.runBlock(n); err != nil {
				return err
			}
		}
	}
	return d.compare(l, d.workers[:2])
}

// Races between blocks that different workers ran.
func TestRaceBetweenWorkers(t *testing.T) {
	d := New(Options{Workers: 2})
	m := load(t, d, "faults.ptx")
	ptx, err := d.Load(ptxHeader + `
.visible .entry bytes(.param .u64 y)
{
.reg .b32 %r<8>; .reg .b64 %d<8>;
ld.param.u64 %d0, [y]; mov.u32 %r0, %ctaid.x; cvt.u64.u32 %d1, %r0; add.u64 %d0, %d0, %d1; st.global.u8 [%d0], %r0;
}
.visible .entry near(.param .u64 y)
{
.reg .b32 %r<8>; .reg .b64 %d<8>;
ld.param.u64 %d0, [y]; mov.u32 %r0, %ctaid.x; mul.wide.u32 %d1, %r0, 2; add.u64 %d2, %d0, %d1;
st.global.u16 [%d2], %r0; ld.global.u8 %r1, [%d0+4];
}
.visible .entry count(.param .u64 y)
{
.reg .b32 %r<8>; .reg .b64 %d<8>;
ld.param.u64 %d0, [y]; red.global.add.u32 [%d0], 1;
}
.visible .entry peek(.param .u64 y)
{
.reg .pred %p<2>; .reg .b32 %r<8>; .reg .b64 %d<8>;
ld.param.u64 %d0, [y]; mov.u32 %r0, %ctaid.x; setp.eq.u32 %p0, %r0, 3; @!%p0 red.global.add.u32 [%d0], 1; @%p0 ld.global.u32 %r1, [%d0];
}
.visible .entry same(.param .u64 y)
{
.reg .b32 %r<8>; .reg .b64 %d<8>;
ld.param.u64 %d0, [y]; ld.global.u32 %r0, [%d0];
}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		m             *Module
		kernel        string
		blocks, first uint32
		race          string // part of the message; "" for none
	}{
		{m, "blocks_write", 2, 1, "is written by warp 0 of block"},
		{m, "blocks_read", 2, 1, "touched by warp 0 of block (1,0,0)"},
		{ptx, "bytes", 8, 3, ""},
		{ptx, "near", 2, 1, ""},
		{ptx, "near", 3, 2, "is written by warp 0 of block (2,0,0)"},
		{ptx, "count", 4, 2, ""},
		{ptx, "peek", 4, 3, "touched by warp 0 of block (3,0,0)"},
		{ptx, "peek", 3, 1, ""},
		{ptx, "same", 4, 2, ""},
	} {
		y := upload(t, d, words(64, counting))
		err := twoWorkers(t, d, kernel(t, c.m, c.kernel), c.blocks, 32, c.first, pack(y))
		if c.race == "" {
			if err != nil {
				t.Errorf("%s: %v", c.kernel, err)
			}
			continue
		}
		f := wantFault(t, err, Race, c.race, "nothing orders the blocks")
		if f.Line == 0 || f.Kernel != c.kernel || !strings.HasPrefix(f.PTX, "st.") && !strings.Contains(f.PTX, "red.") {
			t.Errorf("%v: not the write", f)
		}
	}
}

// The numbers of intervals run out after some thousands of launches, and begin anew.
func TestIntervalsBeginAnew(t *testing.T) {
	d := New(Options{Workers: 1})
	m := load(t, d, "faults.ptx")
	y, x := allocate(t, d, 256), upload(t, d, words(64, counting))
	run := func() {
		t.Helper()
		if err := d.Launch(kernel(t, m, "copy"), dim(1), dim(64), 0, pack(y, x)); err != nil {
			t.Fatal(err)
		}
	}
	k := d.workers[0]
	run()
	k.interval = maxInterval / 2
	run()
	if k.interval < maxInterval/2 {
		t.Error("too early")
	}
	run()
	if k.interval > 10 {
		t.Error("did not begin anew")
	}
	wantFault(t, d.Launch(kernel(t, m, "blocks_write"), dim(2), dim(64), 0, pack(x)), Race)
	k.interval = maxInterval/2 - 1
	k.newLaunch()
	k.interval = maxInterval
	defer func() {
		if f, ok := recover().(*Fault); !ok || f.Kind != BadLaunch {
			t.Error("went on without numbers")
		}
	}()
	k.nextInterval()
}

// A word that is read as constant must not be written in the same launch, not even by the same
// thread.
func TestConstantRead(t *testing.T) {
	d := New(Options{Workers: 1})
	m, err := d.Load(ptxHeader + `
.visible .entry k(.param .u64 y)
{
.reg .b32 %r<8>; .reg .b64 %d<8>;
ld.param.u64 %d0, [y]; ld.global.nc.u32 %r0, [%d0]; st.global.u32 [%d0+4], %r0; ld.global.nc.u32 %r1, [%d0+4];
}`)
	if err != nil {
		t.Fatal(err)
	}
	y := upload(t, d, words(2, counting))
	f := wantFault(t, d.Launch(kernel(t, m, "k"), dim(1), dim(1), 0, pack(y)), Race, "read as constant", "st.global.u32")
	if f.Address != y+4 {
		t.Error(f)
	}
}
