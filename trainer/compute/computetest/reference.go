package computetest

import (
	"math"

	"pongpg/trainer/compute"
)

// The functions of this file are package compute's comments as loops: float32,
// one rounding an operation, in the written order.

func refReLU(x float32) float32 {
	if x > 0 {
		return x
	}
	return 0
}

func refSigmoid(z float32) float32 { return 1 / (1 + compute.Exp32(-z)) }

func refLaneSum(v []float32) float32 {
	var lane [compute.Lanes]float32
	for i := range v {
		lane[i%compute.Lanes] += v[i]
	}
	for _, d := range []int{8, 4, 2, 1} {
		for l := range d {
			lane[l] += lane[l+d]
		}
	}
	return lane[0]
}

func refProduct(a, b []float32) []float32 {
	v := make([]float32, len(a))
	for i := range v {
		v[i] = a[i] * b[i]
	}
	return v
}

// refLogits returns max z and ln Σ e^(z−max z).
func refLogits(z []float32) (top, logSum float32) {
	top = z[0]
	for _, x := range z {
		if x > top {
			top = x
		}
	}
	var sum float32
	for _, x := range z {
		sum += compute.Exp32(x - top)
	}
	return top, compute.Log32(sum)
}

func refSoftmax(z []float32) []float32 {
	top, _ := refLogits(z)
	p := make([]float32, len(z))
	var sum float32
	for k := range z {
		p[k] = compute.Exp32(z[k] - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

func refPolicyGrad(z, p []float32, action uint8, advantage, weight, entropy float32) []float32 {
	if len(z) == 1 {
		gain := (float32(action) - p[0]) * advantage
		spread := entropy * p[0]
		spread *= 1 - p[0]
		spread *= z[0]
		return []float32{weight * float32(float32(gain)-float32(spread))}
	}
	top, logSum := refLogits(z)
	logP := make([]float32, len(z))
	var h float32
	for k := range z {
		logP[k] = z[k] - top - logSum
		h -= float32(p[k] * logP[k])
	}
	d := make([]float32, len(z))
	for k := range z {
		one := float32(0)
		if k == int(action) {
			one = 1
		}
		gain := float32((one - p[k]) * advantage)
		spread := float32(float32(entropy*p[k]) * (logP[k] + h))
		d[k] = weight * (gain - spread)
	}
	return d
}

// refPair returns the two outputs that one stands for, and several as they are.
func refPair(z []float32) []float32 {
	if len(z) == 1 {
		return []float32{0, z[0]}
	}
	return z
}

func refLogProb(z []float32, action uint8) float32 {
	z = refPair(z)
	top, logSum := refLogits(z)
	if int(action) >= len(z) {
		return float32(math.NaN())
	}
	return z[action] - top - logSum
}

func refPPOGrad(z []float32, r ppoRow, o ppoOptions) []float32 {
	k := len(z) - 1
	ratio := compute.Exp32(refLogProb(z[:k], r.action) - r.behaviour)
	low, high := 1-o.clip, 1+o.clip
	g := ratio * r.advantage
	if r.advantage > 0 && ratio > high || r.advantage < 0 && ratio < low {
		g = 0
	}
	logits := refPair(z[:k])
	d := refPolicyGrad(logits, refSoftmax(logits), r.action, g, r.weight, o.entropy)
	return append(d[len(d)-k:], float32(r.weight*o.value)*(r.target-z[k]))
}

func refRMSProp(w, c, g, lr, decay, eps float32) (neww, newc float32) {
	rest := 1 - decay
	c = float32(decay*c) + float32(rest*float32(g*g))
	return w + float32(lr*g)/(float32(math.Sqrt(float64(c)))+eps), c
}

func refAdam(w, m, v, g, lr, beta1, beta2, eps float32, t int64) (neww, newm, newv float32) {
	rest1, rest2 := 1-beta1, 1-beta2
	m = float32(beta1*m) + float32(rest1*g)
	v = float32(beta2*v) + float32(rest2*float32(g*g))
	mean, square := m/compute.BiasCorrection(beta1, t), v/compute.BiasCorrection(beta2, t)
	return w + float32(lr*mean)/(float32(math.Sqrt(float64(square)))+eps), m, v
}

func refClipNorm(x, squares []float32, limit float32) []float32 {
	var sum float32
	for _, s := range squares {
		sum += s
	}
	scale := limit / float32(math.Sqrt(float64(sum)))
	y := append([]float32(nil), x...)
	if scale < 1 {
		for i := range y {
			y[i] *= scale
		}
	}
	return y
}

// refBox filters n numbers that are step apart in x, from x[0].
func refBox(x []float32, n, step, radius int) {
	in := make([]float32, n)
	for i := range in {
		in[i] = x[i*step]
	}
	var s float32
	for i := 0; i < radius && i < n; i++ {
		s += in[i]
	}
	for i := range in {
		if i+radius < n {
			s += in[i+radius]
		}
		if i > radius {
			s -= in[i-radius-1]
		}
		x[i*step] = s * (1 / float32(2*radius+1))
	}
}

func refSumSquares(x []float32) float32 {
	var sum float32
	for lo := 0; lo < len(x); lo += 8192 {
		chunk := x[lo:min(lo+8192, len(x))]
		sum += refLaneSum(refProduct(chunk, chunk))
	}
	return sum
}

func refSample(p []float32, u float32) uint8 {
	if len(p) == 1 {
		if u < p[0] {
			return 1
		}
		return 0
	}
	var sum float32
	n := 0
	for _, p := range p {
		sum += p
		if u >= sum {
			n++
		}
	}
	return uint8(min(n, len(p)-1))
}

// entry is a decoded entry of a sparse row.
type entry struct {
	col  int
	sign float32
}

// decode returns row i of a batch.
func decode(entries []uint16, width, i int) (row []entry) {
	for _, e := range entries[i*width : (i+1)*width] {
		if e == compute.End {
			break
		}
		row = append(row, entry{compute.EntryCol(e), compute.EntryValue(e)})
	}
	return row
}

// refSparseRow returns Σ ±w[column].
func refSparseRow(row []entry, w []float32, units int) []float32 {
	y := make([]float32, units)
	for _, e := range row {
		for j := range y {
			y[j] += e.sign * w[e.col*units+j] // a product with ±1 is exact
		}
	}
	return y
}

// refScatter adds ±dy to the rows of dw.
func refScatter(dw []float32, row []entry, dy []float32) {
	for _, e := range row {
		for j := range dy {
			dw[e.col*len(dy)+j] += e.sign * dy[j]
		}
	}
}

func refActive(h []float32) []uint16 {
	active := make([]uint16, len(h)/compute.Lanes)
	for j := range h {
		if h[j] > 0 {
			active[j/compute.Lanes] |= 1 << (j % compute.Lanes)
		}
	}
	return active
}

func isActive(active []uint16, j int) bool {
	return active[j/compute.Lanes]&(1<<(j%compute.Lanes)) != 0
}

// mlp is the inputs of the policy's two passes on the host.
type mlp struct {
	rows, width, cols, units, outputs int
	x                                 []uint16
	w1, w2                            []float32
}

// forward returns z [rows][outputs] and active [rows][units/16].
func (m mlp) forward() (z []float32, active []uint16) {
	for i := range m.rows {
		h := refSparseRow(decode(m.x, m.width, i), m.w1, m.units)
		active = append(active, refActive(h)...)
		for j := range h {
			h[j] = refReLU(h[j])
		}
		for k := range m.outputs {
			z = append(z, refLaneSum(refProduct(h, m.w2[k*m.units:(k+1)*m.units])))
		}
	}
	return z, active
}

// backward returns dw1 and dw2.
func (m mlp) backward(active []uint16, d []float32) (dw1, dw2 []float32) {
	dw1, dw2 = make([]float32, m.cols*m.units), make([]float32, m.outputs*m.units)
	blocks := m.units / compute.Lanes
	masked := func(i int, v []float32) []float32 {
		for j := range v {
			if !isActive(active[i*blocks:], j) {
				v[j] = 0
			}
		}
		return v
	}
	if m.outputs == 1 {
		q := make([]float32, m.cols*m.units)
		for i := range m.rows {
			v := make([]float32, m.units)
			for j := range v {
				v[j] = d[i]
			}
			refScatter(q, decode(m.x, m.width, i), masked(i, v))
		}
		for j := range m.units {
			for lo := 0; lo < m.cols; lo += 32 {
				var chunk float32
				for c := lo; c < min(lo+32, m.cols); c++ {
					chunk += float32(m.w1[c*m.units+j] * q[c*m.units+j])
					dw1[c*m.units+j] = q[c*m.units+j] * m.w2[j]
				}
				dw2[j] += chunk
			}
		}
		return dw1, dw2
	}
	chunk := make([]float32, len(dw2))
	for i := range m.rows {
		if i%4096 == 0 {
			addTo(dw2, chunk)
			clear(chunk)
		}
		row := decode(m.x, m.width, i)
		h := refSparseRow(row, m.w1, m.units)
		dh := make([]float32, m.units)
		for k := range m.outputs {
			for j := range h {
				chunk[k*m.units+j] += float32(d[i*m.outputs+k] * refReLU(h[j]))
				dh[j] += float32(d[i*m.outputs+k] * m.w2[k*m.units+j])
			}
		}
		refScatter(dw1, row, masked(i, dh))
	}
	addTo(dw2, chunk)
	return dw1, dw2
}

func addTo(sum, x []float32) {
	for i, x := range x {
		sum[i] += x
	}
}
