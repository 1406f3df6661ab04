package simgpu

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// load loads PTX of testdata.
func load(t testing.TB, d *Device, name string) *Module {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.Load(string(src))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func kernel(t testing.TB, m *Module, name string) *Function {
	t.Helper()
	f, err := m.Function(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func words(n int, f func(i int) uint32) []byte {
	var p []byte
	for i := range n {
		p = binary.LittleEndian.AppendUint32(p, f(i))
	}
	return p
}

func counting(i int) uint32 { return uint32(i) }

// fault asserts that an error is a fault of a kind, whose text has all the parts.
func wantFault(t *testing.T, err error, kind Kind, parts ...string) *Fault {
	t.Helper()
	var f *Fault
	if !errors.As(err, &f) {
		t.Fatalf("error %v, want a fault: %v", err, kind)
	}
	if f.Kind != kind {
		t.Fatalf("%v, want: %v", err, kind)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("%q lacks %q", err, p)
		}
	}
	return f
}

func dim(x uint32) [3]uint32 { return [3]uint32{x, 1, 1} }

func TestFaults(t *testing.T) {
	type state struct {
		d    *Device
		y, x uint64 // 64 words each; y is not initialised, x counts from 0
	}
	for _, c := range []struct {
		kernel        string
		grid, threads uint32
		params        func(s state) []byte
		kind          Kind
		parts         []string
		block, thread uint32
		address       func(s state) uint64
	}{
		{kernel: "bounds", grid: 2, threads: 64, params: func(s state) []byte { return pack(s.y, s.x, uint32(64)) },
			kind: OutOfBounds, parts: []string{"ld.global", "0 bytes behind the end of allocation 2 of 256 bytes"},
			block: 1, address: func(s state) uint64 { return s.x + 256 }},
		{kernel: "null", params: func(state) []byte { return pack(uint64(0)) },
			kind: OutOfBounds, parts: []string{"null pointer", "st.global"}},
		{kernel: "no_barrier", threads: 64, params: func(s state) []byte { return pack(s.y) },
			kind: Race, parts: []string{"shared address", "no barrier is between"}, address: func(state) uint64 { return 128 }, thread: 32},
		{kernel: "no_barrier_first", threads: 64, params: func(s state) []byte { return pack(s.y) },
			kind: Uninitialised, parts: []string{"shared address"}, address: func(state) uint64 { return 63 * 4 }},
		{kernel: "shared_uninitialised", threads: 64, params: func(s state) []byte { return pack(s.y) },
			kind: Uninitialised, parts: []string{"ld.shared"}, thread: 32, address: func(state) uint64 { return 128 }},
		{kernel: "copy", threads: 32, params: func(s state) []byte { return pack(s.x, s.y) },
			kind: Uninitialised, parts: []string{"0 bytes into allocation 1"}, address: func(s state) uint64 { return s.y }},
		{kernel: "misaligned", params: func(s state) []byte { return pack(s.x) },
			kind: Misaligned, parts: []string{"4 bytes needs a multiple of 4"}, address: func(s state) uint64 { return s.x + 2 }},
		{kernel: "misaligned_vector", threads: 8, params: func(s state) []byte { return pack(s.x) },
			kind: Misaligned, parts: []string{"st.global.v4.f32", "16 bytes"}, address: func(s state) uint64 { return s.x + 4 }},
		{kernel: "blocks_write", grid: 2, threads: 32, params: func(s state) []byte { return pack(s.x) },
			kind: Race, parts: []string{"st.global.u32", "written by warp 0 of block (0,0,0)", "nothing orders the blocks"},
			block: 1, address: func(s state) uint64 { return s.x }},
		{kernel: "blocks_read", grid: 3, threads: 32, params: func(s state) []byte { return pack(s.x) },
			kind: Race, parts: []string{"ld.global.u32"}, block: 1, address: func(s state) uint64 { return s.x }},
		{kernel: "mixed_atomic", threads: 64, params: func(s state) []byte { return pack(s.x, s.y) },
			kind: Race, parts: []string{"atom.global.add", "no barrier is between"}, thread: 32, address: func(s state) uint64 { return s.x }},
		{kernel: "warps_read", threads: 64, params: func(s state) []byte { return pack(s.x) },
			kind: Race, parts: []string{"was used by warp 0 of block (0,0,0)"}, thread: 32, address: func(s state) uint64 { return s.x + 128 }},
		{kernel: "lanes_write", threads: 32, params: func(s state) []byte { return pack(s.y) },
			kind: Race, parts: []string{"another lane of the warp"}},
		{kernel: "divergent_barrier", threads: 32, params: func(s state) []byte { return pack(s.y, s.x) },
			kind: BarrierDivergence, parts: []string{"bar.sync", "the warp has diverged"}, thread: 16},
		{kernel: "exited_barrier", threads: 32, params: func(s state) []byte { return pack(s.y, uint32(16)) },
			kind: BarrierDivergence, parts: []string{"has exited"}},
		{kernel: "exited_barrier", threads: 64, params: func(s state) []byte { return pack(s.y, uint32(32)) },
			kind: BarrierDivergence, parts: []string{"warp 1 of the block has exited"}},
		{kernel: "bad_mask", threads: 32, params: func(s state) []byte { return pack(s.y, s.x) },
			kind: BadMask, parts: []string{"0xffffffff", "names lane 16", "has exited", "shfl.sync"}},
		{kernel: "bad_mask", threads: 16, params: func(s state) []byte { return pack(s.y, s.x) },
			kind: BadMask, parts: []string{"names lane 16, which does not exist"}},
		{kernel: "bad_partner", threads: 32, params: func(s state) []byte { return pack(s.y, s.x) },
			kind: BadMask, parts: []string{"lane 16, which does not take part"}},
		{kernel: "dies", params: func(s state) []byte { return pack(s.x) }, kind: Trap, parts: []string{"trap"}},
		{kernel: "endless", params: func(s state) []byte { return pack(s.x) }, kind: Timeout, parts: []string{"wait for another block"}},
		{kernel: "local_bounds", params: func(s state) []byte { return pack(s.y, s.x) },
			kind: OutOfBounds, parts: []string{"thread's local memory of 16 bytes"}},
		{kernel: "copy", params: func(s state) []byte { return pack(s.x) }, kind: BadLaunch, parts: []string{"8 bytes of parameters", "2 parameters take 16"}},
		{kernel: "copy", params: func(s state) []byte { return pack(s.y, s.x, uint32(1)) }, kind: BadLaunch},
		{kernel: "copy", threads: 1025, params: func(s state) []byte { return pack(s.y, s.x) }, kind: BadLaunch, parts: []string{"1025×1×1 threads"}},
		{kernel: "copy", threads: 32, params: func(s state) []byte {
			freed := upload(t, s.d, words(32, counting))
			if err := s.d.Free(freed); err != nil {
				t.Fatal(err)
			}
			return pack(s.y, freed)
		}, kind: UseAfterFree, parts: []string{"0 bytes into freed allocation 3"}},
	} {
		t.Run(c.kernel, func(t *testing.T) {
			d := New(Options{Workers: 1, MaxInstructions: 10000})
			s := state{d: d, y: allocate(t, d, 256), x: upload(t, d, words(64, counting))}
			f := kernel(t, load(t, d, "faults.ptx"), c.kernel)
			err := d.Launch(f, dim(max(c.grid, 1)), dim(max(c.threads, 1)), 0, c.params(s))
			fault := wantFault(t, err, c.kind, append(c.parts, c.kernel)...)
			if c.kind != BadLaunch && (fault.Line == 0 || fault.PTX == "" || fault.Kernel != c.kernel) {
				t.Errorf("%v: without its line", err)
			}
			if fault.Block[0] != c.block || fault.Thread[0] != c.thread {
				t.Errorf("%v; want block %d, thread %d", err, c.block, c.thread)
			}
			if c.address != nil && fault.Address != c.address(s) {
				t.Errorf("%v; want address %#x", err, c.address(s))
			}
			t.Log(err)
		})
	}
}
