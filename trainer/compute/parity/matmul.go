package parity

import (
	"fmt"
	"math"

	"pongpg/trainer/compute"
)

// MatMul implements compute.Backend. Each product must be within compute.Bound of exact,
// where no sum comes near the largest float32. The reference's is then the tested device's
// too.
func (p *Backend) MatMul(batch int, c, a, b compute.Tensor, transA, transB bool) {
	if p.failed() {
		return
	}
	call := p.begin("MatMul")
	ca, cb := pair(p, c)
	aa, ab := pair(p, a)
	ba, bb := pair(p, b)
	p.a.MatMul(batch, ca, aa, ba, transA, transB)
	p.b.MatMul(batch, cb, ab, bb, transA, transB)
	x := &product{batch: batch, c: c, transA: transA, transB: transB, inner: a.Cols}
	if transA && batch > 0 {
		x.inner = a.Rows / batch
	}
	x.a, x.b = values(p.a, aa), values(p.a, ba)
	gotA, gotB := values(p.a, ca), values(p.b, cb)
	if p.Sync() != nil {
		return
	}
	p.shared.counts.compared("MatMul", c.Len())
	for i := range gotA {
		if x.within(i, gotA[i]) && x.within(i, gotB[i]) {
			continue
		}
		bitsA, bitsB := math.Float32bits(gotA[i]), math.Float32bits(gotB[i])
		p.fail(&Difference{
			Operation: "MatMul", Call: call, Output: "c", Row: i / c.Cols, Col: i % c.Cols,
			A: bitsA, B: bitsB, ULP: floatElement.distance(bitsA, bitsB),
			Reference: p.a.Name(), Tested: p.b.Name(), product: x,
		})
		return
	}
	if len(gotA) > 0 {
		compute.Upload(p.b, cb, gotA)
		p.fail(p.b.Sync())
	}
}

// values returns a copy of a tensor.
func values(b compute.Backend, x compute.Tensor) []float32 {
	host := make([]float32, x.Len())
	if len(host) > 0 {
		compute.Download(b, host, x)
	}
	return host
}

// product is a MatMul and, of the element that was last looked at, the exact value and
// the bound.
type product struct {
	batch          int
	c              compute.Tensor // the shape of the result
	a, b           []float32
	transA, transB bool
	inner          int // terms of a sum

	exact, bound float64
}

// within reports whether element i is as near to exact as it must be.
func (x *product) within(i int, got float32) bool {
	rows, cols := x.c.Rows/x.batch, x.c.Cols
	matrix, row, col := i/cols/rows, i/cols%rows, i%cols
	a, b := x.a[matrix*rows*x.inner:], x.b[matrix*x.inner*cols:]
	sumAbs := 0.0
	x.exact = 0
	for k := range x.inner {
		atA, atB := row*x.inner+k, k*cols+col
		if x.transA {
			atA = k*rows + row
		}
		if x.transB {
			atB = col*x.inner + k
		}
		term := float64(a[atA]) * float64(b[atB])
		x.exact += term
		sumAbs += math.Abs(term)
	}
	if !(sumAbs < math.MaxFloat32/2) { // Inf and NaN included: depends on the order
		return true
	}
	// Beside its bound, a product below the least float32 may be lost altogether.
	x.bound = compute.Bound(x.inner, sumAbs) + float64(x.inner)*math.SmallestNonzeroFloat32
	return math.Abs(float64(got)-x.exact) <= x.bound
}

func (x *product) text() string {
	return fmt.Sprintf(": exactly it is %v, from which no more than %.3g may be missing", x.exact, x.bound)
}
