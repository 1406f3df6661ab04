package computetest

import (
	"math"

	"pongpg/emu/philox"
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
func buildSigmoid(e *env, dim []int) instance {
	n := dim[0] * dim[1]
	hz := e.normal(n, 10)
	want, ex := make([]float32, n), make([]exact, n)
	for i, z := range hz {
		want[i] = refSigmoid(z)
		p := 1 / (1 + math.Exp(-float64(z)))
		ex[i] = exact{p, compute.Bound(1, p) + tiny}
	}
	z, alias := upload(e, hz, dim[0], dim[1]), upload(e, hz, dim[0], dim[1])
	p := compute.New[float32](e.b, dim[0], dim[1])
	return instance{
		func() { e.b.Sigmoid(p, z) },
		[]output{floats{"p", p, want, ex}, after{func() { e.b.Sigmoid(alias, alias) }, floats{"p over z", alias, want, ex}}}, n,
	}
}

// after is an output of another call.
type after struct {
	call func()
	output
}

func (a after) check(e *env) margin { a.call(); return a.output.check(e) }

// rows, cols
func buildSoftmax(e *env, dim []int) instance {
	rows, cols := dim[0], dim[1]
	hz := e.normal(rows*cols, 5)
	var want []float32
	var ex []exact
	for i := range rows {
		z := hz[i*cols : (i+1)*cols]
		want = append(want, refSoftmax(z)...)
		p, logP := softmax64(z)
		for k := range p {
			// e^t is off by |t|·u, as t = z−max is rounded.
			ex = append(ex, exact{p[k], compute.Bound(cols, p[k])*(1-logP[k]) + tiny})
		}
	}
	z, alias := upload(e, hz, rows, cols), upload(e, hz, rows, cols)
	p := compute.New[float32](e.b, rows, cols)
	return instance{
		func() { e.b.Softmax(p, z) },
		[]output{floats{"p", p, want, ex}, after{func() { e.b.Softmax(alias, alias) }, floats{"p over z", alias, want, ex}}}, rows,
	}
}

// softmax64 returns p and ln p.
func softmax64[T float32 | float64](z []T) (p, logP []float64) {
	top := math.Inf(-1)
	for _, z := range z {
		top = math.Max(top, float64(z))
	}
	var sum float64
	for _, z := range z {
		sum += math.Exp(float64(z) - top)
	}
	for _, z := range z {
		logP = append(logP, float64(z)-top-math.Log(sum))
		p = append(p, math.Exp(logP[len(logP)-1]))
	}
	return p, logP
}

// rows, outputs
func buildPolicyGrad(e *env, dim []int) instance {
	const entropy, scale = 0.01, 0.5
	rows, k := dim[0], dim[1]
	hz, hadv, hact := e.normal(rows*k, 3), e.normal(rows, 1), e.below(rows, max(k, 2))
	var hp, want []float32
	var ex []exact
	for i := range rows {
		z := hz[i*k : (i+1)*k]
		p := refSoftmax(z)
		if k == 1 {
			p = []float32{refSigmoid(z[0])}
		}
		hp = append(hp, p...)
		want = append(want, refPolicyGrad(z, p, hact[i], hadv[i], entropy, scale)...)
		ex = append(ex, exactPolicyGrad(z, p, int(hact[i]), float64(hadv[i]), float64(float32(entropy)), scale)...)
	}
	z, p, d := upload(e, hz, rows, k), upload(e, hp, rows, k), compute.New[float32](e.b, rows, k)
	action, advantage := upload(e, hact, rows, 1), upload(e, hadv, rows, 1)
	return instance{
		func() { e.b.PolicyGrad(d, z, p, action, advantage, entropy, scale) },
		[]output{floats{"d", d, want, ex}}, rows,
	}
}

// exactPolicyGrad is the formula of PolicyGrad for one row.
func exactPolicyGrad(z, p []float32, action int, advantage, entropy, scale float64) (d []exact) {
	if len(z) == 1 {
		z, p := float64(z[0]), float64(p[0])
		gain, spread := (float64(action)-p)*advantage, entropy*p*(1-p)*z
		return []exact{{scale * (gain - spread), compute.Bound(4, scale*((1+p)*math.Abs(advantage)+math.Abs(entropy*p*z)))}}
	}
	_, logP := softmax64(z)
	var h, absZ float64
	for k, p := range p {
		h -= float64(p) * logP[k]
		absZ = math.Max(absZ, math.Abs(logP[k]))
	}
	for k, p := range p {
		p := float64(p)
		one := 0.0
		if k == action {
			one = 1
		}
		value := scale * ((one-p)*advantage - entropy*p*(logP[k]+h))
		abs := scale * ((one+p)*math.Abs(advantage) + entropy*p*(math.Abs(logP[k])+absZ+1))
		d = append(d, exact{value, compute.Bound(len(z), abs) + tiny})
	}
	return d
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

// height, width, units, radius
func buildBlur(e *env, dim []int) instance {
	height, width, radius := dim[0], dim[1], dim[3]
	x, units := e.weights(height*width, dim[2], 1)
	g := upload(e, x, height*width, units)
	ex := exactBlur(x, height, width, units, radius)
	want := append([]float32(nil), x...)
	if radius > 0 {
		for u := range units {
			for col := range width {
				for range 2 {
					refBox(want[min(len(want), col*units+u):], height, width*units, radius)
				}
			}
			for row := range height {
				for range 2 {
					refBox(want[row*width*units+u:], width, units, radius)
				}
			}
		}
	}
	return instance{
		func() { e.b.Blur(g, height, width, radius) },
		[]output{floats{"g", g, want, ex}}, height * width * units,
	}
}

// exactBlur is the convolution of each pixel with the product of two triangles, the
// boxes' self-convolutions. (The benchmark's size is left out: it is not compared.)
func exactBlur(x []float32, height, width, units, radius int) (ex []exact) {
	if height*width*units > 1<<18 {
		return nil
	}
	weight := func(from, to, n int) (w float64) { // box twice, cut at the ends in between
		for mid := max(0, from-radius, to-radius); mid <= min(n-1, from+radius, to+radius); mid++ {
			w++
		}
		return w / float64((2*radius+1)*(2*radius+1))
	}
	most := make([]float64, units) // the largest sum of absolute values of a line
	for u := range units {
		for line := range max(height, width) {
			var down, along float64
			for i := range max(height, width) {
				if line < width && i < height {
					down += math.Abs(float64(x[(i*width+line)*units+u]))
				}
				if line < height && i < width {
					along += math.Abs(float64(x[(line*width+i)*units+u]))
				}
			}
			most[u] = max(most[u], down, along)
		}
	}
	columns := make([]float64, len(x)) // after the passes down the columns
	for i := range x {
		row, col, u := i/units/width, i/units%width, i%units
		for r := max(0, row-2*radius); r <= min(height-1, row+2*radius); r++ {
			columns[i] += weight(r, row, height) * float64(x[(r*width+col)*units+u])
		}
	}
	for i := range x {
		row, col, u := i/units/width, i/units%width, i%units
		var sum float64
		for c := max(0, col-2*radius); c <= min(width-1, col+2*radius); c++ {
			sum += weight(c, col, width) * columns[(row*width+c)*units+u]
		}
		// Each of the four passes adds the error of a running sum over a line.
		ex = append(ex, exact{sum, 4 * compute.Bound(2*max(height, width), most[u])})
	}
	return ex
}

// rows, cols
func buildSumSquares(e *env, dim []int) instance {
	rows, cols := dim[0], dim[1]
	hx := e.normal(rows*cols, 1)
	var sum float64
	for _, x := range hx {
		sum += float64(x) * float64(x)
	}
	x, dst := upload(e, hx, rows, cols), upload(e, e.normal(1, 1), 1, 1)
	return instance{
		func() { e.b.SumSquares(dst, x) },
		[]output{floats{"dst", dst, []float32{refSumSquares(hx, rows, cols)}, []exact{{sum, compute.Bound(len(hx), sum)}}}}, len(hx),
	}
}

// rows
func buildUniform(e *env, dim []int) instance {
	rows := dim[0]
	const runSeed, purpose = 0x0123456789ABCDEF, philox.PurposeAction
	hs, ht := e.words(rows), e.words(rows)
	want := make([]float32, rows)
	for i := range want {
		r0, _, _, _ := philox.Block(runSeed, ht[i], hs[i], purpose, 0)
		want[i] = float32(r0>>8) / (1 << 24)
	}
	u, stream, tick := compute.New[float32](e.b, rows, 1), upload(e, hs, rows, 1), upload(e, ht, rows, 1)
	return instance{
		func() { e.b.Uniform(u, runSeed, purpose, stream, tick) },
		[]output{floats{"u", u, want, nil}}, rows,
	}
}

// rows, probabilities
func buildSample(e *env, dim []int) instance {
	rows, k := dim[0], dim[1]
	hu, hp := e.unit(rows), e.unit(rows*k)
	if k > 1 && !e.special {
		z := e.normal(rows*k, 2)
		for i := range rows {
			copy(hp[i*k:], refSoftmax(z[i*k:(i+1)*k]))
		}
	}
	for i := 0; i < rows; i += 7 { // the boundary itself
		hu[i] = hp[i*k]
	}
	want := make([]uint8, rows)
	for i := range want {
		want[i] = refSample(hp[i*k:(i+1)*k], hu[i])
	}
	action, p, u := upload(e, e.below(rows, 255), rows, 1), upload(e, hp, rows, k), upload(e, hu, rows, 1)
	return instance{
		func() { e.b.Sample(action, p, u) },
		[]output{integers[uint8]{"action", action, want}}, rows,
	}
}
