package computetest

import (
	"math"
	"testing"

	"pongpg/trainer/compute"
)

// testFused compares each fused or sparse operation with the operations that it
// stands for, on the backend itself. Neither side is exact, so they may be two
// bounds apart.
func testFused(t *testing.T, b compute.Backend) {
	for _, dim := range [][]int{{33, 6, 127, 127, 1}, {65, 0, pongCols, 16, 1}, {31, 2, 31, 200, 6}} {
		e := newEnv(t, b, "fused")
		m := e.newMLP(dim)
		worst := e.fusedSparse(m).or(e.fusedMLP(m))
		t.Logf("%v: at most %.2g of the bound (%s)", dim, worst.ratio(), worst.where)
	}
}

// near compares two results within twice the slack.
func (e *env) near(name string, got, parts compute.Tensor, ex []exact) (worst margin) {
	e.Helper()
	want := download(e, parts)
	for i, g := range download(e, got) {
		err, slack := math.Abs(float64(g)-float64(want[i])), 2*ex[i].slack
		if !(err <= slack) {
			e.fail("%s[%d] is %v, of its parts %v: %.3g apart, more than %.3g", name, i, g, want[i], err, slack)
			return worst
		}
		worst = worst.or(margin{err, slack, name})
	}
	return worst
}

// dense returns x as a dense matrix.
func (e *env) dense(m mlp) compute.Tensor {
	x := make([]float32, m.rows*m.cols)
	for i := range m.rows {
		for _, c := range decode(m.x, m.width, i) {
			x[i*m.cols+c.col] += c.sign
		}
	}
	return upload(e, x, m.rows, m.cols)
}

// fusedSparse compares SparseMatMul and SparseMatMulGrad with MatMul.
func (e *env) fusedSparse(m mlp) margin {
	x, dense := e.sparse(m.x, m.rows, m.width, m.cols), e.dense(m)
	w := upload(e, m.w1, m.cols, m.units)
	y, yParts := compute.New[float32](e.b, m.rows, m.units), compute.New[float32](e.b, m.rows, m.units)
	e.b.SparseMatMul(y, x, w)
	e.b.MatMul(1, yParts, dense, w, false, false)
	dw, dwParts := compute.New[float32](e.b, m.cols, m.units), compute.New[float32](e.b, m.cols, m.units)
	e.b.SparseMatMulGrad(dw, x, y)
	e.b.MatMul(1, dwParts, dense, y, true, false)

	hy := download(e, y)
	absY, nY := make([]float64, len(hy)), make([]int, len(hy))
	absW, nW := make([]float64, len(m.w1)), make([]int, len(m.w1))
	for i := range m.rows {
		for _, c := range decode(m.x, m.width, i) {
			for j := range m.units {
				at, from := i*m.units+j, c.col*m.units+j
				absY[at], nY[at] = absY[at]+math.Abs(float64(m.w1[from])), nY[at]+1
				absW[from], nW[from] = absW[from]+math.Abs(float64(hy[at])), nW[from]+1
			}
		}
	}
	return e.near("SparseMatMul", y, yParts, bounded(absY, absY, nY)).
		or(e.near("SparseMatMulGrad", dw, dwParts, bounded(absW, absW, nW)))
}

// fusedMLP compares SparseMLP and SparseMLPGrad with what they fuse.
func (e *env) fusedMLP(m mlp) (worst margin) {
	b := e.b
	x, w1, w2 := e.sparse(m.x, m.rows, m.width, m.cols), upload(e, m.w1, m.cols, m.units), upload(e, m.w2, m.outputs, m.units)
	z, zParts := compute.New[float32](b, m.rows, m.outputs), compute.New[float32](b, m.rows, m.outputs)
	active := compute.New[uint16](b, m.rows, m.units/compute.Lanes)
	b.SparseMLP(z, active, x, w1, w2)
	h := compute.New[float32](b, m.rows, m.units)
	b.SparseMatMul(h, x, w1)
	b.ReLU(h, h)
	b.MatMul(1, zParts, h, w2, false, true)
	worst = e.near("SparseMLP z", z, zParts, m.exactForward())
	want := refActive(download(e, h))
	for i, a := range download(e, active) {
		if a != want[i] {
			e.fail("SparseMLP active[%d] is %#x, of its parts %#x", i, a, want[i])
			return worst
		}
	}

	hd := e.normal(m.rows*m.outputs, 1)
	for i := m.rows / 3; i < m.rows/2; i++ { // decisions that do not count
		clear(hd[i*m.outputs : (i+1)*m.outputs])
	}
	d := upload(e, hd, m.rows, m.outputs)
	dw1, dw2 := compute.New[float32](b, m.cols, m.units), compute.New[float32](b, m.outputs, m.units)
	b.SparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	dw1Parts, dw2Parts := compute.New[float32](b, m.cols, m.units), compute.New[float32](b, m.outputs, m.units)
	dh := compute.New[float32](b, m.rows, m.units)
	b.MatMul(1, dw2Parts, d, h, true, false)
	b.MatMul(1, dh, d, w2, false, false)
	b.ReLUGrad(dh, dh, h)
	b.SparseMatMulGrad(dw1Parts, x, dh)
	ex1, ex2 := m.exactBackward(want, hd)
	return worst.or(e.near("SparseMLPGrad dw1", dw1, dw1Parts, ex1)).or(e.near("SparseMLPGrad dw2", dw2, dw2Parts, ex2))
}
