package computetest

import (
	"fmt"
	"math"
	"testing"

	"pongpg/trainer/compute"
)

// Each gradient is compared with central differences of an objective computed in
// float64. With a step of 1e-5 the differences themselves are good to about 1e-10
// of the objective's terms, which is far inside compute.Bound.
const step = 1e-5

// objective is a function of some parameters, and the gradient that the backend
// says it has.
type objective struct {
	name  string
	theta []float32
	value func(theta []float64) float64
	got   []float32
	slack func(i int) float64
}

func testGradients(t *testing.T, b compute.Backend) {
	for _, c := range []struct {
		name  string
		build func(e *env) []objective
	}{
		{"ReLU", reluObjective},
		{"policy of 1 output", func(e *env) []objective { return policyObjective(e, 1) }},
		{"policy of 6 outputs", func(e *env) []objective { return policyObjective(e, 6) }},
		{"PPO of 1 output", func(e *env) []objective { return ppoObjective(e, 1) }},
		{"PPO of 6 outputs", func(e *env) []objective { return ppoObjective(e, 6) }},
		{"MatMul", matMulObjective},
		{"SparseMatMul", sparseObjective},
		{"Conv", convObjective},
		{"SparseMLP of 1 output", func(e *env) []objective { return mlpObjective(e, 1) }},
		{"SparseMLP of 6 outputs", func(e *env) []objective { return mlpObjective(e, 6) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEnv(t, b, "gradient of "+c.name)
			var worst margin
			for _, o := range c.build(e) {
				worst = worst.or(o.check(e))
			}
			t.Logf("at most %.2g of the bound (%s)", worst.ratio(), worst.where)
		})
	}
}

// check compares at most 200 elements of the gradient, spread evenly.
func (o objective) check(e *env) (worst margin) {
	e.Helper()
	theta := make([]float64, len(o.theta))
	for i, x := range o.theta {
		theta[i] = float64(x)
	}
	for i := 0; i < len(theta); i += 1 + len(theta)/200 {
		at := theta[i]
		theta[i] = at + step
		up := o.value(theta)
		theta[i] = at - step
		down := o.value(theta)
		theta[i] = at
		want := (up - down) / (2 * step)
		slack := o.slack(i) + 1e-9*(1+math.Abs(up))
		err := math.Abs(float64(o.got[i]) - want)
		if !(err <= slack) {
			e.fail("d/d%s[%d] is %v, by differences %v: %.3g apart, more than %.3g", o.name, i, o.got[i], want, err, slack)
			return worst
		}
		worst = worst.or(margin{err, slack, o.name})
	}
	return worst
}

// reluObjective is Σ c∘ReLU(x).
func reluObjective(e *env) []objective {
	const rows, cols = 7, 31
	hx, hc := e.normal(rows*cols, 1), e.normal(rows*cols, 1)
	y, dx, dy := upload(e, hx, rows, cols), compute.New[float32](e.b, rows, cols), upload(e, hc, rows, cols)
	e.b.ReLU(y, y)
	e.b.ReLUGrad(dx, dy, y)
	value := func(x []float64) (sum float64) {
		for i, x := range x {
			sum += float64(hc[i]) * math.Max(0, x)
		}
		return sum
	}
	return []objective{{"x", hx, value, download(e, dx), func(i int) float64 { return compute.Bound(1, math.Abs(float64(hc[i]))) }}}
}

// policyObjective is Σ weight·(A·ln π(a) + β·H(π)) of the logits.
func policyObjective(e *env, k int) []objective {
	const rows, entropy = 50, 0.25
	hz, hadv, hact := e.normal(rows*k, 2), e.normal(rows, 1), e.below(rows, max(k, 2))
	hweight := e.normal(rows, 0.125)
	z, p, d := upload(e, hz, rows, k), compute.New[float32](e.b, rows, k), compute.New[float32](e.b, rows, k)
	if k == 1 {
		e.b.Sigmoid(p, z)
	} else {
		e.b.Softmax(p, z)
	}
	e.b.PolicyGrad(d, z, p, upload(e, hact, rows, 1), upload(e, hadv, rows, 1), upload(e, hweight, rows, 1), entropy)
	value := func(z []float64) (sum float64) {
		for i := range rows {
			logits := z[i*k : (i+1)*k]
			if k == 1 {
				logits = []float64{0, logits[0]} // σ(z) is the softmax of 0 and z
			}
			p, logP := softmax64(logits)
			weight := float64(hweight[i])
			sum += weight * float64(hadv[i]) * logP[hact[i]]
			for j := range p {
				sum -= weight * entropy * p[j] * logP[j]
			}
		}
		return sum
	}
	ex := func(i int) float64 { // the terms of d, with p at most 1 and |ln p| at most the spread of z
		row := hz[i/k*k : i/k*k+k]
		var spread float64
		for _, z := range row {
			spread = math.Max(spread, math.Abs(float64(z)))
		}
		return compute.Bound(k, math.Abs(float64(hweight[i/k]))*(2*math.Abs(float64(hadv[i/k]))+entropy*(4*spread+4)))
	}
	return []objective{{"z", hz, value, download(e, d), ex}}
}

// matMulObjective is Σ g∘(a·b), whose gradients are g·bᵀ and aᵀ·g.
func matMulObjective(e *env) []objective {
	const m, n, k = 9, 8, 33
	ha, hb, hg := e.normal(m*k, 1), e.normal(k*n, 1), e.normal(m*n, 1)
	a, b, g := upload(e, ha, m, k), upload(e, hb, k, n), upload(e, hg, m, n)
	da, db := compute.New[float32](e.b, m, k), compute.New[float32](e.b, k, n)
	e.b.MatMul(1, da, g, b, false, true)
	e.b.MatMul(1, db, a, g, true, false)
	product := func(a, b []float64) (sum float64) {
		for i := range m {
			for j := range n {
				for l := range k {
					sum += float64(hg[i*n+j]) * a[i*k+l] * b[l*n+j]
				}
			}
		}
		return sum
	}
	slack := func(int) float64 { return compute.Bound(m+n, 4*(m+n)) } // |g·b| is below 4 on average over a row
	return []objective{
		{"a", ha, func(a []float64) float64 { return product(a, widen(hb)) }, download(e, da), slack},
		{"b", hb, func(b []float64) float64 { return product(widen(ha), b) }, download(e, db), slack},
	}
}

func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, x := range x {
		y[i] = float64(x)
	}
	return y
}

// sparseObjective is Σ c∘(x·w).
func sparseObjective(e *env) []objective {
	const rows, width, cols = 40, 5, 33
	hx := e.rows(rows, width, cols)
	hw, units := e.weights(cols, 31, 1)
	hc, _ := e.weights(rows, 31, 1)
	dw := compute.New[float32](e.b, cols, units)
	e.b.SparseMatMulGrad(dw, e.sparse(hx, rows, width, cols), upload(e, hc, rows, units))
	terms := make([]float64, len(hw))
	for i := range rows {
		for _, c := range decode(hx, width, i) {
			for j := range units {
				terms[c.col*units+j] += math.Abs(float64(hc[i*units+j]))
			}
		}
	}
	value := func(w []float64) (sum float64) {
		for i := range rows {
			for _, c := range decode(hx, width, i) {
				for j := range units {
					sum += float64(hc[i*units+j]) * float64(c.sign) * w[c.col*units+j]
				}
			}
		}
		return sum
	}
	return []objective{{"w", hw, value, download(e, dw), func(i int) float64 { return compute.Bound(rows, terms[i]) }}}
}

// convObjective is Σ dy∘Conv(x, w).
func convObjective(e *env) []objective {
	c := e.newConv([]int{3, 7, 6, 2, 3, 2, 5, 800})
	x, w, dy := c.arrays(e)
	dw, dx := compute.New[float32](e.b, w.Rows, w.Cols), compute.New[float32](e.b, x.Rows, x.Cols)
	e.b.ConvGrad(dw, x, dy, c.g)
	e.b.ConvInputGrad(dx, dy, w, c.g)
	value := func(x, w []float64) (sum float64) {
		c.each(func(_, ix, iw, iy int) { sum += x[ix] * w[iw] * float64(c.dy[iy]) })
		return sum
	}
	_, exW := c.gradient()
	_, exX := c.inputGradient()
	return []objective{
		{"w", c.w, func(w []float64) float64 { return value(widen(c.x), w) }, download(e, dw), func(i int) float64 { return exW[i].slack }},
		{"x", c.x, func(x []float64) float64 { return value(x, widen(c.w)) }, download(e, dx), func(i int) float64 { return exX[i].slack }},
	}
}

// mlpObjective is Σ d∘z(x, w1, w2). Its value in float64 keeps the units active that
// the backend says are: at a kink closer than the step, differences would see another
// function.
func mlpObjective(e *env, outputs int) []objective {
	m := e.newMLP([]int{60, 5, 33, 31, outputs})
	hd := e.normal(m.rows*outputs, 1)
	x, w1, w2 := e.sparse(m.x, m.rows, m.width, m.cols), upload(e, m.w1, m.cols, m.units), upload(e, m.w2, outputs, m.units)
	z, d := compute.New[float32](e.b, m.rows, outputs), upload(e, hd, m.rows, outputs)
	active := compute.New[uint16](e.b, m.rows, m.units/compute.Lanes)
	e.b.SparseMLP(z, active, x, w1, w2)
	dw1, dw2 := compute.New[float32](e.b, m.cols, m.units), compute.New[float32](e.b, outputs, m.units)
	e.b.SparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	ha := download(e, active)
	value := func(w1, w2 []float64) (sum float64) {
		for i := range m.rows {
			row := decode(m.x, m.width, i)
			for j := range m.units {
				if !isActive(ha[i*m.units/compute.Lanes:], j) {
					continue
				}
				var h float64
				for _, c := range row {
					h += float64(c.sign) * w1[c.col*m.units+j]
				}
				for k := range outputs {
					sum += float64(hd[i*outputs+k]) * h * w2[k*m.units+j]
				}
			}
		}
		return sum
	}
	ex1, ex2 := m.exactBackward(ha, hd)
	at := func(ex []exact) func(int) float64 { return func(i int) float64 { return ex[i].slack } }
	return []objective{
		{"w1", m.w1, func(w1 []float64) float64 { return value(w1, widen(m.w2)) }, download(e, dw1), at(ex1)},
		{fmt.Sprintf("w2 of %d outputs", outputs), m.w2, func(w2 []float64) float64 { return value(widen(m.w1), w2) }, download(e, dw2), at(ex2)},
	}
}
