package trainer

import (
	"math"
	"slices"

	"pongpg/trainer/compute"
)

// trustRegion is what a line search needs: the weights before the step, the step, and room
// for the policy's outputs.
type trustRegion struct {
	old, step []compute.Tensor // of each parameter
	z, prob   compute.Tensor   // [rows][outputs]
	active    compute.Array[uint16]
	before    []float32 // mirrors of the logits, before the step and after
	after     []float32
	parts     []searchSums
	fraction  float64 // of the step that was taken
	longest   float64 // fraction that the next search begins with
}

// searchSums are of some rows of a batch.
type searchSums struct {
	rows      int
	kl        float64
	objective float64 // after less before
}

// shrink is what a step that goes too far is multiplied by, and mostShrinks how often before
// none is taken.
const (
	shrink      = 0.5
	mostShrinks = 10
	leastStep   = 1. / (1 << 20) // fraction that a search begins with at least
)

// learnTrustRegion takes a step of REINFORCE's gradient as far as the policy may go, after
// the post: "a line search, checking the KL along the way". The step of the optimizer (at first the
// whole, later twice the fraction of it that the update before took, if that is less) is
// halved until the mean KL divergence from the policy before to the one after, over the
// batch, is at most --kl-limit, and the objective not less than before:
//
//	Σ w·(A·π(a)/π₀(a) + β·H(π))
//
// which is the gradient's, as a surrogate (Schulman et al. 2015, eq. 14, without the natural
// gradient). If ten halvings do not do, the weights stay.
func (t *Trainer) learnTrustRegion(batch Batch, h Hyper) {
	b, l := t.backend, t.learner
	s := t.trust
	s.room(b, t.policy, batch.Rows())
	compute.Fetch(b, s.before[:batch.Z.Len()], batch.Z)
	l.Backward(b, batch, h)
	h.LearningRate *= float32(s.longest) // which the step is proportional to
	l.search = s
	l.Ascend(b, h)
	l.search = nil
	s.search(t, batch, h.Entropy)
	if s.fraction == 0 {
		s.longest = max(s.longest*math.Pow(shrink, mostShrinks), leastStep)
	} else {
		s.longest = min(1, s.fraction/shrink)
	}
}

// longestStep returns the fraction that the next line search begins with; 0 if there is none.
func (t *Trainer) longestStep() float64 {
	if t.trust == nil {
		return 0
	}
	return t.trust.longest
}

// search shortens the step that has been taken as needed.
func (s *trustRegion) search(t *Trainer, batch Batch, entropy float32) {
	s.fraction = s.longest
	part := 1.0 // of the step that was taken
	for range mostShrinks {
		kl, gain := s.measure(t, batch, entropy)
		if t.backend.Sync() != nil || kl <= t.config.KLLimit && gain >= 0 {
			return
		}
		part *= shrink
		s.fraction *= shrink
		s.place(t.backend, t.learner, float32(part))
	}
	s.fraction = 0
	s.place(t.backend, t.learner, 0)
}

// keep notes a part of the weights before a step, and took what the step was.
func (s *trustRegion) keep(b compute.Backend, x part) {
	old := s.old[x.parameter].Slice(x.lo, x.hi)
	b.Zero(old)
	b.AddScaled(old, x.w, 1)
}

func (s *trustRegion) took(b compute.Backend, x part) {
	step := s.step[x.parameter].Slice(x.lo, x.hi)
	b.Zero(step)
	b.AddScaled(step, x.w, 1)
	b.AddScaled(step, s.old[x.parameter].Slice(x.lo, x.hi), -1)
}

// newTrustRegion returns one that has no room for outputs yet.
func newTrustRegion(b compute.Backend, policy *Policy) *trustRegion {
	s := &trustRegion{longest: 1}
	for _, p := range policy.net.parameters() {
		s.old = append(s.old, compute.New[float32](b, p.w.Rows, p.w.Cols))
		s.step = append(s.step, compute.New[float32](b, p.w.Rows, p.w.Cols))
	}
	return s
}

// room makes room for the outputs of rows rows, if there is less. What there was stays the
// backend's: it is to happen rarely.
func (s *trustRegion) room(b compute.Backend, policy *Policy, rows int) {
	if rows <= s.z.Rows {
		return
	}
	rows = max(rows, 2*s.z.Rows)
	k := policy.Outputs()
	s.z, s.prob = compute.New[float32](b, rows, k), compute.New[float32](b, rows, k)
	s.active = compute.New[uint16](b, rows, policy.net.activeWords())
	s.before, s.after = compute.Pinned[float32](b, rows*k), compute.Pinned[float32](b, rows*k)
}

// place puts the weights to a fraction of the step.
func (s *trustRegion) place(b compute.Backend, l *Learner, fraction float32) {
	l.inParts(b, func(q compute.Backend, x part) {
		q.Zero(x.w)
		q.AddScaled(x.w, s.old[x.parameter].Slice(x.lo, x.hi), 1)
		if fraction > 0 {
			q.AddScaled(x.w, s.step[x.parameter].Slice(x.lo, x.hi), fraction)
		}
		q.SumSquares(l.weights.Slice(x.slice, x.end), x.w)
	})
	l.Policy.Refresh(b)
}

// measure returns the mean KL divergence to the policy as it is now, and how much more
// the objective is.
func (s *trustRegion) measure(t *Trainer, batch Batch, entropy float32) (kl, gain float64) {
	b, rows := t.backend, batch.Rows()
	z := s.z.Slice(0, rows)
	t.policy.Forward(b, z, s.prob.Slice(0, rows), s.active.Slice(0, rows), batch.X)
	compute.Fetch(b, s.after[:z.Len()], z)
	if b.Sync() != nil {
		return 0, 0
	}
	host := t.hostBatch()
	const chunk = 1024
	s.parts = slices.Grow(s.parts[:0], (rows+chunk-1)/chunk)[:(rows+chunk-1)/chunk]
	inParallel(t.workers, len(s.parts), func(_, i int) {
		s.parts[i] = s.sum(host, z.Cols, i*chunk, min((i+1)*chunk, rows), entropy)
	})
	n := 0
	for _, p := range s.parts {
		n += p.rows
		kl += p.kl
		gain += p.objective
	}
	return kl / math.Max(1, float64(n)), gain
}

// sum adds up rows lo to hi (exclusive) that count.
func (s *trustRegion) sum(host hostBatch, outputs, lo, hi int, entropy float32) (sums searchSums) {
	var before, after [16]float32
	for row := lo; row < hi; row++ {
		weight := host.weight[row]
		if weight == 0 {
			continue
		}
		actions := logProbabilities(before[:], s.before[row*outputs:(row+1)*outputs], outputs)
		logProbabilities(after[:], s.after[row*outputs:(row+1)*outputs], outputs)
		var kl, spread float32 // and how much the entropy grows
		for k := range actions {
			p, q := compute.Exp32(before[k]), compute.Exp32(after[k])
			if p > 0 {
				kl += float32(p * (before[k] - after[k]))
				spread += float32(p * before[k])
			}
			if q > 0 {
				spread -= float32(q * after[k])
			}
		}
		a := host.action[row]
		ratio := compute.Exp32(after[a] - before[a])
		sums.rows++
		sums.kl += float64(kl)
		sums.objective += float64(float32(weight * (float32(host.advantage[row]*(ratio-1)) + float32(entropy*spread))))
	}
	return sums
}
