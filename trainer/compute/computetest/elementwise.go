package computetest

import (
	"math"

	"pongpg/trainer/compute"
)

// tiny is the error of a result below the smallest normal float32.
const tiny = 1.0 / (1 << 126)

// rows, cols
func buildZero(e *env, dim []int) instance {
	n := dim[0] * dim[1]
	x := upload(e, e.normal(n, 1), dim[0], dim[1])
	return instance{
		func() { e.b.Zero(x) },
		[]output{floats{"x", x, make([]float32, n), nil}}, n,
	}
}

// batch, m, n, k, transA, transB
func buildMatMul(e *env, dim []int) instance {
	batch, m, n, k := dim[0], dim[1], dim[2], dim[3]
	transA, transB := dim[4] == 1, dim[5] == 1
	ha, hb := e.normal(batch*m*k, 1), e.normal(batch*k*n, 1)
	var want []exact
	for i := 0; i < batch && batch*m*n*k < 1<<24; i++ { // not for benchmarks
		for r := range m {
			for c := range n {
				var sum, abs float64
				for j := range k {
					ai, bi := r*k+j, j*n+c
					if transA {
						ai = j*m + r
					}
					if transB {
						bi = c*k + j
					}
					p := float64(ha[i*m*k+ai]) * float64(hb[i*k*n+bi])
					sum, abs = sum+p, abs+math.Abs(p)
				}
				want = append(want, exact{sum, compute.Bound(k, abs)})
			}
		}
	}
	ar, ac, br, bc := m, k, k, n
	if transA {
		ar, ac = k, m
	}
	if transB {
		br, bc = n, k
	}
	a, b := upload(e, ha, batch*ar, ac), upload(e, hb, batch*br, bc)
	c := upload(e, e.normal(batch*m*n, 1), batch*m, n) // what was there must not matter
	return instance{
		func() { e.b.MatMul(batch, c, a, b, transA, transB) },
		[]output{floats{"c", c, nil, want}}, batch * m * n * k,
	}
}

// rows, cols
func buildReLU(e *env, dim []int) instance {
	n := dim[0] * dim[1]
	hx := e.normal(n, 1)
	want := make([]float32, n)
	for i := range want {
		want[i] = refReLU(hx[i])
	}
	x, y, alias := upload(e, hx, dim[0], dim[1]), compute.New[float32](e.b, dim[0], dim[1]), upload(e, hx, dim[0], dim[1])
	return instance{
		func() { e.b.ReLU(y, x); e.b.ReLU(alias, alias) },
		[]output{floats{"y", y, want, nil}, floats{"x", x, hx, nil}, floats{"y over x", alias, want, nil}}, 2 * n,
	}
}

// rows, cols
func buildReLUGrad(e *env, dim []int) instance {
	n := dim[0] * dim[1]
	hy, hd := e.normal(n, 1), e.normal(n, 1)
	want := make([]float32, n)
	for i := range want {
		if hy[i] = refReLU(hy[i]); hy[i] > 0 {
			want[i] = hd[i]
		}
	}
	y, dy, alias := upload(e, hy, dim[0], dim[1]), upload(e, hd, dim[0], dim[1]), upload(e, hd, dim[0], dim[1])
	dx := compute.New[float32](e.b, dim[0], dim[1])
	return instance{
		func() { e.b.ReLUGrad(dx, dy, y); e.b.ReLUGrad(alias, alias, y) },
		[]output{floats{"dx", dx, want, nil}, floats{"dy", dy, hd, nil}, floats{"dx over dy", alias, want, nil}}, 2 * n,
	}
}

// rows, cols
func buildRMSProp(e *env, dim []int) instance {
	const lr, decay, eps = 1e-3, 0.99, 1e-5
	rows, cols := dim[0], dim[1]
	n := rows * cols
	hw, hg, hc := e.normal(n, 1), e.normal(n, 1), e.unit(n)
	wantW, wantC, exW, exC := make([]float32, n), make([]float32, n), make([]exact, n), make([]exact, n)
	for i := range n {
		wantW[i], wantC[i] = refRMSProp(hw[i], hc[i], hg[i], lr, decay, eps)
		w, c, g := float64(hw[i]), float64(hc[i]), float64(hg[i])
		d := float64(float32(decay))
		c = d*c + (1-d)*g*g
		step := float64(float32(lr)) * g / (math.Sqrt(c) + float64(float32(eps)))
		exC[i] = exact{c, compute.Bound(2, c)}
		exW[i] = exact{w + step, compute.Bound(2, math.Abs(w)+math.Abs(step))}
	}
	w, c, g := upload(e, hw, rows, cols), upload(e, hc, rows, cols), upload(e, hg, rows, cols)
	return instance{
		func() { e.b.RMSProp(w, c, g, lr, decay, eps) },
		[]output{floats{"w", w, wantW, exW}, floats{"c", c, wantC, exC}, floats{"g", g, hg, nil}}, n,
	}
}

// rows, cols, slices
func buildSumSquares(e *env, dim []int) instance {
	rows, cols, slices := dim[0], dim[1], dim[2]
	hx := e.normal(rows*cols, 1)
	want, ex := make([]float32, slices), make([]exact, slices)
	for i := range want {
		x := hx[len(hx)/slices*i : len(hx)/slices*(i+1)]
		var sum float64
		for _, x := range x {
			sum += float64(x) * float64(x)
		}
		want[i], ex[i] = refSumSquares(x), exact{sum, compute.Bound(len(x), sum)}
	}
	x, dst := upload(e, hx, rows, cols), upload(e, e.normal(slices, 1), slices, 1)
	return instance{
		func() { e.b.SumSquares(dst, x) },
		[]output{floats{"dst", dst, want, ex}}, len(hx),
	}
}
