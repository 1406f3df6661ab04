package parity_test

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
	"pongpg/trainer/compute/parity"
)

// TestNaN: NaN is NaN, whatever its payload and sign, but no number.
func TestNaN(t *testing.T) {
	for _, test := range []struct {
		name string
		flip uint32
		ulp  int64 // −2: no difference
	}{
		{"payload", 1, -2}, {"sign", 1 << 31, -2}, {"infinity", 1 << 22, -1},
	} {
		p := parity.New(open(t, cpu.Options{}), newFaulty(open(t, cpu.Options{}), fault{"Softmax", "p", 1, 4, test.flip}))
		x := compute.New[float32](p, 1, 5)
		nan := math.Float32frombits(0x7fc00000)
		compute.Upload(p, x, []float32{nan, nan, nan, nan, nan})
		p.Softmax(x, x)
		back := make([]float32, 5)
		compute.Download(p, back, x)
		err := p.Sync()
		var d *parity.Difference
		switch found := errors.As(err, &d); {
		case found != (test.ulp > -2):
			t.Errorf("%s: the error is %v", test.name, err)
		case found && (d.ULP != test.ulp || !strings.Contains(err.Error(), "NaN (0x7fc00000)") || !strings.Contains(err.Error(), "Inf (0x7f800000)") || !strings.Contains(err.Error(), "not a number")):
			t.Errorf("%s: %v (%d ulp)", test.name, err, d.ULP)
		case !found && back[4] == back[4]:
			t.Errorf("%s: %v came back", test.name, back)
		}
		p.Close()
	}
}

// TestULP: the distance of numbers of either sign.
func TestULP(t *testing.T) {
	for _, test := range []struct {
		x    float32
		flip uint32
		ulp  int64
	}{
		{1, 0x3f800000 ^ 0x3f7fffff, 1}, // the number below 1
		{-1, 0xbf800000 ^ 0xbf800003, 3},
		{0, 1 << 31, 1},                                     // −0
		{math.SmallestNonzeroFloat32, 1<<31 | 3, 1 + 2 + 1}, // from the least positive to twice it below 0, across both zeros
		{math.MaxFloat32, 0x7f7fffff ^ 0x7f800000, 1},       // infinity
	} {
		p := parity.New(open(t, cpu.Options{}), newFaulty(open(t, cpu.Options{}), fault{"RMSProp", "w", 1, 0, test.flip}))
		w := compute.New[float32](p, 1, 1)
		zero := compute.New[float32](p, 1, 1)
		compute.Upload(p, w, []float32{test.x})
		p.RMSProp(w, zero, zero, 1, 1, 1) // leaves w as it is
		var d *parity.Difference
		if err := p.Sync(); !errors.As(err, &d) || d.ULP != test.ulp || d.A != math.Float32bits(test.x) {
			t.Errorf("%v: the error is %v, want %d ulp", test.x, err, test.ulp)
		}
		p.Close()
	}
}

// TestMatMulBound: products may differ within the bound, after which both devices go on
// from the reference's.
func TestMatMulBound(t *testing.T) {
	const n = 4
	for flip, wrong := range map[uint32]bool{1: false, 1 << 12: true} {
		p := parity.New(open(t, cpu.Options{}), newFaulty(open(t, cpu.Options{}), fault{"MatMul", "c", 1, 2, flip}))
		a, c := compute.New[float32](p, n, n), compute.New[float32](p, n, n)
		x := make([]float32, n*n)
		for i := range x {
			x[i] = float32(i) / 3
		}
		compute.Upload(p, a, x)
		p.MatMul(1, c, a, a, true, false)
		p.ReLU(c, c)
		err := p.Sync()
		var d *parity.Difference
		if wrong != errors.As(err, &d) || !wrong && err != nil {
			t.Errorf("a fault of %#x: the error is %v", flip, err)
		}
		if wrong && (d.Operation != "MatMul" || d.Col != 2 || d.ULP != 1<<12 || !strings.Contains(err.Error(), "exactly")) {
			t.Errorf("%v", err)
		}
		p.Close()
	}
}

// TestLarge finds a fault in the last element of outputs that are fetched in many parts.
func TestLarge(t *testing.T) {
	const rows, cols = 1000, 777
	bad := newFaulty(open(t, cpu.Options{}), fault{"ReLU", "y", 2, rows*cols - 1, 1 << 30})
	device := parity.New(open(t, cpu.Options{}), open(t, cpu.Options{}))
	p := parity.New(bad, device)
	defer p.Close()
	y := compute.New[float32](p, rows, cols)
	for call := range 2 {
		p.ReLU(y, y)
		if got, want := p.Compared(), int64((call+1)*rows*cols); call == 0 && got != want {
			t.Errorf("%d values compared, want %d", got, want)
		}
	}
	var d *parity.Difference
	if err := p.Sync(); !errors.As(err, &d) || d.Row != rows-1 || d.Col != cols-1 || d.A != 1<<30 || d.B != 0 || d.Reference != "faulty" {
		t.Errorf("the error is %v", err)
	}
}

// TestQueues finds the one fault among many queues that are used at once, and one that comes after
// all of them.
func TestQueues(t *testing.T) {
	const calls = queues * rounds
	// Calls are numbered in the order they began: one of those at once may be computed last and have
	// begun before others, whatever its number.
	checkQueues(t, calls, 1, calls)
	checkQueues(t, calls+1, calls+1, calls+1)
}

const queues, rounds = 8, 50

// checkQueues has queues each do a round after the other, and one of them another one alone; of the calls
// that are computed the one at is wrong, and found as one from first to last.
func checkQueues(t *testing.T, at, first, last int64) {
	t.Helper()
	const n = 100
	p := parity.New(open(t, cpu.Options{Workers: 2}), newFaulty(open(t, cpu.Options{Workers: 2}), fault{"Sigmoid", "p", at, 99, 1}))
	defer p.Close()
	x := compute.New[float32](p, queues*n, 1)
	var wait sync.WaitGroup
	for i := range queues {
		q := p.Queue()
		wait.Go(func() {
			own := compute.New[float32](q, n, 1)
			part := x.Slice(i*n, (i+1)*n)
			for range rounds {
				q.Sigmoid(own, part)
			}
		})
	}
	wait.Wait()
	q := p.Queue()
	q.Sigmoid(compute.New[float32](q, n, 1), x.Slice(0, n))
	var d *parity.Difference
	if err := p.Sync(); !errors.As(err, &d) || d.Operation != "Sigmoid" || d.Call < first || d.Call > last || d.Row != 99 {
		t.Errorf("the error is %v, want one of call %d … %d", err, first, last)
	}
	// After the fault nothing is computed any more.
	if got := p.Operations(); len(got) != 1 || got[0] != (parity.Count{Operation: "Sigmoid", Calls: at, Values: at * n}) {
		t.Errorf("counted %+v", got)
	}
}

// broken is a device that fails.
type broken struct {
	compute.Backend
	err error
}

func (b *broken) Sync() error            { return b.err }
func (b *broken) Queue() compute.Backend { return b }

// TestDeviceError: an error of either device is an error of both.
func TestDeviceError(t *testing.T) {
	gone := errors.New("gone")
	for _, p := range []*parity.Backend{
		parity.New(open(t, cpu.Options{}), &broken{open(t, cpu.Options{}), gone}),
		parity.New(&broken{open(t, cpu.Options{}), gone}, open(t, cpu.Options{})),
	} {
		x := compute.New[float32](p, 2, 2)
		p.Queue().ReLU(x, x)
		if err := p.Sync(); !errors.Is(err, gone) || p.Queue().Sync() != err {
			t.Errorf("the error is %v", err)
		}
		if p.Compared() != 0 {
			t.Errorf("%d values were compared on a device that is gone", p.Compared())
		}
		p.Close()
	}
}

// TestNoMemory: what one of the devices cannot hold is an error, and no address.
func TestNoMemory(t *testing.T) {
	p := pairOf(t)
	if m := p.Malloc(math.MaxInt - 1<<20); m.Addr != 0 || p.Sync() == nil {
		t.Errorf("memory at %#x, error %v", m.Addr, p.Sync())
	}
}

// TestForeign: memory of another backend is a mistake of the caller.
func TestForeign(t *testing.T) {
	p := pairOf(t)
	own := compute.New[float32](p, 2, 2)
	past := own
	past.Addr += 4
	for name, x := range map[string]compute.Tensor{
		"host": compute.New[float32](open(t, cpu.Options{}), 2, 2), "past the end": past, "nowhere": {Rows: 2, Cols: 2, Addr: 1 << 30},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			p.ReLU(own, x)
		}()
	}
}
