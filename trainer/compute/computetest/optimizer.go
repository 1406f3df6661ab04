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
