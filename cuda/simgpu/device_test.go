package simgpu

import (
	"bytes"
	"errors"
	"testing"
)

func TestMalloc(t *testing.T) {
	d := New(Options{MemoryBytes: 1 << 20, Workers: 1})
	seen := map[uint64]bool{}
	var last uint64
	for _, n := range []uint64{1, 255, 256, 65279, 65280, 65281, 300000} {
		a, err := d.Malloc(n)
		if err != nil {
			t.Fatal(err)
		}
		if a%256 != 0 || a == 0 || seen[a] || a < last+256 {
			t.Errorf("%d bytes at %#x, behind %#x", n, a, last)
		}
		last, seen[a] = a+n, true
		if err := d.Memset(a, 1, n); err != nil {
			t.Error(err)
		}
		for _, at := range []uint64{a - 1, a + n} {
			wantFault(t, d.Read(at, make([]byte, 1)), OutOfBounds)
		}
		wantFault(t, d.Memset(a, 1, n+1), OutOfBounds)
	}
	free, total := d.Memory()
	if total != 1<<20 || free != 1<<20-1-255-256-65279-65280-65281-300000 {
		t.Errorf("%d of %d bytes are free", free, total)
	}
	if _, err := d.Malloc(uint64(free) + 1); !errors.Is(err, ErrOutOfMemory) {
		t.Errorf("error %v", err)
	}
	if _, err := d.Malloc(0); err == nil {
		t.Error("nothing was allocated")
	}
	for _, l := range d.Leaks() {
		if err := d.Free(l.Address); err != nil {
			t.Error(err)
		}
	}
	if free, _ := d.Memory(); free != total || len(d.Leaks()) != 0 {
		t.Errorf("%d of %d bytes are free after all; leaks %v", free, total, d.Leaks())
	}
}

func TestFree(t *testing.T) {
	d := New(Options{Workers: 1})
	a := allocate(t, d, 100)
	for _, at := range []uint64{a + 1, 0, a + 1<<20, 1 << 20} {
		if err := d.Free(at); err == nil {
			t.Errorf("%#x was freed", at)
		}
	}
	if err := d.Free(a); err != nil {
		t.Fatal(err)
	}
	if err := d.Free(a); err == nil {
		t.Error("freed twice")
	}
	wantFault(t, d.Write(a, []byte{1}), UseAfterFree, "freed allocation 1")
}

func TestUninitialised(t *testing.T) {
	d := New(Options{Workers: 1})
	a, b := allocate(t, d, 16), allocate(t, d, 16)
	p := make([]byte, 16)
	wantFault(t, d.Read(a, p), Uninitialised)
	if err := d.Write(a+4, []byte{1, 2, 3, 4}); err != nil {
		t.Fatal(err)
	}
	if err := d.Read(a+4, p[:4]); err != nil || !bytes.Equal(p[:4], []byte{1, 2, 3, 4}) {
		t.Error(err, p)
	}
	if f := wantFault(t, d.Read(a+4, p[:5]), Uninitialised); f.Address != a+8 {
		t.Error(f)
	}
	wantFault(t, d.Copy(b, a, 16), Uninitialised)
	if err := d.Copy(b+8, a+4, 4); err != nil {
		t.Fatal(err)
	}
	if err := d.Read(b+8, p[:4]); err != nil {
		t.Error(err)
	}
	wantFault(t, d.Read(b+8, p[:5]), Uninitialised)
	if err := d.Fill(b, []byte{7, 8}, 8); err != nil {
		t.Fatal(err)
	}
	if err := d.Read(b, p); err != nil || !bytes.Equal(p, bytes.Repeat([]byte{7, 8}, 8)) {
		t.Error(err, p)
	}
	if err := d.Copy(b, b+4, 8); err == nil {
		t.Error("overlapping copy")
	}
	loose := New(Options{Workers: 1, ReadUninitialised: true})
	if err := loose.Read(allocate(t, loose, 16), p); err != nil {
		t.Error(err)
	}
}

// Checks can be left out.
func TestSkip(t *testing.T) {
	d := New(Options{Workers: 1, SkipRaces: true, SkipUninitialised: true})
	m := load(t, d, "faults.ptx")
	y, x := allocate(t, d, 256), upload(t, d, words(64, counting))
	for name, params := range map[string][]byte{
		"copy": pack(x, y), "shared_uninitialised": pack(y), "warps_read": pack(x),
	} {
		if err := d.Launch(kernel(t, m, name), dim(1), dim(64), 0, params); err != nil {
			t.Error(name, err)
		}
	}
	if err := d.Launch(kernel(t, m, "blocks_write"), dim(5), dim(64), 0, pack(x)); err != nil {
		t.Error(err)
	}
}

// A launch that fails can be followed by others, of other kernels and shapes.
func TestAfterFault(t *testing.T) {
	d := New(Options{Workers: 2})
	m := load(t, d, "faults.ptx")
	y, x := allocate(t, d, 4*1024), upload(t, d, words(1024, counting))
	for range 3 {
		wantFault(t, d.Launch(kernel(t, m, "exited_barrier"), dim(1), dim(64), 0, pack(y, uint32(3))), BarrierDivergence)
		if err := d.Launch(kernel(t, m, "copy"), dim(4), dim(256), 0, pack(y, x)); err != nil {
			t.Fatal(err)
		}
	}
}

// Faults of several blocks: the first block's is returned, whoever ran it.
func TestFirstFault(t *testing.T) {
	d := New(Options{Workers: 3})
	m := load(t, d, "faults.ptx")
	for range 20 {
		y, x := allocate(t, d, 4*1024), upload(t, d, words(200, counting))
		f := wantFault(t, d.Launch(kernel(t, m, "copy"), dim(32), dim(32), 0, pack(y, x)), OutOfBounds)
		if f.Block != [3]uint32{6} {
			t.Fatal(f)
		}
	}
}

func TestLaunchShapes(t *testing.T) {
	d := New(Options{Workers: 2})
	m, err := d.Load(ptxHeader + `
.extern .shared .align 8 .b8 dyn[];
.visible .entry free(.param .u64 y) { ret; }
.visible .entry most(.param .u64 y) .maxntid 64, 1, 1 { ret; }
.visible .entry exact(.param .u64 y) .reqntid 32, 2, 1 .minnctapersm 2 { ret; }
.visible .entry static(.param .u64 y) { .shared .align 4 .b8 s[1024]; .reg .b64 %d<2>; mov.u64 %d0, s; mov.u64 %d1, dyn; ret; }
.visible .entry none() { ret; }
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kernel      string
		grid, block [3]uint32
		shared      uint32
		ok          bool
	}{
		{"free", dim(1), dim(1024), 0, true},
		{"free", dim(1), [3]uint32{32, 32, 2}, 0, false},
		{"free", dim(1), [3]uint32{1, 1, 65}, 0, false},
		{"free", dim(1), [3]uint32{4, 4, 64}, 0, true},
		{"free", dim(0), dim(1), 0, false},
		{"free", dim(1), dim(0), 0, false},
		{"free", [3]uint32{1, 65536, 1}, dim(1), 0, false},
		{"free", dim(1), dim(1), 48 << 10, true},
		{"free", dim(1), dim(1), 48<<10 + 1, false},
		{"static", dim(1), dim(1), 47 << 10, true},
		{"static", dim(1), dim(1), 47<<10 + 1, false},
		{"most", dim(1), dim(64), 0, true},
		{"most", dim(1), dim(65), 0, false},
		{"exact", dim(1), [3]uint32{32, 2, 1}, 0, true},
		{"exact", dim(1), [3]uint32{64, 1, 1}, 0, false},
	} {
		err := d.Launch(kernel(t, m, c.kernel), c.grid, c.block, c.shared, pack(uint64(0)))
		if c.ok && err != nil {
			t.Errorf("%s: %v", c.kernel, err)
		}
		if !c.ok {
			wantFault(t, err, BadLaunch, c.kernel)
		}
	}
	if err := d.Launch(kernel(t, m, "none"), dim(1), dim(1), 0, nil); err != nil {
		t.Error(err)
	}
	if n := kernel(t, m, "most").MaxThreads(); n != 64 {
		t.Errorf("at most %d threads", n)
	}
	if n := kernel(t, m, "static").SharedBytes(); n != 1024 {
		t.Errorf("%d bytes of shared memory", n)
	}
}

func TestParams(t *testing.T) {
	d := New(Options{Workers: 1})
	m, err := d.Load(ptxHeader + ".visible .entry k(.param .u8 a, .param .u64 b, .param .u16 c, .param .align 8 .b8 s[12], .param .f32 e) { ret; }")
	if err != nil {
		t.Fatal(err)
	}
	f := kernel(t, m, "k")
	want := []Param{{"a", "u8", 1, 0}, {"b", "u64", 8, 8}, {"c", "u16", 2, 16}, {"s", "b8", 12, 24}, {"e", "f32", 4, 36}}
	for i, p := range f.Params() {
		if p != want[i] {
			t.Errorf("parameter %d is %+v, want %+v", i, p, want[i])
		}
	}
	if err := d.Launch(f, dim(1), dim(1), 0, make([]byte, 40)); err != nil {
		t.Error(err)
	}
	if _, err := m.Function("l"); err == nil {
		t.Error("a kernel that there is not")
	}
}
