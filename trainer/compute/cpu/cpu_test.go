package cpu

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/computetest"
)

// TestContract holds every instruction set of this machine to the contract, with
// numbers of workers that divide nothing evenly. As the contract says every bit, this
// is also the proof that neither matters.
func TestContract(t *testing.T) {
	for _, isa := range ISAs() {
		for _, workers := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", isa, workers), func(t *testing.T) {
				computetest.Run(t, open(t, Options{Workers: workers, ISA: isa}))
			})
		}
	}
}

// TestQueueContract holds a queue to the contract, beside the pool that it belongs to.
func TestQueueContract(t *testing.T) {
	computetest.Run(t, open(t, Options{Workers: 2}).Queue())
}

// open returns a backend that is closed at the end of the test.
func open(tb testing.TB, opts Options) *Backend {
	tb.Helper()
	b, err := New(opts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := b.Close(); err != nil {
			tb.Error(err)
		}
	})
	return b
}

func TestOptions(t *testing.T) {
	if _, err := New(Options{ISA: "sse9"}); err == nil || !strings.Contains(err.Error(), `"go"`) {
		t.Errorf("an unknown instruction set gives the error %v, which does not name the choices", err)
	}
	if _, err := New(Options{Workers: -1}); err == nil {
		t.Error("no error for −1 workers")
	}
	b := open(t, Options{Workers: 3, ISA: "go"})
	if b.Name() != "cpu (3 workers, go)" || b.Queue().Name() != b.Name() || b.Queue().Workers() != 3 {
		t.Errorf("name %q, queue's %q, queue's workers %d", b.Name(), b.Queue().Name(), b.Queue().Workers())
	}
}

// TestTooMuchMemory checks that what cannot be allocated is a sticky error and
// not the end.
func TestTooMuchMemory(t *testing.T) {
	b := open(t, Options{Workers: 1})
	if err := b.Sync(); err != nil {
		t.Fatal(err)
	}
	m := b.Malloc(math.MaxInt - 1<<20)
	if err := b.Queue().Sync(); err == nil || m.Host != nil {
		t.Errorf("nearly 2⁶³ bytes: error %v, %d bytes", err, len(m.Host))
	}
}

// TestBadEntry checks that a column beyond the batch's panics with the row, on the
// caller's goroutine, and that the pool works afterwards.
func TestBadEntry(t *testing.T) {
	for _, isa := range ISAs() {
		for _, workers := range []int{1, 3} {
			b := open(t, Options{Workers: workers, ISA: isa})
			const rows, units = 500, 48
			x := compute.NewSparse(b, rows, 2, 5)
			for i := range x.Entries.Host {
				x.Entries.Host[i] = compute.Entry(4, false)
			}
			x.Entries.Host[2*77+1] = compute.Entry(5, true)
			tensor := func(rows, cols int) compute.Tensor { return compute.New[float32](b, rows, cols) }
			active := compute.New[uint16](b, rows, units/compute.Lanes)
			y, w := tensor(rows, units), tensor(5, units)
			m, image := compute.NewSparse(b, 5, 1, 3), tensor(3*rows, 1)
			good := compute.NewSparse(b, 1, 1, rows) // its entry is the column of x's row 77
			good.Entries.Host[0] = compute.Entry(77, false)
			for _, outputs := range []int{1, 2} {
				z, d, w2 := tensor(rows, outputs), tensor(rows, outputs), tensor(outputs, units)
				for i := range d.Host { // a row without gradient is not read
					d.Host[i] = 1
				}
				for name, call := range map[string]func(){
					"SparseMatMul":     func() { b.SparseMatMul(y, x, w) },
					"SparseMatMulGrad": func() { b.SparseMatMulGrad(w, x, y) },
					"SparseMLP":        func() { b.SparseMLP(z, active, x, w, w2) },
					"SparseMLPGrad":    func() { b.SparseMLPGrad(w, w2, x, active, d, w, w2) },
					"SparseImage":      func() { b.SparseImage(image, x, m) },
					"SparseImage's m":  func() { b.SparseImage(image.Slice(0, 5), good, x) },
				} {
					got := fmt.Sprint(catch(call))
					if !strings.Contains(got, name+": row 77 ") || !strings.Contains(got, "[8 11]") {
						t.Errorf("%s on %s with a column too many: panic %q does not name the row", name, b.Name(), got)
					}
				}
			}
			b.ReLU(y, y)
		}
	}
}

func catch(call func()) (panicked any) {
	defer func() { panicked = recover() }()
	call()
	return nil
}

func BenchmarkContract(b *testing.B) {
	for _, isa := range ISAs() {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/%d", isa, workers), func(tb *testing.B) {
				computetest.Benchmark(tb, open(tb, Options{Workers: workers, ISA: isa}))
			})
		}
	}
}

func BenchmarkNetwork(b *testing.B) {
	for _, isa := range ISAs() {
		b.Run(isa, func(tb *testing.B) { computetest.BenchmarkNetwork(tb, open(tb, Options{Workers: 1, ISA: isa})) })
	}
}
