//go:build linux && amd64 && cgo

package driver_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"unsafe"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
)

func TestSimulatedMemory(t *testing.T) {
	r := simulate(t, func(e driver.Entry, args []uint64) driver.Result {
		switch e {
		case driver.EntryMemAlloc:
			write(args[0], uint64(0x7f00_1234_5600))
		case driver.EntryMemGetInfo:
			write(args[0], uint64(3<<30))
			write(args[1], uint64(141<<30))
		}
		return driver.Success
	})
	p, err := cu.MemAlloc(5 << 32)
	if err != nil || p != 0x7f00_1234_5600 {
		t.Errorf("allocated %v, %v", p, err)
	}
	if args := r.only(t, driver.EntryMemAlloc); args[1] != 5<<32 {
		t.Errorf("allocation of %d bytes, want %d", args[1], int64(5)<<32)
	}
	free, total, err := cu.MemInfo()
	if err != nil || free != 3<<30 || total != 141<<30 {
		t.Errorf("memory %d of %d, %v", free, total, err)
	}
	r.only(t, driver.EntryMemGetInfo)
	if err := cu.MemsetD8(p, 0xab, 17); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryMemsetD8), uint64(p), 0xab, 17)
	if err := cu.MemFree(p); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryMemFree), uint64(p))
}

func TestSimulatedCopies(t *testing.T) {
	const device = 0x7f00_0000_1000
	store := []byte("what lies on the device")
	r := simulate(t, func(e driver.Entry, args []uint64) driver.Result {
		switch e {
		case driver.EntryMemcpyHtoD, driver.EntryMemcpyHtoDAsync:
			copy(store, unsafe.Slice((*byte)(driver.Pointer(args[1])), args[2]))
		case driver.EntryMemcpyDtoHAsync:
			copy(unsafe.Slice((*byte)(driver.Pointer(args[0])), args[2]), store)
		case driver.EntryStreamCreate:
			write(args[0], uint64(0x5000))
		}
		return driver.Success
	})
	stream, err := cu.MakeStream(cu.NonBlocking)
	if err != nil || uintptr(unsafe.Pointer(stream.C())) != 0x5000 {
		t.Fatalf("stream %v, %v", stream, err)
	}
	if args := r.only(t, driver.EntryStreamCreate); args[1] != 1 {
		t.Errorf("stream with flags %d, want 1", args[1])
	}
	host := make([]byte, len(store))
	if err := cu.MemcpyDtoHAsync(unsafe.Pointer(&host[0]), device, int64(len(host)), stream); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryMemcpyDtoHAsync), uint64(uintptr(unsafe.Pointer(&host[0]))), device, uint64(len(host)), 0x5000)
	if !bytes.Equal(host, store) {
		t.Errorf("the host has %q, the device %q", host, store)
	}
	copy(host, "THAT")
	if err := cu.MemcpyHtoD(device+8, unsafe.Pointer(&host[0]), 4); err != nil {
		t.Error(err)
	}
	if args := r.only(t, driver.EntryMemcpyHtoD); args[0] != device+8 || string(store[:5]) != "THAT " {
		t.Errorf("copied to %#x: %q", args[0], store)
	}
	if err := stream.Synchronize(); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryStreamSynchronize), 0x5000)
}

func TestSimulatedLaunch(t *testing.T) {
	const text = ".version 6.3\n"
	var params []uint64
	r := simulate(t, func(e driver.Entry, args []uint64) driver.Result {
		switch e {
		case driver.EntryModuleLoadData:
			if got := string(unsafe.Slice((*byte)(driver.Pointer(args[1])), len(text)+1)); got != text+"\x00" {
				t.Errorf("module %q", got)
			}
			write(args[0], uint64(0x6000))
		case driver.EntryModuleGetFunction:
			if got := string(unsafe.Slice((*byte)(driver.Pointer(args[2])), 5)); got != "relu\x00" {
				t.Errorf("function %q", got)
			}
			write(args[0], uint64(0x7000))
		case driver.EntryLaunchKernel:
			for i := range uint64(3) {
				params = append(params, read[uint64](read[uint64](args[9]+8*i)))
			}
		}
		return driver.Success
	})
	mod, err := cu.LoadData(text)
	if err != nil {
		t.Fatal(err)
	}
	r.only(t, driver.EntryModuleLoadData)
	fn, err := mod.Function("relu")
	if err != nil {
		t.Fatal(err)
	}
	if args := r.only(t, driver.EntryModuleGetFunction); args[1] != 0x6000 {
		t.Errorf("looked in module %#x", args[1])
	}
	cells := []uint64{0x7f00_0000_0000, 0xffff_ffff_8000_0000, 3}
	err = fn.Launch(11, 12, 13, 128, 2, 4, 4096, cu.NoStream,
		[]unsafe.Pointer{unsafe.Pointer(&cells[0]), unsafe.Pointer(&cells[1]), unsafe.Pointer(&cells[2])})
	if err != nil {
		t.Fatal(err)
	}
	args := r.only(t, driver.EntryLaunchKernel)
	wantArgs(t, args[:9], 0x7000, 11, 12, 13, 128, 2, 4, 4096, 0)
	if args[10] != 0 {
		t.Errorf("extra %#x, want none", args[10])
	}
	wantArgs(t, params, cells...)
}

// TestSimulatedWidths checks arguments that are not 8 bytes: they arrive extended as C
// passes them.
func TestSimulatedWidths(t *testing.T) {
	r := simulate(t, func(e driver.Entry, args []uint64) driver.Result {
		switch e {
		case driver.EntryDeviceGetAttribute:
			write(args[0], int32(-7))
		case driver.EntryEventElapsedTime:
			write(args[0], float32(1.625))
		}
		return driver.Success
	})
	if v, err := cu.Device(-2).Attribute(cu.WarpSize); err != nil || v != -7 {
		t.Errorf("attribute %d, %v; want -7", v, err)
	}
	wantArgs(t, r.only(t, driver.EntryDeviceGetAttribute)[1:], uint64(driver.AttributeWarpSize), 0xffff_ffff_ffff_fffe)
	if _, err := cu.MakeStreamWithPriority(-5, cu.NonBlocking); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryStreamCreateWithPriority)[1:], 1, 0xffff_ffff_ffff_fffb)
	if err := cu.MemsetD32(0x1000, 0x8000_0001, 1); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryMemsetD32), 0x1000, 0x8000_0001, 1)
	if err := (cu.TexRef{}).SetMipmapLevelBias(-1.5); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryTexRefSetMipmapLevelBias), 0, 0xbfc0_0000)
	if ms, err := (cu.Event{}).Elapsed(cu.Event{}); err != nil || ms != 1.625 {
		t.Errorf("elapsed %v, %v; want 1.625", ms, err)
	}
	r.only(t, driver.EntryEventElapsedTime)
	if err := cu.Synchronize(); err != nil {
		t.Error(err)
	}
	wantArgs(t, r.only(t, driver.EntryCtxSynchronize))
}

func TestSimulatedErrors(t *testing.T) {
	simulate(t, func(driver.Entry, []uint64) driver.Result { return driver.OutOfMemory })
	if _, err := cu.MemAlloc(1); !errors.Is(err, cu.OutOfMemory) {
		t.Errorf("gorgonia.org/cu has %v, want %v", err, cu.OutOfMemory)
	}
	_, err := driver.HostAlloc(4096)
	if !errors.Is(err, driver.OutOfMemory) || err.Error() != "pinned memory of 4096 bytes: CUDA_ERROR_OUT_OF_MEMORY (2)" {
		t.Errorf("pinned memory: %v", err)
	}
}

// TestSimulatedNesting checks that restore puts back what was there before.
func TestSimulatedNesting(t *testing.T) {
	outer, inner := &recorder{}, &recorder{}
	restoreOuter := driver.Simulate(outer)
	restoreInner := driver.Simulate(inner)
	cu.Synchronize()
	restoreInner()
	cu.Synchronize()
	cu.Synchronize()
	restoreOuter()
	if len(inner.calls) != 1 || len(outer.calls) != 2 {
		t.Errorf("%d calls of the inner simulator, %d of the outer; want 1, 2", len(inner.calls), len(outer.calls))
	}
}

func TestSimulatedFind(t *testing.T) {
	t.Setenv("CUDA_VISIBLE_DEVICES", "0")
	r := simulate(t, func(e driver.Entry, args []uint64) driver.Result {
		switch e {
		case driver.EntryDriverGetVersion:
			write(args[0], int32(12040))
		case driver.EntryDeviceGetCount:
			write(args[0], int32(2))
		}
		return driver.Success
	})
	s := driver.Find()
	if err := s.Err(); err != nil {
		t.Error(err)
	}
	if s.Path != "simulated" || s.Version != 12040 || s.Devices != 2 || len(s.Missing) != 0 || s.Hidden != "CUDA_VISIBLE_DEVICES=0" {
		t.Errorf("found %+v", s)
	}
	started := len(r.calls)
	if !slices.ContainsFunc(r.calls, func(c recorded) bool { return c.entry == driver.EntryInit && c.args[0] == 0 }) {
		t.Errorf("cuInit(0) is not among the calls %v", r.calls)
	}
	driver.Find()
	if len(r.calls) != started {
		t.Errorf("the second Find called %v", r.calls[started:])
	}
}
