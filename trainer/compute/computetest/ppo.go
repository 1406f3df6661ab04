package computetest

import (
	"fmt"
	"math"
	"testing"

	"pongpg/trainer/compute"
)

// ppoOptions are what PPOGrad's rows have in common.
type ppoOptions struct{ clip, entropy, value float32 }

// ppoRow is what a row of PPOGrad has beside its outputs.
type ppoRow struct {
	action                               uint8
	behaviour, advantage, target, weight float32
}

// ppoBatch is PPOGrad's inputs on the host.
type ppoBatch struct {
	k    int // outputs of the policy
	z    []float32
	rows []ppoRow
	ppoOptions
}

// newPPO makes a batch of k outputs whose ratios are on both sides of both edges of the clip,
// but not nearer to one than 0.01: there it is rounding that decides.
func (e *env) newPPO(rows, k int, scale float64) ppoBatch {
	b := ppoBatch{k, e.normal(rows*(k+1), scale), make([]ppoRow, rows), ppoOptions{0.2, 0.01, 0.7}}
	actions := max(k, 2)
	if e.special {
		actions++ // one that is not there
	}
	action, shift, special := e.below(rows, actions), e.normal(rows, 0.3), e.normal(rows, 1)
	advantage, target, weight := e.normal(rows, 1), e.normal(rows, 2), e.normal(rows, 0.5)
	for i := range rows {
		r := ppoRow{action[i], special[i], advantage[i], target[i], weight[i]}
		if i%3 == 2 {
			r.weight = 0
		}
		if i%7 == 6 {
			r.advantage = 0
		}
		if !e.special {
			t := float64(shift[i])
			if ratio := math.Exp(t); math.Abs(ratio-0.8) < 0.01 || math.Abs(ratio-1.2) < 0.01 {
				t += 0.05
			}
			_, logP := softmax64(refPair(b.row(i)[:k]))
			r.behaviour = float32(logP[r.action] - t)
		}
		b.rows[i] = r
	}
	return b
}

// row returns the outputs of row i.
func (b ppoBatch) row(i int) []float32 { return b.z[i*(b.k+1) : (i+1)*(b.k+1)] }

// column returns a number of each row.
func column[T any](b ppoBatch, of func(ppoRow) T) []T {
	x := make([]T, len(b.rows))
	for i, r := range b.rows {
		x[i] = of(r)
	}
	return x
}

// ppoArrays is PPOGrad's operands on the backend.
type ppoArrays struct {
	d, z, behaviour, advantage, target, weight compute.Tensor
	action                                     compute.Array[uint8]
	ppoOptions
}

func (e *env) uploadPPO(b ppoBatch) *ppoArrays {
	n := len(b.rows)
	return &ppoArrays{
		d: compute.New[float32](e.b, n, b.k+1), z: upload(e, b.z, n, b.k+1),
		behaviour: upload(e, column(b, func(r ppoRow) float32 { return r.behaviour }), n, 1),
		advantage: upload(e, column(b, func(r ppoRow) float32 { return r.advantage }), n, 1),
		target:    upload(e, column(b, func(r ppoRow) float32 { return r.target }), n, 1),
		weight:    upload(e, column(b, func(r ppoRow) float32 { return r.weight }), n, 1),
		action:    upload(e, column(b, func(r ppoRow) uint8 { return r.action }), n, 1),

		ppoOptions: b.ppoOptions,
	}
}

func (a *ppoArrays) call(b compute.Backend) {
	b.PPOGrad(a.d, a.z, a.action, a.behaviour, a.advantage, a.target, a.weight, a.clip, a.entropy, a.value)
}

// rows, outputs
func buildLogProb(e *env, dim []int) instance {
	rows, k := dim[0], dim[1]
	actions := max(k, 2)
	if e.special {
		actions++
	}
	hz, hact := e.normal(rows*k, 3), e.below(rows, actions)
	var want []float32
	var ex []exact
	for i := range rows {
		z := hz[i*k : (i+1)*k]
		want = append(want, refLogProb(z, hact[i]))
		if !e.special {
			ex = append(ex, exactLogProb(z, hact[i]))
		}
	}
	l, z, action := compute.New[float32](e.b, rows, 1), upload(e, hz, rows, k), upload(e, hact, rows, 1)
	return instance{
		func() { e.b.LogProb(l, z, action) },
		[]output{floats{"l", l, want, ex}}, rows,
	}
}

// exactLogProb is the formula of LogProb for one row.
func exactLogProb(z []float32, action uint8) exact {
	_, logP := softmax64(refPair(z))
	// Its terms are z − max z, no farther from 0 than ln π, and ln Σ, at most ln K, of a sum of
	// which each term is off by its own exponent's rounding.
	return exact{logP[action], compute.Bound(len(z), math.Abs(logP[action])+math.Log(float64(len(logP)))+1)}
}

// rows, outputs of the policy
func buildPPOGrad(e *env, dim []int) instance {
	b := e.newPPO(dim[0], dim[1], 3)
	var want []float32
	var ex []exact
	for i, r := range b.rows {
		want = append(want, refPPOGrad(b.row(i), r, b.ppoOptions)...)
		if !e.special {
			ex = append(ex, exactPPOGrad(b.row(i), r, b.ppoOptions)...)
		}
	}
	a := e.uploadPPO(b)
	return instance{func() { a.call(e.b) }, []output{floats{"d", a.d, want, ex}}, dim[0]}
}

// exactPPOGrad is the formula of PPOGrad for one row: the gradient of the smaller of r·A and
// clip(r)·A, which is that of r·A or 0.
func exactPPOGrad(z []float32, r ppoRow, o ppoOptions) (d []exact) {
	k := len(z) - 1
	p, logP := softmax64(refPair(z[:k]))
	advantage, weight, entropy := float64(r.advantage), float64(r.weight), float64(o.entropy)
	ratio := math.Exp(logP[r.action] - float64(r.behaviour))
	g := ratio * advantage
	if clipped(ratio, o.clip)*advantage < g {
		g = 0
	}
	var h, widest float64
	for k := range p {
		h -= p[k] * logP[k]
		widest = math.Max(widest, -logP[k])
	}
	// e^t is off by |t|·u, as in Softmax.
	offRatio := 1 + math.Abs(logP[r.action]) + math.Abs(float64(r.behaviour))
	for j := len(p) - k; j < len(p); j++ {
		var one float64
		if j == int(r.action) {
			one = 1
		}
		value := weight * ((one-p[j])*g - entropy*p[j]*(logP[j]+h))
		gain := math.Abs(g) * ((one+p[j])*offRatio - p[j]*logP[j])
		spread := entropy * p[j] * (widest + 1 - logP[j]) * (1 + widest)
		d = append(d, exact{value, compute.Bound(k, math.Abs(weight)*(gain+spread)) + tiny})
	}
	v, target, scale := float64(z[k]), float64(r.target), weight*float64(o.value)
	return append(d, exact{scale * (target - v), compute.Bound(2, math.Abs(scale)*(math.Abs(target)+math.Abs(v)))})
}

func clipped(ratio float64, clip float32) float64 {
	return math.Min(math.Max(ratio, 1-float64(clip)), 1+float64(clip))
}

// ppoObjective is Σ weight·(min(r·A, clip(r)·A) + β·H(π) − c/2·(v−R)²) of the outputs.
func ppoObjective(e *env, k int) []objective {
	b := e.newPPO(60, k, 2)
	b.entropy = 0.25
	a := e.uploadPPO(b)
	a.call(e.b)
	value := func(z []float64) (sum float64) {
		for i, r := range b.rows {
			row := z[i*(k+1) : (i+1)*(k+1)]
			logits := row[:k]
			if k == 1 {
				logits = []float64{0, row[0]}
			}
			p, logP := softmax64(logits)
			ratio, advantage := math.Exp(logP[r.action]-float64(r.behaviour)), float64(r.advantage)
			of := math.Min(ratio*advantage, clipped(ratio, b.clip)*advantage)
			for j := range p {
				of -= float64(b.entropy) * p[j] * logP[j]
			}
			miss := row[k] - float64(r.target)
			sum += float64(r.weight) * (of - float64(b.value)/2*miss*miss)
		}
		return sum
	}
	var ex []exact
	for i, r := range b.rows {
		ex = append(ex, exactPPOGrad(b.row(i), r, b.ppoOptions)...)
	}
	return []objective{{"z", b.z, value, download(e, a.d), func(i int) float64 { return ex[i].slack }}}
}

// testOwnPolicy gives PPOGrad what LogProb says of the same logits, likely or not: the ratio is
// 1, so that nothing is clipped, not even by a clip of 0, and the policy's gradient is
// PolicyGrad's. And an action that is not there has no logarithm and no gradient.
func testOwnPolicy(t *testing.T, b compute.Backend) {
	for _, k := range []int{1, 2, 6} {
		for _, scale := range []float64{1, 50} {
			e := newEnv(t, b, fmt.Sprintf("PPO of %d outputs, logits around %v", k, scale))
			const rows = 300
			batch := e.newPPO(rows, k, scale)
			var logits, pairs []float32
			for i := range rows {
				logits = append(logits, batch.row(i)[:k]...)
				pairs = append(pairs, refPair(batch.row(i)[:k])...)
			}
			a, two := e.uploadPPO(batch), max(k, 2)
			z, zPairs := upload(e, logits, rows, k), upload(e, pairs, rows, two)
			p, d := compute.New[float32](b, rows, two), compute.New[float32](b, rows, two)
			b.Softmax(p, zPairs)
			b.PolicyGrad(d, zPairs, p, a.action, a.advantage, a.weight, a.entropy)
			want := download(e, d)
			b.LogProb(a.behaviour, z, a.action)
			for _, clip := range []float32{0, 0.2} {
				a.clip = clip
				a.call(b)
				for i, got := range download(e, a.d) {
					i, j := i/(k+1), i%(k+1)
					if j < k && !sameBits(got, want[(i+1)*two-k+j]) {
						e.fail("with a clip of %v d[%d][%d] is %v, PolicyGrad's %v", clip, i, j, got, want[(i+1)*two-k+j])
						break
					}
				}
			}
			e.noSuchAction(a, z, two)
		}
	}
}

// noSuchAction takes the first action beyond the policy's in all rows.
func (e *env) noSuchAction(a *ppoArrays, z compute.Tensor, actions int) {
	e.Helper()
	none := make([]uint8, z.Rows)
	for i := range none {
		none[i] = uint8(actions)
	}
	compute.Upload(e.b, a.action, none)
	e.b.LogProb(a.behaviour, z, a.action)
	a.call(e.b)
	for i, l := range download(e, a.behaviour) {
		if l == l {
			e.fail("ln π of action %d of %d is %v in row %d, not NaN", actions, actions, l, i)
			return
		}
	}
	for i, d := range download(e, a.d) {
		if policy := i%(z.Cols+1) < z.Cols; policy != (d != d) {
			e.fail("d[%d] is %v for action %d of %d; NaN is for the policy's outputs alone", i, d, actions, actions)
			return
		}
	}
}
