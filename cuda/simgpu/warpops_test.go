package simgpu

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// runLanes runs a body for one warp (or block): each thread has its number in %r9, x[i] in %r0, y[i] in %r1 and
// leaves its result in %r2.
func runLanes(t *testing.T, body string, block [3]uint32, x, y []uint32) []uint32 {
	t.Helper()
	d := New(Options{Workers: 1})
	m, err := d.Load(ptxHeader + `
.visible .entry k(.param .u64 x, .param .u64 y, .param .u64 out)
{
.reg .pred %p<8>; .reg .b32 %r<20>; .reg .b64 %d<20>;
ld.param.u64 %d0, [x]; ld.param.u64 %d1, [y]; ld.param.u64 %d2, [out];
mov.u32 %r10, %tid.x; mov.u32 %r11, %tid.y; mov.u32 %r12, %tid.z; mov.u32 %r13, %ntid.x; mov.u32 %r14, %ntid.y;
mad.lo.u32 %r9, %r12, %r14, %r11; mad.lo.u32 %r9, %r9, %r13, %r10;
mul.wide.u32 %d3, %r9, 4;
add.u64 %d0, %d0, %d3; add.u64 %d1, %d1, %d3; add.u64 %d2, %d2, %d3;
ld.global.u32 %r0, [%d0]; ld.global.u32 %r1, [%d1];
` + body + `
st.global.u32 [%d2], %r2;
}`)
	if err != nil {
		t.Fatal(err)
	}
	n := len(x)
	at := func(v []uint32) uint64 { return upload(t, d, words(n, func(i int) uint32 { return v[i] })) }
	out := allocate(t, d, 4*n)
	if err := d.Launch(kernel(t, m, "k"), dim(1), block, 0, pack(at(x), at(y), out)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4*n)
	if err := d.Read(out, got); err != nil {
		t.Fatal(err)
	}
	return toWords(got)
}

func randomWords(seed uint64, n int) []uint32 {
	r := rand.New(rand.NewPCG(seed, 0))
	w := make([]uint32, n)
	for i := range w {
		w[i] = r.Uint32()
	}
	return w
}

// TestShuffle holds shfl to a definition by segments: a warp is cut into segments of width
// lanes, and a lane reads from one of its own.
func TestShuffle(t *testing.T) {
	x := randomWords(5, lanes)
	for _, width := range []int{32, 16, 8, 4, 2, 1} {
		for _, amount := range []int{0, 1, 2, 3, 5, 8, 16, 31} {
			for _, mode := range []string{"up", "down", "bfly", "idx"} {
				c := (32-width)<<8 | 31
				if mode == "up" {
					c &^= 31
				}
				got := runLanes(t, fmt.Sprintf(`
shfl.sync.%s.b32 %%r3|%%p0, %%r0, %d, %d, -1;
selp.u32 %%r4, 1, 0, %%p0; add.u32 %%r2, %%r3, %%r4;`, mode, amount, c), dim(lanes), x, x)
				for i := range lanes {
					low := i / width * width
					j := map[string]int{"up": i - amount, "down": i + amount, "bfly": i ^ amount, "idx": low + amount%width}[mode]
					inside := j >= low && j < low+width
					if mode == "bfly" { // may go to a lower segment, not to a higher one
						inside = j < low+width
					}
					want := x[i]
					if inside {
						want = x[j] + 1
					}
					if got[i] != want {
						t.Fatalf("shfl.%s by %d, width %d: lane %d has %#x, want %#x", mode, amount, width, i, got[i], want)
					}
				}
			}
		}
	}
}

func TestVote(t *testing.T) {
	for trial, x := range [][]uint32{randomWords(6, lanes), make([]uint32, lanes), randomWords(7, lanes)} {
		for i := range x {
			x[i] &= 1
			if trial == 2 {
				x[i] = 1
			}
		}
		var ballot uint32
		for i, v := range x {
			ballot |= v << i
		}
		// Halves of the warp vote for themselves.
		for _, c := range []struct {
			op   string
			want func(m uint32) uint32
		}{
			{"vote.sync.ballot.b32 %r2, %p0, %r4;", func(m uint32) uint32 { return ballot & m }},
			{"vote.sync.ballot.b32 %r2, !%p0, %r4;", func(m uint32) uint32 { return ^ballot & m }},
			{"vote.sync.all.pred %p1, %p0, %r4; selp.u32 %r2, 1, 0, %p1;", func(m uint32) uint32 { return uint32(b2u(ballot&m == m)) }},
			{"vote.sync.any.pred %p1, %p0, %r4; selp.u32 %r2, 1, 0, %p1;", func(m uint32) uint32 { return uint32(b2u(ballot&m != 0)) }},
			{"vote.sync.uni.pred %p1, %p0, %r4; selp.u32 %r2, 1, 0, %p1;", func(m uint32) uint32 { return uint32(b2u(ballot&m == m || ballot&m == 0)) }},
			{"activemask.b32 %r2;", func(uint32) uint32 { return fullMask }},
		} {
			got := runLanes(t, `
setp.ne.u32 %p0, %r0, 0;
setp.lt.u32 %p2, %r9, 16; selp.u32 %r4, 0xffff, 0xffff0000, %p2;
`+c.op, dim(lanes), x, x)
			for i, v := range got {
				m := uint32(0xffff)
				if i >= 16 {
					m <<= 16
				}
				if v != c.want(m) {
					t.Errorf("%s lane %d: %#x, want %#x", c.op, i, v, c.want(m))
				}
			}
		}
	}
}

func TestSpecialRegisters(t *testing.T) {
	block := [3]uint32{5, 3, 4} // two warps, the second not full
	n := 60
	zero := make([]uint32, n)
	for name, want := range map[string]func(i uint32) uint32{
		"%tid.x": func(i uint32) uint32 { return i % 5 }, "%tid.y": func(i uint32) uint32 { return i / 5 % 3 }, "%tid.z": func(i uint32) uint32 { return i / 15 },
		"%ntid.x": func(uint32) uint32 { return 5 }, "%ntid.y": func(uint32) uint32 { return 3 }, "%ntid.z": func(uint32) uint32 { return 4 },
		"%ctaid.x": func(uint32) uint32 { return 0 }, "%nctaid.x": func(uint32) uint32 { return 1 }, "%nctaid.z": func(uint32) uint32 { return 1 },
		"%laneid": func(i uint32) uint32 { return i % 32 }, "%warpid": func(i uint32) uint32 { return i / 32 }, "%nwarpid": func(uint32) uint32 { return 2 },
		"%lanemask_eq": func(i uint32) uint32 { return 1 << (i % 32) },
		"%lanemask_lt": func(i uint32) uint32 { return uint32(uint64(1)<<(i%32) - 1) },
		"%lanemask_le": func(i uint32) uint32 { return uint32(uint64(2)<<(i%32) - 1) },
		"%lanemask_gt": func(i uint32) uint32 { return ^uint32(uint64(2)<<(i%32) - 1) },
		"%lanemask_ge": func(i uint32) uint32 { return ^uint32(uint64(1)<<(i%32) - 1) },
		"WARP_SZ":      func(uint32) uint32 { return 32 },
	} {
		for i, v := range runLanes(t, "mov.u32 %r2, "+name+";", block, zero, zero) {
			if v != want(uint32(i)) {
				t.Errorf("%s of thread %d is %d, want %d", name, i, v, want(uint32(i)))
			}
		}
	}
}

// Numbers of 128 bits by carries.
func TestCarry(t *testing.T) {
	const n = 64
	x, y := randomWords(8, n), randomWords(9, n)
	for i := range 8 {
		x[i], y[i] = []uint32{0, 1, fullMask, fullMask, 0, 1 << 31, 5, 5}[i], []uint32{0, fullMask, 1, fullMask, 1, 1 << 31, 5, 6}[i]
	}
	for op, want := range map[string]func(a, b uint32) uint32{
		"add.cc.u32 %r3, %r0, %r1; addc.u32 %r2, %r0, %r1;": func(a, b uint32) uint32 {
			_, c := bits.Add32(a, b, 0)
			v, _ := bits.Add32(a, b, c)
			return v
		},
		"sub.cc.u32 %r3, %r0, %r1; subc.u32 %r2, %r0, %r1;": func(a, b uint32) uint32 {
			_, c := bits.Sub32(a, b, 0)
			v, _ := bits.Sub32(a, b, c)
			return v
		},
		"add.cc.s32 %r3, %r0, %r1; addc.cc.s32 %r4, %r1, %r3; addc.u32 %r2, 0, 0;": func(a, b uint32) uint32 {
			v, c := bits.Add32(a, b, 0)
			_, c = bits.Add32(b, v, c)
			return c
		},
		"mov.b64 %d5, {%r0, %r1}; mov.b64 %d6, {%r1, %r0}; sub.cc.u64 %d7, %d5, %d6; subc.u64 %d8, 0, 0; cvt.u32.u64 %r2, %d8;": func(a, b uint32) uint32 {
			_, c := bits.Sub64(uint64(b)<<32|uint64(a), uint64(a)<<32|uint64(b), 0)
			return -uint32(c)
		},
		"mov.b64 %d5, {%r0, %r1}; mov.b64 %d6, {%r1, %r0}; add.cc.u64 %d7, %d5, %d6; addc.u64 %d8, 0, 0; cvt.u32.u64 %r2, %d8;": func(a, b uint32) uint32 {
			_, c := bits.Add64(uint64(b)<<32|uint64(a), uint64(a)<<32|uint64(b), 0)
			return uint32(c)
		},
	} {
		for i, v := range runLanes(t, op, dim(n), x, y) {
			if w := want(x[i], y[i]); v != w {
				t.Errorf("%s of %#x, %#x: %#x, want %#x", op, x[i], y[i], v, w)
			}
		}
	}
}

// Packing, unpacking, second predicates, guards, predicates as operands, sign extension.
func TestMoves(t *testing.T) {
	const n = 32
	x, y := randomWords(10, n), randomWords(11, n)
	for body, want := range map[string]func(a, b uint32) uint32{
		"mov.b64 %d5, {%r0, %r1}; { .reg .b32 t; mov.b64 {t, %r3}, %d5; sub.u32 %r2, %r3, t; }":                                         func(a, b uint32) uint32 { return b - a },
		"{ .reg .b16 l, h; mov.b32 {l, h}, %r0; mov.b32 %r2, {h, l}; }":                                                                 func(a, _ uint32) uint32 { return bits.RotateLeft32(a, 16) },
		"{ .reg .b16 h<4>; mov.b64 %d5, {%r0, %r1}; mov.b64 {h0, h1, h2, h3}, %d5; cvt.s32.s16 %r2, h2; }":                              func(_, b uint32) uint32 { return uint32(int16(b)) },
		"{ .reg .b16 h; mov.b32 {_, h}, %r0; cvt.u32.u16 %r2, h; }":                                                                     func(a, _ uint32) uint32 { return a >> 16 },
		"setp.lt.u32 %p0|%p1, %r0, %r1; selp.u32 %r2, 1, 2, %p0; @%p1 add.u32 %r2, %r2, 10;":                                            func(a, b uint32) uint32 { return map[bool]uint32{true: 1, false: 12}[a < b] },
		"setp.lt.s32 %p0, %r0, 0; setp.gt.and.s32 %p1, %r1, 0, !%p0; @!%p1 bra no; mov.u32 %r2, 1; bra.uni on; no: mov.u32 %r2, 0; on:": func(a, b uint32) uint32 { return uint32(b2u(int32(b) > 0 && int32(a) >= 0)) },
		"setp.lt.s32 %p0, %r0, 0; not.pred %p1, %p0; mov.pred %p2, %p1; and.pred %p3, %p2, !%p0; mov.pred %p4, 0; or.pred %p5, %p3, %p4; selp.u32 %r2, %r0, %r1, %p5;": func(a, b uint32) uint32 {
			if int32(a) >= 0 {
				return a
			}
			return b
		},
		"ld.global.s8 %r2, [%d0];":    func(a, _ uint32) uint32 { return uint32(int8(a)) },
		"ld.global.s16 %r2, [%d0+2];": func(a, _ uint32) uint32 { return uint32(int32(a) >> 16) },
		"ld.global.u8 %r2, [%d0+3];":  func(a, _ uint32) uint32 { return a >> 24 },
		"ld.global.s8 %d5, [%d0+3]; shr.u64 %d5, %d5, 32; cvt.u32.u64 %r2, %d5;":               func(a, _ uint32) uint32 { return uint32(int32(a) >> 31) },
		"ld.global.s32 %d5, [%d0]; shr.u64 %d5, %d5, 32; cvt.u32.u64 %r2, %d5;":                func(a, _ uint32) uint32 { return uint32(int32(a) >> 31) },
		"{ .reg .b16 h; ld.global.s8 h, [%d0]; cvt.u32.u16 %r2, h; }":                          func(a, _ uint32) uint32 { return uint32(uint16(int8(a))) },
		"mov.u32 %r2, 7; bra over; mov.u32 %r2, 8; over: membar.gl; prefetch.global.L2 [%d0];": func(_, _ uint32) uint32 { return 7 },
	} {
		for i, v := range runLanes(t, body, dim(n), x, y) {
			if w := want(x[i], y[i]); v != w {
				t.Errorf("%s of %#x, %#x: %#x, want %#x", body, x[i], y[i], v, w)
			}
		}
	}
}
