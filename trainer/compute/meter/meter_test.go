package meter

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pongpg/trainer/compute"
)

// TestUsage counts a small program's memory by hand.
func TestUsage(t *testing.T) {
	b := New(Options{Async: true, Workers: 3})
	if !b.Async() || b.Workers() != 3 || b.Queue().Workers() != 3 {
		t.Errorf("async %v, %d workers", b.Async(), b.Workers())
	}
	x := compute.New[float32](b, 100, 10) // 4,000 bytes: 8 granules
	y := compute.New[float32](b, 1, 128)  // just one
	if x.Addr == 0 || y.Addr < x.Addr+4000 {
		t.Errorf("arrays at %#x and %#x overlap", x.Addr, y.Addr)
	}
	empty := compute.New[uint8](b, 0, 10)
	mirror := compute.Mirror(b, x)
	if len(mirror) != 1000 || empty.Addr != 0 {
		t.Errorf("a mirror of %d elements, an empty array at %#x", len(mirror), empty.Addr)
	}
	called := 0
	replay := b.Record(func() { called++; b.ReLU(x, x) })
	replay()
	if got, want := b.Usage(), (Usage{Device: 9 * 512, Pinned: 8 * 512, Queues: 2, Recordings: 1}); got != want || called != 1 {
		t.Errorf("usage %+v, want %+v; recorded %d times", got, want, called)
	}
}

// TestScratch checks that a queue keeps the largest of each piece, and gives Scratch the
// operation's dims.
func TestScratch(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	b := New(Options{Scratch: func(op string, dims ...int) []int {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, fmt.Sprint(op, dims))
		switch op {
		case "SumSquares":
			return []int{dims[0] * 512}
		case "MatMul":
			return []int{512, dims[2] * 512}
		}
		return nil
	}})
	tensor := func(rows, cols int) compute.Tensor { return compute.Tensor{Rows: rows, Cols: cols} }
	b.SumSquares(tensor(2, 1), tensor(6, 7))
	b.MatMul(2, tensor(6, 5), tensor(8, 3), tensor(10, 4), true, true)
	b.SumSquares(tensor(1, 1), tensor(4, 7))
	b.Blur(tensor(12, 16), 3, 4, 1)
	x := compute.Sparse{Cols: 9, Entries: compute.Array[uint16]{Rows: 7, Cols: 3}}
	b.SparseMLP(tensor(7, 2), compute.Array[uint16]{Rows: 7, Cols: 1}, x, tensor(9, 16), tensor(2, 16))
	b.SparseImage(tensor(70, 2), x, compute.Sparse{Cols: 20, Entries: compute.Array[uint16]{Rows: 9, Cols: 4}})
	b.ConvGrad(tensor(18, 6), tensor(60, 2), tensor(18, 6), compute.Window{Height: 4, Width: 5, Channels: 2, Size: 3, Stride: 1, Filters: 6})
	q := b.Queue()
	q.MatMul(1, tensor(2, 2), tensor(2, 2), tensor(2, 2), false, false)
	want := []string{"SumSquares[6 7 2]", "MatMul[2 3 5 4]", "SumSquares[4 7 1]", "Blur[3 4 16 1]", "SparseMLP[7 3 9 16 2]",
		"SparseImage[7 3 9 4 10 2]", "ConvGrad[3 4 5 2 3 1 6]", "MatMul[1 2 2 2]"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
	if got, want := b.Usage().Device, int64((6+5+1+2)*512); got != want {
		t.Errorf("%d bytes of scratch memory, want %d", got, want)
	}
}

// TestMisfits checks that shapes are checked.
func TestMisfits(t *testing.T) {
	b := New(Options{})
	defer func() {
		if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "compute: ReLU: ") {
			t.Errorf("panic %q", got)
		}
	}()
	b.ReLU(compute.Tensor{Rows: 2, Cols: 3}, compute.Tensor{Rows: 3, Cols: 2})
}
