package computetest

import (
	"math"

	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

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
	const entropy = 0.01
	rows, k := dim[0], dim[1]
	hz, hadv, hact := e.normal(rows*k, 3), e.normal(rows, 1), e.below(rows, max(k, 2))
	hweight := e.normal(rows, 0.5)
	for i := 2; i < rows; i += 3 {
		hweight[i] = 0
	}
	var hp, want []float32
	var ex []exact
	for i := range rows {
		z := hz[i*k : (i+1)*k]
		p := refSoftmax(z)
		if k == 1 {
			p = []float32{refSigmoid(z[0])}
		}
		hp = append(hp, p...)
		want = append(want, refPolicyGrad(z, p, hact[i], hadv[i], hweight[i], entropy)...)
		ex = append(ex, exactPolicyGrad(z, p, int(hact[i]), float64(hadv[i]), float64(hweight[i]), float64(float32(entropy)))...)
	}
	z, p, d := upload(e, hz, rows, k), upload(e, hp, rows, k), compute.New[float32](e.b, rows, k)
	action, advantage, weight := upload(e, hact, rows, 1), upload(e, hadv, rows, 1), upload(e, hweight, rows, 1)
	return instance{
		func() { e.b.PolicyGrad(d, z, p, action, advantage, weight, entropy) },
		[]output{floats{"d", d, want, ex}}, rows,
	}
}

// exactPolicyGrad is the formula of PolicyGrad for one row.
func exactPolicyGrad(z, p []float32, action int, advantage, weight, entropy float64) (d []exact) {
	if len(z) == 1 {
		z, p := float64(z[0]), float64(p[0])
		gain, spread := (float64(action)-p)*advantage, entropy*p*(1-p)*z
		return []exact{{weight * (gain - spread), compute.Bound(4, math.Abs(weight)*((1+p)*math.Abs(advantage)+math.Abs(entropy*p*z)))}}
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
		value := weight * ((one-p)*advantage - entropy*p*(logP[k]+h))
		abs := math.Abs(weight) * ((one+p)*math.Abs(advantage) + entropy*p*(math.Abs(logP[k])+absZ+1))
		d = append(d, exact{value, compute.Bound(len(z), abs) + tiny})
	}
	return d
}

// rows
func buildUniform(e *env, dim []int) instance {
	rows := dim[0]
	draw := compute.Draw{Seed: 0x0123456789ABCDEF, Purpose: philox.PurposeAction, After: 3_000_000_000}
	hs, ht := e.words(rows), e.words(rows)
	want := make([]float32, rows)
	for i := range want {
		want[i] = refUniform(draw, hs[i], ht[i])
	}
	u, stream, tick := compute.New[float32](e.b, rows, 1), upload(e, hs, rows, 1), upload(e, ht, rows, 1)
	return instance{
		func() { e.b.Uniform(u, draw.Seed, draw.Purpose, stream, tick, draw.After) },
		[]output{floats{"u", u, want, nil}}, rows,
	}
}

func refUniform(draw compute.Draw, stream, tick uint32) float32 {
	r0, _, _, _ := philox.Block(draw.Seed, tick+draw.After, stream, draw.Purpose, 0)
	return float32(r0>>8) / (1 << 24)
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
