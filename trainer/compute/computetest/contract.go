package computetest

import (
	"sync"
	"testing"
	"unsafe"

	"pongpg/trainer/compute"
)

func testContract(t *testing.T, b compute.Backend) {
	t.Run("memory", func(t *testing.T) { testMemory(t, b) })
	t.Run("shared", func(t *testing.T) { testShared(t, b) })
	t.Run("queues", func(t *testing.T) { testQueues(t, b) })
	t.Run("order", func(t *testing.T) { testOrder(t, b) })
	t.Run("record", func(t *testing.T) { testRecord(t, b) })
	t.Run("panics", func(t *testing.T) { testPanics(t, b) })
	t.Run("name", func(t *testing.T) {
		if b.Name() == "" || b.Workers() < 1 {
			t.Errorf("name %q, %d workers", b.Name(), b.Workers())
		}
	})
}

// testMemory checks that memory starts as zeros, is aligned, and goes up and
// down unchanged, in whole and by slices.
func testMemory(t *testing.T, b compute.Backend) {
	e := newEnv(t, b, "memory")
	for _, n := range []int{0, 1, 3, 16, 1000, 1 << 16} {
		m := b.Malloc(n)
		if at := m.Addr + uintptr(unsafe.Pointer(unsafe.SliceData(m.Host))); n > 0 && (at == 0 || at%64 != 0) {
			t.Errorf("Malloc(%d) is at %#x, not aligned to 64 bytes", n, at)
		}
		if p := b.Pinned(n); len(p) != n {
			t.Errorf("Pinned(%d) is %d bytes", n, len(p))
		}
	}
	a := compute.New[uint32](b, 7, 5)
	for i, x := range download(e, a) {
		if x != 0 {
			t.Fatalf("new memory has %#x at %d", x, i)
		}
	}
	data := e.words(35)
	compute.Upload(b, a, data)
	part := e.words(10)
	compute.Upload(b, a.Slice(3, 5), part)
	copy(data[15:], part)
	mirror := compute.Mirror(b, a)
	compute.Download(b, mirror, a)
	for i, x := range download(e, a) {
		if x != data[i] || mirror[i] != x {
			t.Fatalf("element %d came back as %#x, in the mirror as %#x, not %#x", i, x, mirror[i], data[i])
		}
	}
	compute.Upload(b, a, mirror) // the mirror may be the array itself
	if got := download(e, a.Slice(6, 7)); got[4] != data[34] {
		t.Errorf("the last element came back as %#x, not %#x", got[4], data[34])
	}
}

// testShared checks that what the host writes to shared memory operations see, and the other
// way round, and that it is copied as any other.
func testShared(t *testing.T, b compute.Backend) {
	e := newEnv(t, b, "shared")
	const n = 100
	q := b.Queue()
	x, y, own := compute.NewShared[float32](b, n, 1), compute.NewShared[float32](b, n, 1), compute.New[float32](b, n, 1)
	hx, hy, part := compute.Mirror(b, x), compute.Mirror(b, y), make([]float32, n/2)
	for range 3 {
		copy(hx, e.normal(n, 1))
		compute.Upload(q, x, hx)
		q.ReLU(y, x)
		compute.Fetch(q, hy, y)
		q.ReLU(own, y)
		compute.Fetch(q, part, y.Slice(n/2, n))
		if err := q.Sync(); err != nil {
			t.Fatal(err)
		}
		for i := range hx {
			if want := refReLU(hx[i]); hy[i] != want || i >= n/2 && part[i-n/2] != want {
				t.Fatalf("y[%d] is %v, copied %v, not %v", i, hy[i], part, want)
			}
		}
		compute.Upload(q, y.Slice(0, n/2), part)
		got := make([]float32, n)
		compute.Download(q, got, y)
		for i := range part {
			if got[i] != part[i] {
				t.Fatalf("y[%d] is %v after %v was copied there", i, got[i], part[i])
			}
		}
		if err := q.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Sync(); err != nil {
		t.Fatal(err)
	}
	for i, x := range download(e, own) {
		if want := refReLU(hx[i]); x != want {
			t.Fatalf("own[%d] is %v, not %v", i, x, want)
		}
	}
}

// testQueues runs a forward pass in pieces, a queue each, side by side, and expects
// the bits of one call.
func testQueues(t *testing.T, b compute.Backend) {
	e := newEnv(t, b, "queues")
	m := e.newMLP([]int{203, 0, pongCols, 31, 1})
	x, w1, w2 := e.sparse(m.x, m.rows, m.width, m.cols), upload(e, m.w1, m.cols, m.units), upload(e, m.w2, m.outputs, m.units)
	z, p := compute.New[float32](b, m.rows, 1), compute.New[float32](b, m.rows, 1)
	active := compute.New[uint16](b, m.rows, m.units/compute.Lanes)
	if err := b.Sync(); err != nil { // what the queues read is there
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for lo := 0; lo < m.rows; lo += 50 {
		hi := min(lo+50, m.rows)
		wait.Go(func() {
			q := b.Queue()
			for range 20 {
				q.SparseMLP(z.Slice(lo, hi), active.Slice(lo, hi), x.Slice(lo, hi), w1, w2)
				q.Sigmoid(p.Slice(lo, hi), z.Slice(lo, hi))
			}
			if err := q.Sync(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	wantZ, wantActive := m.forward()
	wantP := make([]float32, len(wantZ))
	for i, z := range wantZ {
		wantP[i] = refSigmoid(z)
	}
	floats{"z", z, wantZ, nil}.check(e)
	floats{"p", p, wantP, nil}.check(e)
	integers[uint16]{"active", active, wantActive}.check(e)
}

// testOrder runs operations that depend on each other without waiting in between.
func testOrder(t *testing.T, b compute.Backend) {
	e := newEnv(t, b, "order")
	const n = 1000
	h := e.normal(n, 1)
	x, y, sum := upload(e, h, n, 1), compute.New[float32](b, n, 1), compute.New[float32](b, 1, 1)
	for range 10 {
		b.Zero(y)
		b.ReLU(y, x)
		b.SumSquares(sum, y)
		b.Zero(y)
	}
	for i := range h {
		h[i] = refReLU(h[i])
	}
	floats{"sum", sum, []float32{refSumSquares(h)}, nil}.check(e)
	floats{"y", y, make([]float32, n), nil}.check(e)
}

// testRecord replays operations and copies with what the arrays hold each time.
func testRecord(t *testing.T, b compute.Backend) {
	e := newEnv(t, b, "record")
	const n = 100
	q := b.Queue()
	x, y := compute.New[float32](b, n, 1), compute.New[float32](b, n, 1)
	hx, hy := compute.Mirror(b, x), compute.Mirror(b, y)
	if err := b.Sync(); err != nil {
		t.Fatal(err)
	}
	replay := q.Record(func() {
		compute.Upload(q, x, hx)
		q.ReLU(y, x)
		compute.Fetch(q, hy, y)
	})
	for round := range 3 {
		copy(hx, e.normal(n, 1))
		replay()
		if err := q.Sync(); err != nil {
			t.Fatal(err)
		}
		for i := range hx {
			if want := refReLU(hx[i]); hy[i] != want {
				t.Fatalf("round %d: y[%d] is %v, not %v", round, i, hy[i], want)
			}
		}
	}
}

// testPanics calls every operation with one operand of a wrong shape.
func testPanics(t *testing.T, b compute.Backend) {
	f := func(rows, cols int) compute.Tensor { return compute.New[float32](b, rows, cols) }
	u8 := func(rows, cols int) compute.Array[uint8] { return compute.New[uint8](b, rows, cols) }
	u16 := func(rows, cols int) compute.Array[uint16] { return compute.New[uint16](b, rows, cols) }
	u32 := func(rows, cols int) compute.Array[uint32] { return compute.New[uint32](b, rows, cols) }
	x := compute.NewSparse(b, 4, 3, 5)
	draw := compute.Draw{Stream: u32(4, 1), Tick: u32(4, 1)}
	g := compute.Window{Height: 4, Width: 5, Channels: 2, Size: 3, Stride: 1, Filters: 7}
	g0 := g
	g0.Stride = 0
	for _, c := range []struct {
		name string
		call func()
	}{
		{"MatMul k", func() { b.MatMul(1, f(2, 3), f(2, 4), f(5, 3), false, false) }},
		{"MatMul c", func() { b.MatMul(1, f(3, 3), f(2, 4), f(4, 3), false, false) }},
		{"MatMul batch", func() { b.MatMul(2, f(3, 3), f(3, 4), f(4, 3), false, false) }},
		{"MatMul no batch", func() { b.MatMul(0, f(2, 3), f(2, 4), f(4, 3), false, false) }},
		{"MatMul transB", func() { b.MatMul(1, f(2, 3), f(2, 4), f(4, 3), false, true) }},
		{"ReLU", func() { b.ReLU(f(2, 3), f(3, 2)) }},
		{"ReLUGrad dx", func() { b.ReLUGrad(f(2, 3), f(2, 4), f(2, 4)) }},
		{"ReLUGrad dy", func() { b.ReLUGrad(f(2, 4), f(2, 3), f(2, 4)) }},
		{"Sigmoid", func() { b.Sigmoid(f(2, 1), f(3, 1)) }},
		{"Softmax", func() { b.Softmax(f(2, 3), f(2, 4)) }},
		{"PolicyGrad d", func() { b.PolicyGrad(f(3, 1), f(2, 1), f(2, 1), u8(2, 1), f(2, 1), f(2, 1), 0) }},
		{"PolicyGrad p", func() { b.PolicyGrad(f(2, 1), f(2, 1), f(2, 2), u8(2, 1), f(2, 1), f(2, 1), 0) }},
		{"PolicyGrad action", func() { b.PolicyGrad(f(2, 1), f(2, 1), f(2, 1), u8(3, 1), f(2, 1), f(2, 1), 0) }},
		{"PolicyGrad advantage", func() { b.PolicyGrad(f(2, 1), f(2, 1), f(2, 1), u8(2, 1), f(2, 2), f(2, 1), 0) }},
		{"PolicyGrad weight", func() { b.PolicyGrad(f(2, 1), f(2, 1), f(2, 1), u8(2, 1), f(2, 1), f(1, 1), 0) }},
		{"LogProb l", func() { b.LogProb(f(3, 1), f(2, 3), u8(2, 1)) }},
		{"LogProb action", func() { b.LogProb(f(2, 1), f(2, 3), u8(2, 3)) }},
		{"LogProb none", func() { b.LogProb(f(2, 1), f(2, 0), u8(2, 1)) }},
		{"LogProb outputs", func() { b.LogProb(f(2, 1), f(2, 257), u8(2, 1)) }},
		{"PPOGrad d", func() { b.PPOGrad(f(2, 1), f(2, 2), u8(2, 1), f(2, 1), f(2, 1), f(2, 1), f(2, 1), 1, 0, 1) }},
		{"PPOGrad z", func() { b.PPOGrad(f(2, 1), f(2, 1), u8(2, 1), f(2, 1), f(2, 1), f(2, 1), f(2, 1), 1, 0, 1) }},
		{"PPOGrad action", func() { b.PPOGrad(f(2, 2), f(2, 2), u8(1, 1), f(2, 1), f(2, 1), f(2, 1), f(2, 1), 1, 0, 1) }},
		{"PPOGrad behaviour", func() { b.PPOGrad(f(2, 2), f(2, 2), u8(2, 1), f(2, 2), f(2, 1), f(2, 1), f(2, 1), 1, 0, 1) }},
		{"PPOGrad advantage", func() { b.PPOGrad(f(2, 2), f(2, 2), u8(2, 1), f(2, 1), f(1, 1), f(2, 1), f(2, 1), 1, 0, 1) }},
		{"PPOGrad target", func() { b.PPOGrad(f(2, 2), f(2, 2), u8(2, 1), f(2, 1), f(2, 1), f(3, 1), f(2, 1), 1, 0, 1) }},
		{"PPOGrad weight", func() { b.PPOGrad(f(2, 2), f(2, 2), u8(2, 1), f(2, 1), f(2, 1), f(2, 1), f(2, 2), 1, 0, 1) }},
		{"PPOGrad outputs", func() { b.PPOGrad(f(2, 258), f(2, 258), u8(2, 1), f(2, 1), f(2, 1), f(2, 1), f(2, 1), 1, 0, 1) }},
		{"RMSProp w", func() { b.RMSProp(f(2, 3), f(2, 4), f(2, 4), 1, 1, 1) }},
		{"RMSProp c", func() { b.RMSProp(f(2, 4), f(2, 3), f(2, 4), 1, 1, 1) }},
		{"Adam w", func() { b.Adam(f(2, 3), f(2, 4), f(2, 4), f(2, 4), 1, 0, 0, 1, 1) }},
		{"Adam m", func() { b.Adam(f(2, 4), f(3, 4), f(2, 4), f(2, 4), 1, 0, 0, 1, 1) }},
		{"Adam v", func() { b.Adam(f(2, 4), f(2, 4), f(4, 2), f(2, 4), 1, 0, 0, 1, 1) }},
		{"Adam step", func() { b.Adam(f(2, 4), f(2, 4), f(2, 4), f(2, 4), 1, 0, 0, 1, 0) }},
		{"AddScaled", func() { b.AddScaled(f(2, 3), f(3, 2), 1) }},
		{"ClipNorm squares", func() { b.ClipNorm(f(2, 3), f(2, 3), 1) }},
		{"ClipNorm limit", func() { b.ClipNorm(f(2, 3), f(2, 1), 0) }},
		{"Blur pixels", func() { b.Blur(f(11, 16), 3, 4, 1) }},
		{"Blur units", func() { b.Blur(f(12, 15), 3, 4, 1) }},
		{"Blur radius", func() { b.Blur(f(12, 16), 3, 4, -1) }},
		{"SumSquares slices", func() { b.SumSquares(f(2, 1), f(3, 3)) }},
		{"SumSquares none", func() { b.SumSquares(f(0, 1), f(3, 3)) }},
		{"SumSquares dst", func() { b.SumSquares(f(3, 2), f(3, 3)) }},
		{"Uniform u", func() { b.Uniform(f(3, 2), 1, 1, u32(3, 1), u32(3, 1), 0) }},
		{"Uniform stream", func() { b.Uniform(f(3, 1), 1, 1, u32(2, 1), u32(3, 1), 0) }},
		{"Uniform tick", func() { b.Uniform(f(3, 1), 1, 1, u32(3, 1), u32(2, 1), 0) }},
		{"Sample action", func() { b.Sample(u8(2, 1), f(3, 2), f(3, 1)) }},
		{"Sample u", func() { b.Sample(u8(3, 1), f(3, 2), f(3, 2)) }},
		{"SparseMatMul y", func() { b.SparseMatMul(f(3, 16), x, f(5, 16)) }},
		{"SparseMatMul w", func() { b.SparseMatMul(f(4, 16), x, f(6, 16)) }},
		{"SparseMatMul units", func() { b.SparseMatMul(f(4, 15), x, f(5, 15)) }},
		{"SparseMatMulGrad dy", func() { b.SparseMatMulGrad(f(5, 16), x, f(3, 16)) }},
		{"SparseMatMulGrad dw", func() { b.SparseMatMulGrad(f(4, 16), x, f(4, 16)) }},
		{"SparseMLP z", func() { b.SparseMLP(f(3, 1), u16(4, 1), x, f(5, 16), f(1, 16)) }},
		{"SparseMLP active", func() { b.SparseMLP(f(4, 1), u16(4, 2), x, f(5, 16), f(1, 16)) }},
		{"SparseMLP w1", func() { b.SparseMLP(f(4, 1), u16(4, 1), x, f(4, 16), f(1, 16)) }},
		{"SparseMLP w2", func() { b.SparseMLP(f(4, 1), u16(4, 1), x, f(5, 16), f(2, 16)) }},
		{"SparseMLP units", func() { b.SparseMLP(f(4, 1), u16(4, 1), x, f(5, 20), f(1, 20)) }},
		{"SparseMLPSample action", func() { b.SparseMLPSample(u8(3, 1), f(4, 1), f(4, 1), u16(4, 1), x, f(5, 16), f(1, 16), draw) }},
		{"SparseMLPSample p", func() { b.SparseMLPSample(u8(4, 1), f(4, 1), f(4, 2), u16(4, 1), x, f(5, 16), f(1, 16), draw) }},
		{"SparseMLPSample z", func() { b.SparseMLPSample(u8(4, 1), f(4, 2), f(4, 2), u16(4, 1), x, f(5, 16), f(1, 16), draw) }},
		{"SparseMLPSample active", func() { b.SparseMLPSample(u8(4, 1), f(4, 1), f(4, 1), u16(4, 2), x, f(5, 16), f(1, 16), draw) }},
		{"SparseMLPSample stream", func() {
			b.SparseMLPSample(u8(4, 1), f(4, 1), f(4, 1), u16(4, 1), x, f(5, 16), f(1, 16), compute.Draw{Stream: u32(3, 1), Tick: u32(4, 1)})
		}},
		{"SparseMLPGrad dw1", func() { b.SparseMLPGrad(f(4, 16), f(1, 16), x, u16(4, 1), f(4, 1), f(5, 16), f(1, 16)) }},
		{"SparseMLPGrad dw2", func() { b.SparseMLPGrad(f(5, 16), f(2, 16), x, u16(4, 1), f(4, 1), f(5, 16), f(1, 16)) }},
		{"SparseMLPGrad d", func() { b.SparseMLPGrad(f(5, 16), f(1, 16), x, u16(4, 1), f(3, 1), f(5, 16), f(1, 16)) }},
		{"SparseMLPGrad active", func() { b.SparseMLPGrad(f(5, 16), f(1, 16), x, u16(3, 1), f(4, 1), f(5, 16), f(1, 16)) }},
		{"SparseImage y", func() { b.SparseImage(f(16, 1), x, compute.NewSparse(b, 5, 1, 3)) }},
		{"SparseImage m", func() { b.SparseImage(f(12, 1), x, compute.NewSparse(b, 4, 1, 3)) }},
		{"SparseImage channels", func() { b.SparseImage(f(4, 2), x, compute.NewSparse(b, 5, 1, 3)) }},
		{"Conv y", func() { b.Conv(f(5, 7), f(20, 2), f(18, 7), g) }},
		{"Conv x", func() { b.Conv(f(6, 7), f(20, 1), f(18, 7), g) }},
		{"Conv w", func() { b.Conv(f(6, 7), f(20, 2), f(17, 7), g) }},
		{"Conv window", func() { b.Conv(f(6, 7), f(20, 2), f(18, 7), g0) }},
		{"ConvGrad dw", func() { b.ConvGrad(f(18, 6), f(20, 2), f(6, 7), g) }},
		{"ConvGrad x", func() { b.ConvGrad(f(18, 7), f(21, 2), f(6, 7), g) }},
		{"ConvGrad dy", func() { b.ConvGrad(f(18, 7), f(20, 2), f(12, 7), g) }},
		{"ConvInputGrad dx", func() { b.ConvInputGrad(f(20, 3), f(6, 7), f(18, 7), g) }},
		{"ConvInputGrad dy", func() { b.ConvInputGrad(f(20, 2), f(6, 6), f(18, 7), g) }},
		{"ConvInputGrad w", func() { b.ConvInputGrad(f(20, 2), f(6, 7), f(7, 18), g) }},
		{"Upload", func() { compute.Upload(b, f(2, 2), make([]float32, 3)) }},
		{"Download", func() { compute.Download(b, make([]float32, 3), f(2, 2)) }},
		{"New", func() { f(-1, 2) }},
		{"NewSparse", func() { compute.NewSparse(b, 1, 1, compute.MaxSparseCols+1) }},
		{"Slice", func() { f(2, 2).Slice(1, 3) }},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic for a wrong shape", c.name)
				}
			}()
			c.call()
		}()
	}
}
