package parity_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
	"pongpg/trainer/compute/parity"
)

// fault flips bits of one element of one output, of one call of an operation.
type fault struct {
	operation, output string
	call              int64
	at                int    // element
	flip              uint32 // bits of it
}

// faulty is a backend on the CPU with a fault.
type faulty struct {
	compute.Backend
	fault fault
	calls *atomic.Int64 // of the faulty operation
}

func newFaulty(b compute.Backend, f fault) compute.Backend { return &faulty{b, f, new(atomic.Int64)} }

func (f *faulty) Name() string           { return "faulty" }
func (f *faulty) Queue() compute.Backend { return &faulty{f.Backend.Queue(), f.fault, f.calls} }

// done is called after an operation with its outputs by name.
func (f *faulty) done(operation string, outputs map[string]any) {
	if operation != f.fault.operation || f.calls.Add(1) != f.fault.call {
		return
	}
	at := f.fault.at
	switch x := outputs[f.fault.output].(type) {
	case compute.Tensor:
		x.Host[at] = math.Float32frombits(math.Float32bits(x.Host[at]) ^ f.fault.flip)
	case compute.Array[uint16]:
		x.Host[at] ^= uint16(f.fault.flip)
	case compute.Array[uint8]:
		x.Host[at] ^= uint8(f.fault.flip)
	default:
		panic(fmt.Sprintf("%s has no output %s", operation, f.fault.output))
	}
}

func (f *faulty) Zero(x compute.Tensor) {
	f.Backend.Zero(x)
	f.done("Zero", map[string]any{"x": x})
}

func (f *faulty) MatMul(batch int, c, a, b compute.Tensor, transA, transB bool) {
	f.Backend.MatMul(batch, c, a, b, transA, transB)
	f.done("MatMul", map[string]any{"c": c})
}

func (f *faulty) ReLU(y, x compute.Tensor) {
	f.Backend.ReLU(y, x)
	f.done("ReLU", map[string]any{"y": y})
}

func (f *faulty) ReLUGrad(dx, dy, y compute.Tensor) {
	f.Backend.ReLUGrad(dx, dy, y)
	f.done("ReLUGrad", map[string]any{"dx": dx})
}

func (f *faulty) Sigmoid(p, z compute.Tensor) {
	f.Backend.Sigmoid(p, z)
	f.done("Sigmoid", map[string]any{"p": p})
}

func (f *faulty) Softmax(p, z compute.Tensor) {
	f.Backend.Softmax(p, z)
	f.done("Softmax", map[string]any{"p": p})
}

func (f *faulty) PolicyGrad(d, z, p compute.Tensor, action compute.Array[uint8], advantage, weight compute.Tensor, entropy float32) {
	f.Backend.PolicyGrad(d, z, p, action, advantage, weight, entropy)
	f.done("PolicyGrad", map[string]any{"d": d})
}

func (f *faulty) LogProb(l, z compute.Tensor, action compute.Array[uint8]) {
	f.Backend.LogProb(l, z, action)
	f.done("LogProb", map[string]any{"l": l})
}

func (f *faulty) PPOGrad(d, z compute.Tensor, action compute.Array[uint8], behaviour, advantage, target, weight compute.Tensor, clip, entropy, value float32) {
	f.Backend.PPOGrad(d, z, action, behaviour, advantage, target, weight, clip, entropy, value)
	f.done("PPOGrad", map[string]any{"d": d})
}

func (f *faulty) RMSProp(w, c, g compute.Tensor, lr, decay, eps float32) {
	f.Backend.RMSProp(w, c, g, lr, decay, eps)
	f.done("RMSProp", map[string]any{"w": w, "c": c})
}

func (f *faulty) Adam(w, m, v, g compute.Tensor, lr, beta1, beta2, eps float32, t int64) {
	f.Backend.Adam(w, m, v, g, lr, beta1, beta2, eps, t)
	f.done("Adam", map[string]any{"w": w, "m": m, "v": v})
}

func (f *faulty) AddScaled(y, x compute.Tensor, a float32) {
	f.Backend.AddScaled(y, x, a)
	f.done("AddScaled", map[string]any{"y": y})
}

func (f *faulty) ClipNorm(x, squares compute.Tensor, limit float32) {
	f.Backend.ClipNorm(x, squares, limit)
	f.done("ClipNorm", map[string]any{"x": x})
}

func (f *faulty) Blur(g compute.Tensor, height, width, radius int) {
	f.Backend.Blur(g, height, width, radius)
	f.done("Blur", map[string]any{"g": g})
}

func (f *faulty) SumSquares(dst, x compute.Tensor) {
	f.Backend.SumSquares(dst, x)
	f.done("SumSquares", map[string]any{"dst": dst})
}

func (f *faulty) Uniform(u compute.Tensor, seed uint64, purpose uint32, stream, tick compute.Array[uint32], after uint32) {
	f.Backend.Uniform(u, seed, purpose, stream, tick, after)
	f.done("Uniform", map[string]any{"u": u})
}

func (f *faulty) Sample(action compute.Array[uint8], p, u compute.Tensor) {
	f.Backend.Sample(action, p, u)
	f.done("Sample", map[string]any{"action": action})
}

func (f *faulty) SparseMatMul(y compute.Tensor, x compute.Sparse, w compute.Tensor) {
	f.Backend.SparseMatMul(y, x, w)
	f.done("SparseMatMul", map[string]any{"y": y})
}

func (f *faulty) SparseMatMulGrad(dw compute.Tensor, x compute.Sparse, dy compute.Tensor) {
	f.Backend.SparseMatMulGrad(dw, x, dy)
	f.done("SparseMatMulGrad", map[string]any{"dw": dw})
}

func (f *faulty) SparseMLP(z compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor) {
	f.Backend.SparseMLP(z, active, x, w1, w2)
	f.done("SparseMLP", map[string]any{"z": z, "active": active})
}

func (f *faulty) SparseMLPSample(action compute.Array[uint8], z, p compute.Tensor, active compute.Array[uint16], x compute.Sparse, w1, w2 compute.Tensor, draw compute.Draw) {
	f.Backend.SparseMLPSample(action, z, p, active, x, w1, w2, draw)
	f.done("SparseMLPSample", map[string]any{"action": action, "z": z, "p": p, "active": active})
}

func (f *faulty) SparseMLPGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	f.Backend.SparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	f.done("SparseMLPGrad", map[string]any{"dw1": dw1, "dw2": dw2})
}

func (f *faulty) SparseImage(y compute.Tensor, x, m compute.Sparse) {
	f.Backend.SparseImage(y, x, m)
	f.done("SparseImage", map[string]any{"y": y})
}

func (f *faulty) Conv(y, x, w compute.Tensor, g compute.Window) {
	f.Backend.Conv(y, x, w, g)
	f.done("Conv", map[string]any{"y": y})
}

func (f *faulty) ConvGrad(dw, x, dy compute.Tensor, g compute.Window) {
	f.Backend.ConvGrad(dw, x, dy, g)
	f.done("ConvGrad", map[string]any{"dw": dw})
}

func (f *faulty) ConvInputGrad(dx, dy, w compute.Tensor, g compute.Window) {
	f.Backend.ConvInputGrad(dx, dy, w, g)
	f.done("ConvInputGrad", map[string]any{"dx": dx})
}

// The sizes of what the operations are called on.
const (
	rows, width, cols, units, outputs = 70, 4, 40, 48, 3
	height                            = 7 // of an image of rows pixels
)

// window is of images of rows pixels of units channels.
var window = compute.Window{Height: height, Width: rows / height, Channels: units, Size: 3, Stride: 2, Filters: outputs}

// operands are arrays of every shape that the operations need.
type operands struct {
	rowUnits, rowUnits2, rowUnits3 compute.Tensor // [rows][units]
	mean, first, second            compute.Tensor // [rows][units], zero at first
	colUnits, colUnits2            compute.Tensor // [cols][units]
	w2, dw2                        compute.Tensor // [outputs][units]
	z, p, d                        compute.Tensor // [rows][outputs]
	product                        compute.Tensor // [rows][outputs]
	advantage, weight, uniform     compute.Tensor // [rows][1]
	behaviour, target              compute.Tensor // [rows][1]
	squares                        compute.Tensor // [2][1]
	action                         compute.Array[uint8]
	active                         compute.Array[uint16]
	stream, tick                   compute.Array[uint32]
	x                              compute.Sparse
	m                              compute.Sparse // [cols][rows·units]
	image                          compute.Tensor // [rows·rows][units]
	filters, filters2              compute.Tensor // of window
	filtered                       compute.Tensor // [windows][outputs]
}

func newOperands(b compute.Backend) *operands {
	r := rand.New(rand.NewPCG(1, 0))
	normal := func(rows, cols int) compute.Tensor {
		x := make([]float32, rows*cols)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		a := compute.New[float32](b, rows, cols)
		compute.Upload(b, a, x)
		return a
	}
	o := &operands{
		rowUnits: normal(rows, units), rowUnits2: normal(rows, units), rowUnits3: normal(rows, units),
		mean: compute.New[float32](b, rows, units), first: compute.New[float32](b, rows, units), second: compute.New[float32](b, rows, units),
		colUnits: normal(cols, units), colUnits2: normal(cols, units),
		w2: normal(outputs, units), dw2: normal(outputs, units),
		z: normal(rows, outputs), p: normal(rows, outputs), d: normal(rows, outputs), product: normal(rows, outputs),
		advantage: normal(rows, 1), weight: normal(rows, 1), uniform: normal(rows, 1), squares: normal(2, 1),
		behaviour: normal(rows, 1), target: normal(rows, 1),
		action: compute.New[uint8](b, rows, 1), active: compute.New[uint16](b, rows, units/compute.Lanes),
		stream: compute.New[uint32](b, rows, 1), tick: compute.New[uint32](b, rows, 1),
		x: compute.NewSparse(b, rows, width, cols), m: compute.NewSparse(b, cols, 1, rows*units),
		image: normal(rows*rows, units), filters: normal(window.Inputs(), outputs), filters2: normal(window.Inputs(), outputs),
		filtered: normal(window.OutHeight()*window.OutWidth(), outputs),
	}
	pixels := make([]uint16, cols)
	for i := range pixels {
		pixels[i] = compute.Entry(r.IntN(rows*units), r.IntN(2) == 0)
	}
	compute.Upload(b, o.m.Entries, pixels)
	entries := make([]uint16, rows*width)
	for i := range entries {
		entries[i] = compute.Entry(r.IntN(cols), r.IntN(2) == 0)
	}
	compute.Upload(b, o.x.Entries, entries)
	ticks := make([]uint32, rows)
	for i := range ticks {
		ticks[i] = r.Uint32()
	}
	compute.Upload(b, o.tick, ticks)
	return o
}

// calls calls every operation; each twice leaves something else than once.
var calls = map[string]func(b compute.Backend, o *operands){
	"Zero":     func(b compute.Backend, o *operands) { b.Zero(o.rowUnits) },
	"MatMul":   func(b compute.Backend, o *operands) { b.MatMul(1, o.product, o.rowUnits, o.w2, false, true) },
	"ReLU":     func(b compute.Backend, o *operands) { b.ReLU(o.rowUnits, o.rowUnits2) },
	"ReLUGrad": func(b compute.Backend, o *operands) { b.ReLUGrad(o.rowUnits, o.rowUnits2, o.rowUnits3) },
	"Sigmoid":  func(b compute.Backend, o *operands) { b.Sigmoid(o.p, o.z) },
	"Softmax":  func(b compute.Backend, o *operands) { b.Softmax(o.p, o.z) },
	"PolicyGrad": func(b compute.Backend, o *operands) {
		b.PolicyGrad(o.d, o.z, o.p, o.action, o.advantage, o.weight, 0.1)
	},
	"LogProb": func(b compute.Backend, o *operands) { b.LogProb(o.behaviour, o.z, o.action) },
	"PPOGrad": func(b compute.Backend, o *operands) {
		b.PPOGrad(o.d, o.z, o.action, o.behaviour, o.advantage, o.target, o.weight, 0.2, 0.1, 0.5)
	},
	"RMSProp": func(b compute.Backend, o *operands) { b.RMSProp(o.rowUnits, o.mean, o.rowUnits3, 0.1, 0.9, 1) },
	"Adam": func(b compute.Backend, o *operands) {
		b.Adam(o.rowUnits, o.first, o.second, o.rowUnits3, 0.1, 0.9, 0.99, 1, 3)
	},
	"AddScaled":  func(b compute.Backend, o *operands) { b.AddScaled(o.rowUnits2, o.rowUnits3, 0.1) },
	"ClipNorm":   func(b compute.Backend, o *operands) { b.ClipNorm(o.rowUnits3, o.squares, 0.9) },
	"Blur":       func(b compute.Backend, o *operands) { b.Blur(o.rowUnits, height, rows/height, 1) },
	"SumSquares": func(b compute.Backend, o *operands) { b.SumSquares(o.squares, o.rowUnits) },
	"Uniform":    func(b compute.Backend, o *operands) { b.Uniform(o.uniform, 1, 2, o.stream, o.tick, 3) },
	"Sample":     func(b compute.Backend, o *operands) { b.Sample(o.action, o.p, o.uniform) },
	"SparseMatMul": func(b compute.Backend, o *operands) {
		b.SparseMatMul(o.rowUnits, o.x, o.colUnits)
	},
	"SparseMatMulGrad": func(b compute.Backend, o *operands) { b.SparseMatMulGrad(o.colUnits, o.x, o.rowUnits) },
	"SparseMLP":        func(b compute.Backend, o *operands) { b.SparseMLP(o.z, o.active, o.x, o.colUnits, o.w2) },
	"SparseMLPSample": func(b compute.Backend, o *operands) {
		b.SparseMLPSample(o.action, o.z, o.p, o.active, o.x, o.colUnits, o.w2, compute.Draw{Seed: 1, Purpose: 2, Stream: o.stream, Tick: o.tick})
	},
	"SparseMLPGrad": func(b compute.Backend, o *operands) {
		b.SparseMLPGrad(o.colUnits2, o.dw2, o.x, o.active, o.d, o.colUnits, o.w2)
	},
	"SparseImage":   func(b compute.Backend, o *operands) { b.SparseImage(o.image, o.x, o.m) },
	"Conv":          func(b compute.Backend, o *operands) { b.Conv(o.filtered, o.rowUnits, o.filters, window) },
	"ConvGrad":      func(b compute.Backend, o *operands) { b.ConvGrad(o.filters2, o.rowUnits, o.filtered, window) },
	"ConvInputGrad": func(b compute.Backend, o *operands) { b.ConvInputGrad(o.rowUnits2, o.filtered, o.filters, window) },
}

// faults are one of each operation's outputs, with the number of its columns. Flipping the
// bits of 5 moves a number by 5, 3, −3 or −5 in the last place.
var faults = []struct {
	fault
	cols int
}{
	{fault{"Zero", "x", 1, 1000, 5}, units},
	{fault{"MatMul", "c", 2, 100, 1 << 20}, outputs},
	{fault{"ReLU", "y", 1, rows*units - 1, 5}, units},
	{fault{"ReLUGrad", "dx", 2, 77, 5}, units},
	{fault{"Sigmoid", "p", 1, 200, 5}, outputs},
	{fault{"Softmax", "p", 3, 0, 5}, outputs},
	{fault{"PolicyGrad", "d", 1, 209, 5}, outputs},
	{fault{"LogProb", "l", 2, 68, 5}, 1},
	{fault{"PPOGrad", "d", 1, 208, 5}, outputs},
	{fault{"RMSProp", "w", 2, 500, 5}, units},
	{fault{"RMSProp", "c", 1, 501, 5}, units},
	{fault{"Adam", "w", 1, 506, 5}, units},
	{fault{"Adam", "m", 2, 507, 5}, units},
	{fault{"Adam", "v", 3, 508, 5}, units},
	{fault{"AddScaled", "y", 2, 509, 5}, units},
	{fault{"ClipNorm", "x", 1, 510, 5}, units},
	{fault{"Blur", "g", 1, 502, 5}, units},
	{fault{"SumSquares", "dst", 2, 1, 5}, 1},
	{fault{"Uniform", "u", 1, 69, 5}, 1},
	{fault{"Sample", "action", 1, 68, 2}, 1},
	{fault{"SparseMatMul", "y", 1, 503, 5}, units},
	{fault{"SparseMatMulGrad", "dw", 2, 504, 5}, units},
	{fault{"SparseMLP", "z", 1, 30, 5}, outputs},
	{fault{"SparseMLP", "active", 2, 31, 64}, units / compute.Lanes},
	{fault{"SparseMLPSample", "action", 1, 32, 1}, 1},
	{fault{"SparseMLPSample", "z", 2, 33, 5}, outputs},
	{fault{"SparseMLPSample", "p", 1, 34, 5}, outputs},
	{fault{"SparseMLPSample", "active", 1, 35, 1}, units / compute.Lanes},
	{fault{"SparseMLPGrad", "dw1", 1, 505, 5}, units},
	{fault{"SparseMLPGrad", "dw2", 2, 50, 5}, units},
	{fault{"SparseImage", "y", 1, 511, 5}, units},
	{fault{"Conv", "y", 2, 35, 5}, outputs},
	{fault{"ConvGrad", "dw", 1, 512, 5}, outputs},
	{fault{"ConvInputGrad", "dx", 2, 513, 5}, units},
}

// TestFaults plants a fault in every output of every operation, calls them all again and
// again, and expects to be told where it is.
func TestFaults(t *testing.T) {
	covered := map[string]bool{}
	for _, f := range faults {
		covered[f.operation] = true
		t.Run(fmt.Sprintf("%s/%s", f.operation, f.output), func(t *testing.T) {
			bad := newFaulty(open(t, cpu.Options{Workers: 1}), f.fault)
			find(t, f.fault, f.cols, parity.New(open(t, cpu.Options{Workers: 2}), bad))
		})
	}
	if len(covered) != len(calls) {
		t.Errorf("faults in %d of %d operations", len(covered), len(calls))
	}
}

// find calls operations until p's first difference, which must be the fault f.
func find(t *testing.T, f fault, cols int, p *parity.Backend) {
	defer p.Close()
	o := newOperands(p)
	for range 3 {
		for _, name := range slices.Sorted(maps.Keys(calls)) {
			calls[name](p, o)
		}
	}
	err := p.Sync()
	var d *parity.Difference
	if !errors.As(err, &d) {
		t.Fatalf("the error is %v", err)
	}
	if d.Operation != f.operation || d.Call != f.call || d.Output != f.output || d.Row != f.at/cols || d.Col != f.at%cols || d.A^d.B != f.flip {
		t.Errorf("%+v is not where the fault %+v is", d, f)
	}
	distance := max(int64(d.A)-int64(d.B), int64(d.B)-int64(d.A))
	if d.ULP != distance || distance == 0 {
		t.Errorf("%#x and %#x are %d ulp apart, not %d", d.A, d.B, distance, d.ULP)
	}
	for _, part := range []string{
		fmt.Sprintf("%s, call %d: %s[%d][%d] is ", f.operation, f.call, f.output, f.at/cols, f.at%cols),
		fmt.Sprintf("%x) on cpu (2 workers, ", d.A), fmt.Sprintf("%x) on faulty", d.B),
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	before := p.Compared()
	calls["ReLU"](p, o)
	if p.Compared() != before || p.Sync() != err {
		t.Error("it goes on after a difference")
	}
}
