package simgpu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// accessKernel is PTX in which each thread loads n elements of a type at in + its own offset, and
// stores them at out + another. Shared memory is filled from global memory before.
func accessKernel(load, store, class string, n int, shared bool) string {
	regs := make([]string, n)
	for i := range regs {
		regs[i] = fmt.Sprintf("%%%s%d", class, i)
	}
	list := regs[0]
	if n > 1 {
		list = "{" + strings.Join(regs, ", ") + "}"
	}
	b := ptxHeader + `
.shared .align 16 .b8 buffer[4096];
.visible .entry k(.param .u64 in, .param .u64 out, .param .u64 from, .param .u64 to, .param .u32 mask)
{
.reg .pred %p<4>; .reg .b16 %h<8>; .reg .b32 %r<16>; .reg .b64 %d<24>;
ld.param.u64 %d8, [in]; ld.param.u64 %d9, [out]; ld.param.u64 %d10, [from]; ld.param.u64 %d11, [to];
ld.param.u32 %r8, [mask];
mov.u32 %r9, %tid.x;
mul.wide.u32 %d12, %r9, 4;
add.u64 %d10, %d10, %d12; add.u64 %d11, %d11, %d12;
ld.global.u32 %r10, [%d10]; cvt.u64.u32 %d10, %r10;
ld.global.u32 %r11, [%d11]; cvt.u64.u32 %d11, %r11;
`
	if shared {
		b += `
mov.u64 %d13, buffer;
mul.wide.u32 %d14, %r9, 64;
mov.u32 %r12, 0;
fill:
add.u64 %d15, %d8, %d14; add.u64 %d16, %d13, %d14;
ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%d15];
st.shared.v4.u32 [%d16], {%r0, %r1, %r2, %r3};
add.u64 %d14, %d14, 16; add.u32 %r12, %r12, 1;
setp.lt.u32 %p0, %r12, 4;
@%p0 bra fill;
bar.sync 0;
mov.u64 %d8, buffer;
`
	}
	return b + fmt.Sprintf(`
add.u64 %%d8, %%d8, %%d10; add.u64 %%d9, %%d9, %%d11;
and.b32 %%r13, %%r9, 31; shr.u32 %%r14, %%r8, %%r13; and.b32 %%r14, %%r14, 1; setp.ne.u32 %%p1, %%r14, 0;
@!%%p1 bra done;
%s %s, [%%d8];
%s [%%d9], %s;
done:
ret;
}
`, load, list, store, list)
}

// TestAccess compares loads and stores of every width, by addresses that follow each other, are one,
// go backwards or anywhere, and for some lanes, with copies of bytes.
func TestAccess(t *testing.T) {
	const seed = 4
	r := rand.New(rand.NewPCG(seed, 0))
	const threads, size = 64, 4096
	for _, typ := range []string{"u8", "s8", "u16", "s16", "u32", "f32", "u64", "f64", "b32"} {
		for _, n := range []int{1, 2, 4} {
			w := int(width(typ)) * n
			if w > 16 {
				continue
			}
			classes := map[uint64][]string{1: {"h", "r", "d"}, 2: {"h", "r", "d"}, 4: {"r", "d"}, 8: {"d"}}[width(typ)]
			if isFloat(typ) {
				classes = classes[:1]
			}
			v := []string{"", "", ".v2", "", ".v4"}[n]
			for _, class := range classes {
				for _, space := range []string{"global", "shared"} {
					src := accessKernel("ld."+space+v+"."+typ, "st.global"+v+"."+strings.Replace(typ, "s", "u", 1), class, n, space == "shared")
					d := New(Options{Workers: 1})
					m, err := d.Load(src)
					if err != nil {
						t.Fatal(err)
					}
					in := make([]byte, size)
					for i := range in {
						in[i] = byte(r.Uint32())
					}
					for pattern := range 6 {
						from, to := offsets(r, pattern, threads, w, size)
						mask := []uint32{fullMask, fullMask, 0x0000ffff, 0x00fffff0, r.Uint32(), 1 << 31}[r.IntN(6)]
						want := bytes.Repeat([]byte{0xee}, size)
						for i := range threads {
							if mask>>(i%lanes)&1 != 0 {
								copy(want[to[i]:int(to[i])+w], in[from[i]:])
							}
						}
						got := runAccess(t, d, kernel(t, m, "k"), in, from, to, mask)
						if !bytes.Equal(got, want) {
							t.Fatalf("%s%s.%s by %s registers, pattern %d, lanes %#x: wrong bytes (seed %d)", space, v, typ, class, pattern, mask, seed)
						}
					}
				}
			}
		}
	}
}

// offsets are each thread's, for a pattern; no two are written twice.
func offsets(r *rand.Rand, pattern, threads, w, size int) (from, to []uint32) {
	perm := r.Perm(size / w)
	base := r.IntN(size/w - threads)
	for i := range threads {
		to = append(to, uint32(perm[i]*w))
		switch pattern {
		case 0: // neighbours
			from = append(from, uint32((base+i)*w))
			to[i] = from[i]
		case 1: // one
			from = append(from, uint32(base*w))
		case 2: // backwards
			from = append(from, uint32((base+threads-1-i)*w))
			to[i] = from[i]
		case 3: // two halves of a warp
			from = append(from, uint32(perm[i/16]%(size/w-16)*w+i%16*w))
		case 4: // groups that all read one
			from = append(from, uint32(perm[i/5]*w))
		default:
			from = append(from, uint32(perm[r.IntN(len(perm))]*w))
		}
	}
	return from, to
}

func runAccess(t *testing.T, d *Device, f *Function, in []byte, from, to []uint32, mask uint32) []byte {
	t.Helper()
	a := upload(t, d, in)
	b := upload(t, d, bytes.Repeat([]byte{0xee}, len(in)))
	at := func(list []uint32) uint64 {
		return upload(t, d, words(len(list), func(i int) uint32 { return list[i] }))
	}
	if err := d.Launch(f, dim(1), dim(uint32(len(from))), 0, pack(a, b, at(from), at(to), mask)); err != nil {
		t.Fatal(err)
	}
	out := make([]byte, len(in))
	if err := d.Read(b, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Generic addresses lead to all spaces, and back.
func TestGeneric(t *testing.T) {
	d := New(Options{Workers: 1})
	m, err := d.Load(ptxHeader + `
.const .align 4 .u32 ten = 10;
.global .align 4 .u32 cell = 7;
.visible .entry k(.param .u64 out)
{
.shared .align 4 .b8 s[4];
.local .align 4 .b8 l[8];
.reg .pred %p<5>; .reg .b32 %r<8>; .reg .b64 %d<16>;
ld.param.u64 %d0, [out];
mov.u64 %d1, s; cvta.shared.u64 %d1, %d1;
mov.u64 %d2, l; cvta.local.u64 %d2, %d2;
mov.u64 %d3, ten; cvta.const.u64 %d3, %d3;
mov.u64 %d4, cell; cvta.global.u64 %d4, %d4;
st.u32 [%d1], 1; st.u32 [%d2+4], 2; st.u32 [%d4], 3;
ld.shared.u32 %r0, [s]; ld.local.u32 %r1, [l+4]; ld.u32 %r2, [%d3]; ld.global.u32 %r3, [cell];
cvta.to.shared.u64 %d5, %d1; ld.shared.u32 %r4, [%d5];
st.global.v4.u32 [%d0], {%r0, %r1, %r2, %r3}; st.global.u32 [%d0+16], %r4;
isspacep.shared %p0, %d1; isspacep.global %p1, %d1; isspacep.local %p2, %d2; isspacep.const %p3, %d3; isspacep.global %p4, %d4;
selp.u32 %r5, 1, 0, %p0; st.global.u32 [%d0+20], %r5; selp.u32 %r5, 1, 0, %p1; st.global.u32 [%d0+24], %r5;
selp.u32 %r5, 1, 0, %p2; st.global.u32 [%d0+28], %r5; selp.u32 %r5, 1, 0, %p3; st.global.u32 [%d0+32], %r5;
selp.u32 %r5, 1, 0, %p4; st.global.u32 [%d0+36], %r5;
}`)
	if err != nil {
		t.Fatal(err)
	}
	out := allocate(t, d, 40)
	if err := d.Launch(kernel(t, m, "k"), dim(1), dim(1), 0, pack(out)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 40)
	if err := d.Read(out, got); err != nil {
		t.Fatal(err)
	}
	want := binary.LittleEndian.AppendUint32(nil, 1)
	for _, v := range []uint32{2, 10, 3, 1, 1, 0, 1, 1, 1} {
		want = binary.LittleEndian.AppendUint32(want, v)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%v, want %v", toWords(got), toWords(want))
	}
}

// Kernels use registered host memory by its address.
func TestHostMemory(t *testing.T) {
	d := New(Options{Workers: 1})
	m := load(t, d, "faults.ptx")
	f := kernel(t, m, "copy")
	host := words(64, counting)
	const at = 0x7f0012345000
	if err := d.RegisterHost(at, host); err != nil {
		t.Fatal(err)
	}
	if err := d.RegisterHost(at+255, make([]byte, 4)); err == nil {
		t.Error("overlapping host memory was registered")
	}
	if err := d.RegisterHost(deviceBase, make([]byte, 4)); err == nil {
		t.Error("device memory was registered")
	}
	y := allocate(t, d, 128)
	if err := d.Launch(f, dim(1), dim(32), 0, pack(y, uint64(at))); err != nil {
		t.Fatal(err)
	}
	if err := d.Launch(f, dim(1), dim(32), 0, pack(uint64(at+128), y)); err != nil {
		t.Fatal(err)
	}
	for i, v := range toWords(host) {
		if v != uint32(i%32) {
			t.Fatalf("word %d is %d", i, v)
		}
	}
	err := d.Launch(f, dim(1), dim(32), 0, pack(y, uint64(at+132)))
	wantFault(t, err, OutOfBounds, "0 bytes behind the end of host memory of 256 bytes at 0x7f0012345000")
	if err := d.UnregisterHost(at); err != nil {
		t.Fatal(err)
	}
	wantFault(t, d.Launch(f, dim(1), dim(32), 0, pack(y, uint64(at))), OutOfBounds)
	if err := d.UnregisterHost(at); err == nil {
		t.Error("unregistered twice")
	}
}
