package trainer

import (
	"time"

	"pongpg/trainer/compute"
)

// Update is the whole of training, once: play, find out what was good, make it
// likelier. It returns the update's metrics, and the first error of the device or
// a NotFiniteError.
//
//	frames → observation → batch → forward → actions → rewards    play
//	       → returns → advantages                                 play
//	       → gradient → update                                    Learner.Backward, Ascend
func (t *Trainer) Update() (Metrics, error) {
	started := time.Now()
	hyper := t.hyper()

	// N games play under the policy as it is. Every decision is a row of the batch:
	// observation x, probabilities p, action a, the advantage A, which is the return of
	// the decision's point, standardized, and the weight w: 1 (over their number, for a
	// mean) for decisions whose return is known, 0 for the others.
	batch, live := t.play()
	if err := t.recordBefore(batch, hyper); err != nil {
		return Metrics{}, err
	}

	// d = w·(a−p)·A at the logits, back through the network, and a step of the optimizer.
	t.learner.Backward(t.backend, batch, hyper)
	t.learner.Ascend(t.backend, hyper)

	t.update++
	t.globalStep += int64(live)
	m := t.measure(batch.Slice(0, live), hyper, started)
	if err := t.backend.Sync(); err != nil {
		return m, err
	}
	if err := m.checkFinite(); err != nil {
		return m, err
	}
	return m, t.recordAfter(m)
}

// play collects a batch with its advantages and weights. The first rows, live in number,
// are the decisions that were made in this update.
func (t *Trainer) play() (batch Batch, live int) {
	if t.rollout != nil {
		return t.playRollout()
	}
	return t.playEpisodes()
}

// playRollout lets every game play on for the same number of decisions. Decisions
// whose point is not over have weight 0 for now, and come again as carried rows when
// it is.
func (t *Trainer) playRollout() (batch Batch, live int) {
	r := t.rollout
	r.Steps = t.config.steps(int(t.stage().batch))
	returns := r.Collect(t.workers, t.config.Gamma)
	live = r.Live()
	rows := live + r.Carried
	weight := t.weight(returns.n)
	const chunk = 4096
	inParallel(t.workers, (rows+chunk-1)/chunk, func(_, i int) {
		lo, hi := i*chunk, min((i+1)*chunk, rows)
		if t.config.Standardize == "batch" {
			standardize(r.host.advantage[lo:hi], r.Known[lo:hi], returns)
		}
		if r.judge != nil {
			r.judge.assess(r, lo, hi)
		}
		for row := lo; row < hi; row++ {
			r.host.weight[row] = 0
			if r.Known[row] {
				r.host.weight[row] = weight
			}
		}
	})
	for _, e := range r.Episodes {
		t.history.add(e.Return, e.Decisions)
	}
	batch = r.Batch.Slice(0, rows)
	compute.Upload(t.backend, batch.Advantage, r.host.advantage[:rows])
	compute.Upload(t.backend, batch.Weight, r.host.weight[:rows])

	compute.Upload(t.backend, batch.X.Entries, r.host.slice(0, rows).x)
	carried := r.Batch.Slice(live, rows)
	compute.Upload(t.backend, carried.Action, r.host.action[live:rows])
	t.policy.Forward(t.backend, carried.Z, carried.Prob, carried.Active, carried.X)
	return batch, live
}

// weight returns the weight of each of n decisions.
func (t *Trainer) weight(n int) float32 {
	if t.config.Reduce == "mean" {
		return 1 / float32(max(1, n))
	}
	return 1
}

// playEpisodes plays a number of whole episodes.
func (t *Trainer) playEpisodes() (batch Batch, live int) {
	e := &t.batch
	t.player.play(t.history.episodes, e.Episodes)
	returns := e.pack(t.backend, t.policy, t.config.Gamma, t.config.Standardize == "episode")
	if t.config.Standardize == "batch" {
		standardize(e.host.advantage[:e.Rows], nil, returns)
	}
	for i := range e.Episodes {
		t.history.add(e.Episodes[i].Return, e.Episodes[i].Decisions)
	}
	batch = e.Batch.Slice(0, e.Rows)
	weight := t.weight(e.Rows)
	for row := range e.Rows {
		e.host.weight[row] = weight
	}
	compute.Upload(t.backend, batch.Advantage, e.host.advantage[:e.Rows])
	compute.Upload(t.backend, batch.Weight, e.host.weight[:e.Rows])
	t.policy.Forward(t.backend, batch.Z, batch.Prob, batch.Active, batch.X)
	return batch, e.Rows
}

// hyper returns the hyperparameters of the next update.
func (t *Trainer) hyper() Hyper {
	c, s := &t.config, t.stage()
	return Hyper{
		Entropy:      s.entropyWeight,
		LearningRate: s.learningRate, Decay: c.decay(s.batch), Epsilon: float32(c.Epsilon),
		Beta1: float32(c.Beta1), Beta2: float32(c.Beta2), Step: t.update + 1,
		Blur: c.blur(t.update), L2: float32(c.L2), Clip: float32(c.Clip),
	}
}

// stage returns what the schedule says of the next update.
func (t *Trainer) stage() stage { return t.config.stage(t.update, t.globalStep) }

// Progress returns how far the run is: the metrics that are not about one update; the
// others are 0.
func (t *Trainer) Progress() Metrics {
	m := Metrics{
		Update: t.update, GlobalStep: t.globalStep, Episodes: t.history.episodes,
		ElapsedSeconds: t.elapsed.Seconds(),
	}
	m.EpisodicReturn, m.EpisodeLength, m.RunningReward = t.history.means()
	return m
}

// measure returns the metrics of the update that has just been made.
func (t *Trainer) measure(batch Batch, h Hyper, started time.Time) Metrics {
	m := t.Progress()
	m.LearningRate, m.Blur = float64(h.LearningRate), h.Blur
	t.sample.fetch(t.backend, t.policy, batch)
	t.learner.fetchNorms(t.backend)
	_ = t.backend.Sync() // its error comes again
	m.Entropy, m.KL, m.DeadUnits = t.sample.measure()
	m.GradientNorm, m.WeightNorm = t.learner.norms()
	took := time.Since(started)
	t.elapsed += took
	m.ElapsedSeconds, m.SPS = t.elapsed.Seconds(), rate(int64(batch.Rows()), took)
	return m
}
