package cpu

import (
	"math"

	"pongpg/trainer/compute"
)

type logProbTask struct {
	l      []float32
	z      compute.Tensor
	action []uint8
}

// LogProb implements compute.Backend.
func (b *Backend) LogProb(l, z compute.Tensor, action compute.Array[uint8]) {
	const op = "LogProb"
	compute.CheckLogProb(l, z, action)
	here(op, "l", l)
	here(op, "z", z)
	here(op, "action", action)
	t := &b.tasks.logProb
	*t = logProbTask{l.Host, z, action.Host}
	b.pool.do(t, grain(z.Rows, policyRows))
}

func (t *logProbTask) run(_, item int) {
	lo, hi := span(t.z.Rows, policyRows, item)
	for i := lo; i < hi; i++ {
		z := t.z.Row(i)
		if len(z) == 1 {
			two := [2]float32{0, z[0]}
			t.l[i] = logProb(two[:], t.action[i])
		} else {
			t.l[i] = logProb(z, t.action[i])
		}
	}
}

// logProb returns ln π(action), NaN for an action that is not there.
func logProb(z []float32, action uint8) float32 {
	if int(action) >= len(z) {
		return float32(math.NaN())
	}
	top := maximum(z)
	var sum float32
	for _, z := range z {
		sum += compute.Exp32(z - top)
	}
	return z[action] - top - compute.Log32(sum)
}

type ppoGradTask struct {
	d, z                                 compute.Tensor
	action                               []uint8
	behaviour, advantage, target, weight []float32
	low, high                            float32 // 1−clip, 1+clip
	entropy, value                       float32
}

// PPOGrad implements compute.Backend.
func (b *Backend) PPOGrad(d, z compute.Tensor, action compute.Array[uint8], behaviour, advantage, target, weight compute.Tensor, clip, entropy, value float32) {
	const op = "PPOGrad"
	compute.CheckPPOGrad(d, z, action, behaviour, advantage, target, weight)
	here(op, "d", d)
	here(op, "z", z)
	here(op, "action", action)
	here(op, "behaviour", behaviour)
	here(op, "advantage", advantage)
	here(op, "target", target)
	here(op, "weight", weight)
	t := &b.tasks.ppoGrad
	*t = ppoGradTask{d, z, action.Host, behaviour.Host, advantage.Host, target.Host, weight.Host, 1 - clip, 1 + clip, entropy, value}
	b.pool.do(t, grain(z.Rows, policyRows))
}

func (t *ppoGradTask) run(_, item int) {
	k := t.z.Cols - 1
	lo, hi := span(t.z.Rows, policyRows, item)
	for i := lo; i < hi; i++ {
		d, z := t.d.Row(i), t.z.Row(i)
		if k == 1 {
			var both [2]float32
			two := [2]float32{0, z[0]}
			t.policy(both[:], two[:], i)
			d[0] = both[1]
		} else {
			t.policy(d[:k], z[:k], i)
		}
		d[k] = float32(t.weight[i]*t.value) * (t.target[i] - z[k])
	}
}

// policy is the gradient at two or more outputs of row i's policy. d holds their
// probabilities until then.
func (t *ppoGradTask) policy(d, z []float32, i int) {
	action, advantage, weight := int(t.action[i]), t.advantage[i], t.weight[i]
	top := maximum(z)
	var sum float32
	for k, z := range z {
		d[k] = compute.Exp32(z - top)
		sum += d[k]
	}
	logSum := compute.Log32(sum)
	taken := float32(math.NaN())
	var h float32
	for k, e := range d {
		p, logP := e/sum, z[k]-top-logSum
		d[k] = p
		h -= float32(p * logP)
		if k == action {
			taken = logP
		}
	}
	r := compute.Exp32(taken - t.behaviour[i])
	g := float32(r * advantage)
	if advantage > 0 && r > t.high || advantage < 0 && r < t.low {
		g = 0
	}
	for k, p := range d {
		var one float32
		if k == action {
			one = 1
		}
		gain := float32((one - p) * g)
		spread := float32(float32(t.entropy*p) * (z[k] - top - logSum + h))
		d[k] = weight * (gain - spread)
	}
}
