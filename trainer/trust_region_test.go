package trainer

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pongpg/trainer/compute/cpu"
)

// TestTrustRegion measures, in float64, what each step of a line search has done: the KL
// divergence is at most the limit, the objective not less than before, and twice as much of the
// step would break one or the other.
func TestTrustRegion(t *testing.T) {
	for _, limit := range []float64{100, 1e-3, 1e-5} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			c := small(t, "trpo", 6)
			c.KLLimit = limit
			trainer := newTrainer(t, c, cpu.Options{Workers: 2})
			shrunk := false
			for update := range 4 {
				batch, _ := trainer.play()
				h := trainer.hyper()
				before, from := logsOf(trainer, batch), trainer.trust.longest
				trainer.learn(batch, h)
				trainer.update++
				taken := trainer.trust.fraction
				kl, gain := moved(batch, before, logsOf(trainer, batch), float64(h.Entropy))
				t.Logf("update %d: %v of the step, KL %.3g, objective %+.3g", update+1, taken, kl, gain)
				if kl > limit*(1+1e-3)+1e-8 || gain < -1e-7 {
					t.Errorf("update %d: KL %v, limit %v; the objective is %v more", update+1, kl, limit, gain)
				}
				if taken == from {
					continue
				}
				shrunk = true
				trainer.trust.place(trainer.backend, trainer.learner, float32(max(2*taken/from, math.Pow(shrink, mostShrinks-1))))
				kl, gain = moved(batch, before, logsOf(trainer, batch), float64(h.Entropy))
				if kl < limit*(1-1e-3)-1e-8 && gain > 1e-7 {
					t.Errorf("update %d: twice of %v would do too: KL %v, the objective %v more", update+1, taken, kl, gain)
				}
				trainer.trust.place(trainer.backend, trainer.learner, float32(taken/from))
			}
			if limit < 1e-2 != shrunk {
				t.Errorf("limit %v: a step was shrunk: %v", limit, shrunk)
			}
		})
	}
}

// logsOf returns ln p of each action, in float64, of the policy's float32 logits.
func logsOf(trainer *Trainer, batch Batch) (rows [][]float64) {
	s := trainer.trust
	s.room(trainer.backend, trainer.policy, batch.Rows())
	z := s.z.Slice(0, batch.Rows())
	trainer.policy.Forward(trainer.backend, z, s.prob.Slice(0, batch.Rows()), s.active.Slice(0, batch.Rows()), batch.X)
	for i := range batch.Rows() {
		rows = append(rows, exactLogs(z.Row(i)))
	}
	return rows
}

// moved returns the mean KL divergence of the rows that count, and how much more the surrogate
// objective is.
func moved(batch Batch, before, after [][]float64, entropy float64) (kl, gain float64) {
	n := 0
	for i, p := range before {
		weight := float64(batch.Weight.Host[i])
		if weight == 0 {
			continue
		}
		n++
		q, a := after[i], batch.Action.Host[i]
		gain += weight * float64(batch.Advantage.Host[i]) * (math.Exp(q[a]-p[a]) - 1)
		for k := range p {
			kl += math.Exp(p[k]) * (p[k] - q[k])
			gain += weight * entropy * (math.Exp(p[k])*p[k] - math.Exp(q[k])*q[k])
		}
	}
	return kl / float64(max(1, n)), gain
}

// TestTrustRegionImpossible: where no part of the step will do, the weights stay as they were.
func TestTrustRegionImpossible(t *testing.T) {
	trainer := newTrainer(t, small(t, "trpo", 3), cpu.Options{Workers: 2})
	updates(t, trainer, 2)
	var before [][]float32
	for _, p := range trainer.learner.parameters {
		before = append(before, slices.Clone(p.w.Host))
	}
	table := slices.Clone(trainer.policy.net.(*mlp).Table.Host)
	trainer.config.KLLimit = -1
	m, err := trainer.Update()
	if err != nil {
		t.Fatal(err)
	}
	if m.StepFraction != 0 || m.KL != 0 || m.GradientNorm == 0 {
		t.Errorf("fraction %v, KL %v, norm of the gradient %v; want 0, 0 and more than 0", m.StepFraction, m.KL, m.GradientNorm)
	}
	for i, p := range trainer.learner.parameters {
		if !slices.Equal(p.w.Host, before[i]) {
			t.Errorf("%s is another", p.name)
		}
	}
	if !slices.Equal(trainer.policy.net.(*mlp).Table.Host, table) {
		t.Error("the table is another")
	}
}
