package computetest

import (
	"math"

	"pongpg/trainer/compute"
)

// rows, cols; the step depends on cols
func buildAdam(e *env, dim []int) instance {
	const lr, beta1, beta2, eps = 1e-3, 0.9, 0.999, 1e-5
	rows, cols := dim[0], dim[1]
	n, t := rows*cols, int64(cols)
	hw, hm, hv, hg := e.normal(n, 1), e.normal(n, 1), e.unit(n), e.normal(n, 1)
	wantW, wantM, wantV := make([]float32, n), make([]float32, n), make([]float32, n)
	exW, exM, exV := make([]exact, n), make([]exact, n), make([]exact, n)
	b1, b2 := float64(float32(beta1)), float64(float32(beta2))
	correction1, correction2 := 1-math.Pow(b1, float64(t)), 1-math.Pow(b2, float64(t))
	for i := range n {
		wantW[i], wantM[i], wantV[i] = refAdam(hw[i], hm[i], hv[i], hg[i], lr, beta1, beta2, eps, t)
		w, g := float64(hw[i]), float64(hg[i])
		m, v := b1*float64(hm[i])+(1-b1)*g, b2*float64(hv[i])+(1-b2)*g*g
		absM := b1*math.Abs(float64(hm[i])) + (1-b1)*math.Abs(g)
		scale := float64(float32(lr)) / correction1 / (math.Sqrt(v/correction2) + float64(float32(eps)))
		exM[i] = exact{m, compute.Bound(2, absM)}
		exV[i] = exact{v, compute.Bound(2, v)}
		exW[i] = exact{w + scale*m, compute.Bound(3, math.Abs(w)+scale*absM)}
	}
	w, m, v, g := upload(e, hw, rows, cols), upload(e, hm, rows, cols), upload(e, hv, rows, cols), upload(e, hg, rows, cols)
	return instance{
		func() { e.b.Adam(w, m, v, g, lr, beta1, beta2, eps, t) },
		[]output{floats{"w", w, wantW, exW}, floats{"m", m, wantM, exM}, floats{"v", v, wantV, exV}, floats{"g", g, hg, nil}}, n,
	}
}

// rows, cols
func buildAddScaled(e *env, dim []int) instance {
	const a = -0.01
	rows, cols := dim[0], dim[1]
	hy, hx := e.normal(rows*cols, 1), e.normal(rows*cols, 1)
	want, ex := make([]float32, len(hy)), make([]exact, len(hy))
	for i := range want {
		want[i] = hy[i] + float32(a*hx[i])
		y, ax := float64(hy[i]), float64(float32(a))*float64(hx[i])
		ex[i] = exact{y + ax, compute.Bound(2, math.Abs(y)+math.Abs(ax))}
	}
	y, x := upload(e, hy, rows, cols), upload(e, hx, rows, cols)
	return instance{
		func() { e.b.AddScaled(y, x, a) },
		[]output{floats{"y", y, want, ex}, floats{"x", x, hx, nil}}, len(hy),
	}
}

// What the norm of a ClipNorm is.
const (
	normAbove     = iota // three times the limit
	normBelow            // a third of it
	normJustAbove        // a little more than it, so that a benchmark does not end in subnormal numbers
	normEqual            // just that
	normZero
	normInfinite
	normNaN
	normRootless // the root of a sum below 0
	normNone     // of no sums: 0
)

const aLittle = 1.0001

// rows, cols, sums, what the norm is
func buildClipNorm(e *env, dim []int) instance {
	rows, cols, norm := dim[0], dim[1], dim[3]
	hx, hs := e.normal(rows*cols, 1), make([]float32, dim[2])
	for i := range hs {
		hs[i] = e.rng.Float32()
	}
	limit := float32(2)
	switch norm {
	case normAbove, normBelow, normJustAbove:
		var sum float64
		for _, s := range hs {
			sum += float64(s)
		}
		ratio := map[int]float64{normAbove: 3, normBelow: 1. / 3, normJustAbove: aLittle}[norm]
		limit = float32(math.Sqrt(sum) / ratio)
	case normEqual:
		clear(hs)
		hs[len(hs)-1] = 4
	case normZero:
		clear(hs)
	case normInfinite:
		hs[0] = math.MaxFloat32
		hs[len(hs)-1] = math.MaxFloat32
	case normNaN:
		hs[len(hs)-1] = float32(math.NaN())
	case normRootless:
		hs[0] = -float32(len(hs))
	}
	want := refClipNorm(hx, hs, limit)
	var ex []exact
	for _, x := range hx {
		switch norm {
		case normAbove:
			ex = append(ex, exact{float64(x) / 3, compute.Bound(len(hs), math.Abs(float64(x))/3)})
		case normJustAbove:
			ex = append(ex, exact{float64(x) / aLittle, compute.Bound(len(hs), math.Abs(float64(x)))})
		case normInfinite:
			ex = append(ex, exact{0, 0})
		default: // as it is
			ex = append(ex, exact{float64(x), 0})
		}
	}
	x, squares := upload(e, hx, rows, cols), upload(e, hs, len(hs), 1)
	return instance{
		func() { e.b.ClipNorm(x, squares, limit) },
		[]output{floats{"x", x, want, ex}, floats{"squares", squares, hs, nil}}, len(hx),
	}
}
