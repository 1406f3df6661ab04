package simgpu

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Random control flow, structured or not: a thread's result must not depend on the lanes beside it. Each
// program is run once with whole warps, and once with blocks of a single thread, where
// nothing can diverge.

// randomFlow is PTX of n basic blocks that change a value and branch anywhere by its bits, until a
// thread has run out of steps or returns. The length of what it did is part of its result.
func randomFlow(r *rand.Rand, n int) string {
	var b strings.Builder
	b.WriteString(ptxHeader + `
.visible .entry k(.param .u64 x, .param .u64 y)
{
.reg .pred %p<4>; .reg .b32 %r<12>; .reg .b64 %d<8>;
ld.param.u64 %d0, [x]; ld.param.u64 %d1, [y];
mov.u32 %r1, %tid.x; mov.u32 %r2, %ctaid.x; mov.u32 %r3, %ntid.x; mad.lo.u32 %r1, %r2, %r3, %r1;
mul.wide.u32 %d2, %r1, 4; add.u64 %d0, %d0, %d2; add.u64 %d1, %d1, %d2;
ld.global.u32 %r0, [%d0]; mov.u32 %r4, 0; mov.u32 %r5, 60;
`)
	for i := range n {
		fmt.Fprintf(&b, "B%d:\n", i)
		fmt.Fprintf(&b, "mad.lo.u32 %%r4, %%r4, 31, %d; xor.b32 %%r4, %%r4, %%r0; mad.lo.u32 %%r0, %%r0, 1664525, %d;\n", i, r.Uint32())
		b.WriteString("sub.u32 %r5, %r5, 1; setp.eq.u32 %p0, %r5, 0; @%p0 bra END;\n")
		cond := func() string {
			return fmt.Sprintf("shr.u32 %%r6, %%r0, %d; and.b32 %%r6, %%r6, %d; setp.eq.u32 %%p1, %%r6, 0;", r.IntN(30), []int{1, 3, 7}[r.IntN(3)])
		}
		switch r.IntN(6) {
		case 0: // on
		case 1:
			fmt.Fprintf(&b, "bra B%d;\n", r.IntN(n))
		case 2:
			fmt.Fprintf(&b, "%s @%%p1 bra END;\n", cond())
		case 3:
			fmt.Fprintf(&b, "%s @!%%p1 bra B%d;\n%s @%%p1 bra.uni B%d;\n", cond(), r.IntN(n), cond(), r.IntN(n))
		default:
			fmt.Fprintf(&b, "%s @%%p1 bra B%d;\n", cond(), r.IntN(n))
		}
	}
	b.WriteString("END:\nadd.u32 %r4, %r4, %r5; st.global.u32 [%d1], %r4;\n}\n")
	return strings.ReplaceAll(b.String(), "bra.uni B", "bra B")
}

func TestRandomFlow(t *testing.T) {
	programs := 60
	if testing.Short() {
		programs = 10
	}
	for seed := range uint64(programs) {
		r := rand.New(rand.NewPCG(seed, 13))
		src := randomFlow(r, 2+r.IntN(12))
		x := randomWords(seed, 128)
		var results [2][]uint32
		for i, block := range []uint32{64, 1} {
			d := New(Options{Workers: 1})
			m, err := d.Load(src)
			if err != nil {
				t.Fatal(err)
			}
			in := upload(t, d, words(len(x), func(i int) uint32 { return x[i] }))
			out := allocate(t, d, 4*len(x))
			if err := d.Launch(kernel(t, m, "k"), dim(uint32(len(x))/block), dim(block), 0, pack(in, out)); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 4*len(x))
			if err := d.Read(out, got); err != nil {
				t.Fatal(err)
			}
			results[i] = toWords(got)
		}
		for i := range x {
			if results[0][i] != results[1][i] {
				t.Fatalf("seed %d: thread %d has %#x among others, %#x alone\n%s", seed, i, results[0][i], results[1][i], src)
			}
		}
	}
}

// Lanes that come out of an if, a loop, a switch or by a continue have met: all of a
// warp take part in a vote there.
func TestMeeting(t *testing.T) {
	all := "vote.sync.ballot.b32 %r7, %p7, -1; add.u32 %r2, %r2, %r7;\n"
	for name, body := range map[string]string{
		"if":           "setp.lt.u32 %p0, %r10, 7; @%p0 bra A; add.u32 %r2, %r2, 1; A: " + all,
		"if else":      "setp.lt.u32 %p0, %r10, 7; @%p0 bra A; add.u32 %r2, %r2, 1; bra B; A: add.u32 %r2, %r2, 2; B: " + all,
		"nested":       "setp.lt.u32 %p0, %r10, 7; setp.lt.u32 %p1, %r10, 20; @%p0 bra B; @%p1 bra A; add.u32 %r2, %r2, 1; A: add.u32 %r2, %r2, 1; B: " + all,
		"loop":         "mov.u32 %r3, 0; L: add.u32 %r3, %r3, 1; setp.le.u32 %p0, %r3, %r10; @%p0 bra L; " + all,
		"exit first":   "mov.u32 %r3, 0; bra L; X: " + all + " bra END; L: add.u32 %r3, %r3, 1; setp.le.u32 %p0, %r3, %r10; @%p0 bra L; bra X; END:",
		"in loop":      "mov.u32 %r3, 0; L: and.b32 %r4, %r10, %r3; setp.eq.u32 %p0, %r4, 0; @%p0 bra A; add.u32 %r2, %r2, 1; A: " + all + "add.u32 %r3, %r3, 1; setp.lt.u32 %p1, %r3, 6; @%p1 bra L;",
		"continue":     "mov.u32 %r3, 0; L: " + all + "add.u32 %r3, %r3, 1; setp.ge.u32 %p1, %r3, 6; @%p1 bra END; and.b32 %r4, %r10, %r3; setp.eq.u32 %p0, %r4, 0; @%p0 bra L; add.u32 %r2, %r2, 1; bra L; END:",
		"early return": "setp.eq.u32 %p0, %r10, 99; setp.lt.u32 %p1, %r10, 9; @%p1 bra A; @%p0 bra END; add.u32 %r2, %r2, 1; A: " + all + "END:",
		"shared tail":  "setp.lt.u32 %p0, %r10, 7; setp.lt.u32 %p1, %r10, 20; @%p0 bra A; @%p1 bra B; bra C; A: @%p1 bra C; B: add.u32 %r2, %r2, 1; C: " + all,
	} {
		x := make([]uint32, lanes)
		body = "mov.u32 %r2, 0; setp.lt.u32 %p7, %r10, 64;\n" + body
		t.Run(name, func(t *testing.T) { runLanes(t, body, dim(lanes), x, x) })
	}
}
