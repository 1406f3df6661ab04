package simgpu

import (
	"encoding/binary"
	"fmt"
	"testing"
)

// Atomic operations of a whole block on one word, and what they return.
func TestAtomics(t *testing.T) {
	const n = 64
	x := randomWords(12, n)
	var sum, or, xor uint32
	and, most, least := uint32(fullMask), uint32(0), uint32(fullMask)
	smost, sleast := int32(-1<<31), int32(1<<31-1)
	for _, v := range x {
		sum, or, xor, and = sum+v, or|v, xor^v, and&v
		most, least = max(most, v), min(least, v)
		smost, sleast = max(smost, int32(v)), min(sleast, int32(v))
	}
	for _, space := range []string{"global", "shared", ""} {
		for op, c := range map[string]struct{ start, want uint32 }{
			"add.u32": {5, sum + 5}, "add.s32": {0, sum}, "or.b32": {0, or}, "xor.b32": {9, xor ^ 9}, "and.b32": {fullMask, and},
			"max.u32": {0, most}, "min.u32": {fullMask, least}, "max.s32": {1 << 31, uint32(smost)}, "min.s32": {1<<31 - 1, uint32(sleast)},
			"exch.b32": {0, x[n-1]}, "inc.u32": {0, n % 51}, "dec.u32": {10, 48}, // to 0, 50, 0, 50, 48
		} {
			operand := "%r0"
			if op == "inc.u32" || op == "dec.u32" {
				operand = "50"
			}
			for _, form := range []string{"red.%s %s, %s;", "atom.%s %%r3, %s, %s;"} {
				full, at := op, "[%d6]"
				var setup string
				if space != "" {
					full = space + "." + op
				}
				if space == "shared" {
					setup = "mov.u64 %d6, word;"
				} else {
					setup = "mov.u64 %d6, cell;"
				}
				dot := ""
				if space != "" {
					dot = "." + space
				}
				body := fmt.Sprintf(".shared .align 4 .b8 word[4]; %s setp.eq.u32 %%p0, %%r9, 0; @%%p0 st%s.u32 [%%d6], %d; bar.sync 0;\n", setup, dot, c.start) +
					fmt.Sprintf(form, full, at, operand) + fmt.Sprintf("bar.sync 0; ld%s.u32 %%r2, [%%d6];", dot)
				for i, v := range runWithCell(t, body, x) {
					if v != c.want {
						t.Fatalf("%s %s: thread %d finds %#x, want %#x", space, op, i, v, c.want)
					}
				}
			}
		}
	}
	// Compare and swap: the thread that finds 0 leaves its number; all others see it.
	got := runWithCell(t, "mov.u64 %d6, cell; setp.eq.u32 %p0, %r9, 0; @%p0 st.global.u32 [%d6], 0; bar.sync 0; add.u32 %r4, %r9, 1; atom.global.cas.b32 %r2, [%d6], 0, %r4;", x)
	for i, v := range got {
		if want := uint32(min(i, 1)); v != want {
			t.Errorf("thread %d found %d, want %d", i, v, want)
		}
	}
}

// runWithCell is runLanes with a word of global memory.
func runWithCell(t *testing.T, body string, x []uint32) []uint32 {
	t.Helper()
	d := New(Options{Workers: 1})
	m, err := d.Load(ptxHeader + `
.global .align 4 .u32 cell;
.visible .entry k(.param .u64 x, .param .u64 out)
{
.reg .pred %p<8>; .reg .b32 %r<20>; .reg .b64 %d<20>;
ld.param.u64 %d0, [x]; ld.param.u64 %d2, [out]; mov.u32 %r9, %tid.x; mul.wide.u32 %d3, %r9, 4;
add.u64 %d0, %d0, %d3; add.u64 %d2, %d2, %d3; ld.global.u32 %r0, [%d0];
` + body + "st.global.u32 [%d2], %r2;\n}")
	if err != nil {
		t.Fatal(err)
	}
	out := allocate(t, d, 4*len(x))
	in := upload(t, d, words(len(x), func(i int) uint32 { return x[i] }))
	if err := d.Launch(kernel(t, m, "k"), dim(1), dim(uint32(len(x))), 0, pack(in, out)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4*len(x))
	if err := d.Read(out, got); err != nil {
		t.Fatal(err)
	}
	w := make([]uint32, len(x))
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(got[4*i:])
	}
	return w
}
