package computetest

import (
	"math"

	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// entries returns sparse rows for the dimensions rows, width, columns, and the width.
func (e *env) entries(dim []int) (x []uint16, width int) {
	if dim[1] == 0 {
		return e.pong(dim[0]), pongWidth
	}
	return e.rows(dim[0], dim[1], dim[2]), dim[1]
}

// benchmarked reports whether an instance is too large to compute in float64.
func benchmarked(dim []int) bool { return dim[0] > 8192 }

// rows, width, columns, units
func buildSparseMatMul(e *env, dim []int) instance {
	rows, cols := dim[0], dim[2]
	hx, width := e.entries(dim)
	hw, units := e.weights(cols, dim[3], 1)
	var want []float32
	var ex []exact
	for i := 0; i < rows && !benchmarked(dim); i++ {
		row := decode(hx, width, i)
		want = append(want, refSparseRow(row, hw, units)...)
		for j := range units {
			var sum, abs float64
			for _, c := range row {
				w := float64(c.sign) * float64(hw[c.col*units+j])
				sum, abs = sum+w, abs+math.Abs(w)
			}
			ex = append(ex, exact{sum, compute.Bound(len(row), abs)})
		}
	}
	x, w := e.sparse(hx, rows, width, cols), upload(e, hw, cols, units)
	y := upload(e, e.normal(rows*units, 1), rows, units)
	return instance{
		func() { e.b.SparseMatMul(y, x, w) },
		[]output{floats{"y", y, want, ex}}, rows,
	}
}

// rows, width, columns, units
func buildSparseMatMulGrad(e *env, dim []int) instance {
	rows, cols := dim[0], dim[2]
	hx, width := e.entries(dim)
	hdy, units := e.weights(rows, dim[3], 1)
	hdw, _ := e.weights(cols, dim[3], 1)
	want := append([]float32(nil), hdw...)
	sum, abs, n := make([]float64, len(hdw)), make([]float64, len(hdw)), make([]int, len(hdw))
	for i, w := range hdw {
		sum[i], abs[i], n[i] = float64(w), math.Abs(float64(w)), 1
	}
	for i := 0; i < rows && !benchmarked(dim); i++ {
		row := decode(hx, width, i)
		refScatter(want, row, hdy[i*units:(i+1)*units])
		for _, c := range row {
			for j := range units {
				d := float64(c.sign) * float64(hdy[i*units+j])
				at := c.col*units + j
				sum[at], abs[at], n[at] = sum[at]+d, abs[at]+math.Abs(d), n[at]+1
			}
		}
	}
	x, dy, dw := e.sparse(hx, rows, width, cols), upload(e, hdy, rows, units), upload(e, hdw, cols, units)
	return instance{
		func() { e.b.SparseMatMulGrad(dw, x, dy) },
		[]output{floats{"dw", dw, want, bounded(sum, abs, n)}}, rows,
	}
}

// bounded returns sums of n terms with their bounds.
func bounded(sum, abs []float64, n []int) (ex []exact) {
	for i := range sum {
		ex = append(ex, exact{sum[i], compute.Bound(n[i], abs[i])})
	}
	return ex
}

// newMLP makes up the policy's inputs.
func (e *env) newMLP(dim []int) mlp {
	m := mlp{rows: dim[0], cols: dim[2], outputs: dim[4]}
	m.x, m.width = e.entries(dim)
	m.w1, m.units = e.weights(dim[2], dim[3], 0.5)
	m.w2, _ = e.weights(dim[4], dim[3], 0.2)
	return m
}

// rows, width, columns, units, outputs
func buildSparseMLP(e *env, dim []int) instance {
	m := e.newMLP(dim)
	var wantZ []float32
	var wantActive []uint16
	var ex []exact
	if !benchmarked(dim) {
		wantZ, wantActive = m.forward()
		ex = m.exactForward()
	}
	x, w1, w2 := e.sparse(m.x, m.rows, m.width, m.cols), upload(e, m.w1, m.cols, m.units), upload(e, m.w2, m.outputs, m.units)
	z := upload(e, e.normal(m.rows*m.outputs, 1), m.rows, m.outputs)
	active := compute.New[uint16](e.b, m.rows, m.units/compute.Lanes)
	outputs := []output{floats{"z", z, wantZ, ex}, integers[uint16]{"active", active, wantActive}}
	return instance{func() { e.b.SparseMLP(z, active, x, w1, w2) }, outputs, m.rows}
}

// rows, width, columns, units, outputs
func buildSparseMLPSample(e *env, dim []int) instance {
	m := e.newMLP(dim)
	draw := compute.Draw{Seed: 1 << 40, Purpose: philox.PurposeAction, After: 5}
	hs, ht := e.words(m.rows), e.words(m.rows)
	var wantZ, wantP []float32
	var wantActive []uint16
	var wantAction []uint8
	if !benchmarked(dim) {
		wantZ, wantActive = m.forward()
		for i := range m.rows {
			p := refSoftmax(wantZ[i*m.outputs : (i+1)*m.outputs])
			if m.outputs == 1 {
				p[0] = refSigmoid(wantZ[i])
			}
			wantP = append(wantP, p...)
			wantAction = append(wantAction, refSample(p, refUniform(draw, hs[i], ht[i])))
		}
	}
	x, w1, w2 := e.sparse(m.x, m.rows, m.width, m.cols), upload(e, m.w1, m.cols, m.units), upload(e, m.w2, m.outputs, m.units)
	z, p := upload(e, e.normal(m.rows*m.outputs, 1), m.rows, m.outputs), upload(e, e.normal(m.rows*m.outputs, 1), m.rows, m.outputs)
	active, action := compute.New[uint16](e.b, m.rows, m.units/compute.Lanes), upload(e, e.below(m.rows, 255), m.rows, 1)
	draw.Stream, draw.Tick = upload(e, hs, m.rows, 1), upload(e, ht, m.rows, 1)
	outputs := []output{
		floats{"z", z, wantZ, nil}, integers[uint16]{"active", active, wantActive},
		floats{"p", p, wantP, nil}, integers[uint8]{"action", action, wantAction},
	}
	return instance{func() { e.b.SparseMLPSample(action, z, p, active, x, w1, w2, draw) }, outputs, m.rows}
}

// exactForward returns z: an error of h, at most Bound of its terms, is an error of
// z by the factor |w2|, and the sum over the units adds its own.
func (m mlp) exactForward() (z []exact) {
	for i := range m.rows {
		row := decode(m.x, m.width, i)
		for k := range m.outputs {
			var sum, abs, carried float64
			for j := range m.units {
				var h, absH float64
				for _, c := range row {
					w := float64(c.sign) * float64(m.w1[c.col*m.units+j])
					h, absH = h+w, absH+math.Abs(w)
				}
				w2 := float64(m.w2[k*m.units+j])
				sum += math.Max(0, h) * w2
				abs += math.Abs(math.Max(0, h) * w2)
				carried += compute.Bound(len(row), absH) * math.Abs(w2)
			}
			z = append(z, exact{sum, compute.Bound(m.units, abs) + carried})
		}
	}
	return z
}

// rows, width, columns, units, outputs
func buildSparseMLPGrad(e *env, dim []int) instance {
	m := e.newMLP(dim)
	hd := e.normal(m.rows*m.outputs, 1)
	var active []uint16
	var wantW1, wantW2 []float32
	var exW1, exW2 []exact
	if benchmarked(dim) {
		for range m.rows * m.units / compute.Lanes {
			active = append(active, uint16(e.rng.Uint32()))
		}
	} else {
		_, active = m.forward()
		wantW1, wantW2 = m.backward(active, hd)
		exW1, exW2 = m.exactBackward(active, hd)
	}
	x, w1, w2 := e.sparse(m.x, m.rows, m.width, m.cols), upload(e, m.w1, m.cols, m.units), upload(e, m.w2, m.outputs, m.units)
	act, d := upload(e, active, m.rows, m.units/compute.Lanes), upload(e, hd, m.rows, m.outputs)
	dw1 := upload(e, e.normal(len(m.w1), 1), m.cols, m.units)
	dw2 := upload(e, e.normal(len(m.w2), 1), m.outputs, m.units)
	outputs := []output{floats{"dw1", dw1, wantW1, exW1}, floats{"dw2", dw2, wantW2, exW2}}
	return instance{func() { e.b.SparseMLPGrad(dw1, dw2, x, act, d, w1, w2) }, outputs, m.rows}
}

// exactBackward returns dw1 and dw2 in the form by rows, h computed again, for
// which the form by columns is only other algebra: both have the same terms
// ±d·w1 and ±d·w2.
func (m mlp) exactBackward(active []uint16, d []float32) (dw1, dw2 []exact) {
	blocks := m.units / compute.Lanes
	sum1, abs1, n1 := make([]float64, len(m.w1)), make([]float64, len(m.w1)), make([]int, len(m.w1))
	sum2, abs2, n2 := make([]float64, len(m.w2)), make([]float64, len(m.w2)), make([]int, len(m.w2))
	for i := range m.rows {
		row := decode(m.x, m.width, i)
		for j := range m.units {
			if !isActive(active[i*blocks:], j) {
				continue
			}
			for k := range m.outputs {
				dk, at2 := float64(d[i*m.outputs+k]), k*m.units+j
				for _, c := range row {
					at1 := c.col*m.units + j
					h, dh := float64(c.sign)*float64(m.w1[at1])*dk, float64(c.sign)*float64(m.w2[at2])*dk
					sum2[at2], abs2[at2], n2[at2] = sum2[at2]+h, abs2[at2]+math.Abs(h), n2[at2]+1
					sum1[at1], abs1[at1], n1[at1] = sum1[at1]+dh, abs1[at1]+math.Abs(dh), n1[at1]+1
				}
			}
		}
	}
	return bounded(sum1, abs1, n1), bounded(sum2, abs2, n2)
}
