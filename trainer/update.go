package trainer

import (
	"math"
	"time"

	"pongpg/trainer/compute"
)

// Update is the whole of training, once: play, find out what was good, make it
// likelier. It returns the update's metrics, and the first error of the device or
// a NotFiniteError.
//
//	frames → observation → batch → forward → actions → rewards    play
//	       → returns → advantages                                 play
//	       → gradient → update                                    learn
func (t *Trainer) Update() (Metrics, error) {
	if t.guesser != nil {
		return t.updateByGuess()
	}
	started := time.Now()
	hyper, imitates := t.hyper(), t.imitates()

	// N games play under the policy as it is. Every decision is a row of the batch:
	// observation x, probabilities p, action a, the advantage A, which is the return of
	// the point that it had a part in, standardized or less what was expected, and the weight w:
	// 1 (over their number, for a mean) for decisions whose return is known, 0 for the others.
	t.recordStart(hyper)
	batch, live := t.play()
	if err := t.recordPlayed(batch, live); err != nil {
		return Metrics{}, err
	}

	// d = w·(a−p)·A at the logits, back through the network, and a step of the optimizer.
	t.learn(batch, hyper)

	t.update++
	t.globalStep += int64(live)
	m := t.measure(batch.Slice(0, live), hyper, started)
	if err := t.backend.Sync(); err != nil {
		return m, err
	}
	if err := m.checkFinite(); err != nil {
		return m, err
	}
	if !imitates { // an expert may be followed as far as it leads
		t.steer(m.KL)
	}
	return m, t.recordAfter(m)
}

// play collects a batch with its advantages and weights. The first rows, live in number,
// are the decisions that were made in this update.
func (t *Trainer) play() (batch Batch, live int) {
	switch {
	case t.player != nil:
		return t.playEpisodes()
	case t.critic != nil:
		return t.playCritic()
	case t.imitates():
		return t.playImitation()
	}
	return t.playRollout()
}

// imitates reports whether the next update learns from the expert.
func (t *Trainer) imitates() bool { return t.globalStep < int64(t.config.Imitate) }

// learn takes the algorithm's steps.
func (t *Trainer) learn(batch Batch, h Hyper) {
	switch t.config.Algorithm {
	case A2C, PPO:
		t.learnActorCritic(batch, h)
	case TRPO:
		t.learnTrustRegion(batch, h)
	default:
		t.learner.Backward(t.backend, batch, h)
		t.learner.Ascend(t.backend, h)
	}
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
	worth, counts := returns, r.Known
	if r.judge != nil {
		worth, counts = t.assess(rows), r.judge.part
	}
	t.inChunks(rows, func(lo, hi int) {
		if t.config.Standardize == "batch" {
			standardize(r.host.advantage[lo:hi], counts[lo:hi], worth)
		}
		for row := lo; row < hi; row++ {
			r.host.weight[row] = 0
			if r.Known[row] {
				r.host.weight[row] = weight
			}
		}
	})
	return t.upload(live, rows), live
}

// assess has the rollout's judge say what its rows were worth, and returns the moments.
func (t *Trainer) assess(rows int) (worth moments) {
	parts := make([]moments, (rows+chunkRows-1)/chunkRows) // added in one order, whoever assessed them
	t.inChunks(rows, func(lo, hi int) { parts[lo/chunkRows] = t.rollout.judge.assess(t.rollout, lo, hi) })
	for _, m := range parts {
		worth = worth.plus(m)
	}
	return worth
}

// playImitation plays on likewise, but what counts is what the expert would have done: all
// rows, and no return.
func (t *Trainer) playImitation() (batch Batch, live int) {
	r := t.rollout
	r.Steps = t.config.steps(int(t.stage().batch))
	r.Collect(t.workers, t.config.Gamma) // decisions wait for returns already
	live = r.Live()
	weight := t.weight(live)
	inParallel(t.workers, r.Games, func(_, g int) { t.expert.imitate(r, g) })
	for row := range live {
		r.host.weight[row] = weight
	}
	compute.Upload(t.backend, r.Batch.Action.Slice(0, live), r.host.action[:live])
	return t.upload(live, live), live
}

// chunkRows is how many rows are looked at in a call, where rows are looked at side by side.
const chunkRows = 4096

// inChunks calls do for all of some rows, chunkRows at a time, on the workers.
func (t *Trainer) inChunks(rows int, do func(lo, hi int)) {
	inParallel(t.workers, (rows+chunkRows-1)/chunkRows, func(_, i int) { do(i*chunkRows, min((i+1)*chunkRows, rows)) })
}

// upload brings what the host knows of a rollout's rows to the device, runs the policy
// on the carried ones, and counts the episodes that have ended. It returns the rows.
func (t *Trainer) upload(live, rows int) Batch {
	r := t.rollout
	for _, e := range r.Episodes {
		t.history.add(e.Return, e.Decisions)
	}
	batch := r.Batch.Slice(0, rows)
	compute.Upload(t.backend, batch.Advantage, r.host.advantage[:rows])
	compute.Upload(t.backend, batch.Weight, r.host.weight[:rows])

	compute.Upload(t.backend, batch.X.Entries, r.host.slice(0, rows).x)
	if carried := r.Batch.Slice(live, rows); carried.Rows() > 0 {
		compute.Upload(t.backend, carried.Action, r.host.action[live:rows])
		t.policy.Forward(t.backend, carried.Z, carried.Prob, carried.Active, carried.X)
	}
	return batch
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

// hostBatch returns the host's side of the batch.
func (t *Trainer) hostBatch() hostBatch {
	if t.rollout != nil {
		return t.rollout.host
	}
	return t.batch.host
}

// hyper returns the hyperparameters of the next update.
func (t *Trainer) hyper() Hyper {
	c, s := &t.config, t.stage()
	return Hyper{
		Entropy:      s.entropyWeight,
		LearningRate: float32(s.learningRate * t.rateScale), Decay: c.decay(s.batch), Epsilon: float32(c.Epsilon),
		Beta1: float32(c.Beta1), Beta2: float32(c.Beta2), Step: t.update + 1,
		Blur: c.blur(t.update), L2: float32(c.L2), Clip: float32(c.Clip),
	}
}

// steer lowers the learning rate when an update has moved the policy by more than twice
// --kl-target, and raises it again by less than half of it: how far a rate takes the policy
// is not known beforehand, and too far is where training collapses. It begins low, as RMSProp's
// first steps are long: the mean squares are still small.
func (t *Trainer) steer(kl float64) {
	const factor, least = 1.2, 1e-3
	switch target := t.config.KLTarget; {
	case target == 0:
	case kl > 2*target:
		t.rateScale = max(t.rateScale/factor, least)
	case kl < target/2:
		t.rateScale = min(float32(t.rateScale*factor), 1)
	}
}

// firstRateScale returns what steer begins with.
func (c *Config) firstRateScale() float32 {
	if c.KLTarget > 0 {
		return 0.1
	}
	return 1
}

// updateByGuess is Update for the cross-entropy method, which has no gradient.
func (t *Trainer) updateByGuess() (Metrics, error) {
	started := time.Now()
	t.recordGuesses("before")
	decisions := t.guess()
	if err := t.backend.Sync(); err != nil {
		return Metrics{}, err
	}
	t.update++
	t.globalStep += int64(decisions)
	m := t.Progress()
	m.EliteReturn = Optional(t.guesser.best)
	m = t.timed(m, decisions, started)
	return m, t.recordPlayedGuesses(m)
}

// Progress returns how far the run is: the metrics that are not about one update; the
// others are 0.
func (t *Trainer) Progress() Metrics {
	none := Optional(math.NaN())
	m := Metrics{
		Update: t.update, GlobalStep: t.globalStep, Episodes: t.history.episodes,
		ElapsedSeconds:    t.elapsed.Seconds(),
		ExplainedVariance: none, StepFraction: none, EliteReturn: none,
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
	switch {
	case t.critic != nil:
		m.ExplainedVariance = Optional(t.critic.explained)
	case t.trust != nil:
		m.StepFraction = Optional(t.trust.fraction)
	}
	return t.timed(m, batch.Rows(), started)
}

// timed adds what an update's decisions took.
func (t *Trainer) timed(m Metrics, decisions int, started time.Time) Metrics {
	took := time.Since(started)
	t.elapsed += took
	m.ElapsedSeconds, m.SPS = t.elapsed.Seconds(), rate(int64(decisions), took)
	return m
}
