package philox

import (
	"math/rand/v2"
	"testing"
)

// TestBlocks compares Blocks with Block on lengths around those of a vector.
func TestBlocks(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 127} {
		in := newBlocksInput(n)
		var r [4][]uint32
		for k := range r {
			r[k] = make([]uint32, n)
		}
		Blocks(in.seed, in.purpose, in.tick, in.stream, r[0], r[1], r[2], r[3])
		in.check(t, n, r)
	}
}

// TestBlocksInPlace writes over both inputs, as the comment of Blocks allows.
func TestBlocksInPlace(t *testing.T) {
	in := newBlocksInput(41)
	tick, stream := append([]uint32(nil), in.tick...), append([]uint32(nil), in.stream...)
	r2, r3 := make([]uint32, 41), make([]uint32, 41)
	Blocks(in.seed, in.purpose, tick, stream, tick, stream, r2, r3)
	in.check(t, 41, [4][]uint32{tick, stream, r2, r3})
}

// TestBlocksShort checks that a short slice panics instead of being overrun.
func TestBlocksShort(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for an output shorter than tick")
		}
	}()
	b := make([]uint32, 32)
	Blocks(1, 2, b, b, b, b, b, make([]uint32, 31))
}

func TestBlocksAllocatesNothing(t *testing.T) {
	b := make([]uint32, 67)
	if n := testing.AllocsPerRun(10, func() { Blocks(1, 2, b, b, b, b, b, b) }); n != 0 {
		t.Errorf("%v allocations per call", n)
	}
}

func BenchmarkBlocks(b *testing.B) {
	const n = 64
	in := newBlocksInput(n)
	r := make([]uint32, n)
	b.SetBytes(16 * n)
	for b.Loop() {
		Blocks(in.seed, in.purpose, in.tick, in.stream, r, r, r, r)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/block")
}

type blocksInput struct {
	seed         uint64
	purpose      uint32
	tick, stream []uint32
}

func newBlocksInput(n int) blocksInput {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	in := blocksInput{rng.Uint64(), rng.Uint32(), make([]uint32, n), make([]uint32, n)}
	for i := range n {
		in.tick[i], in.stream[i] = rng.Uint32(), rng.Uint32()
	}
	return in
}

// check compares the words r of n blocks with Block's.
func (in blocksInput) check(t *testing.T, n int, r [4][]uint32) {
	t.Helper()
	for i := range n {
		var want [4]uint32
		want[0], want[1], want[2], want[3] = Block(in.seed, in.tick[i], in.stream[i], in.purpose, 0)
		for k := range r {
			if r[k][i] != want[k] {
				t.Fatalf("n = %d (PCG seed 1, %d): word %d of block %d is %#x, want %#x", n, n, k, i, r[k][i], want[k])
			}
		}
	}
}
