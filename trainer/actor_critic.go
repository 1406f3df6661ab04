package trainer

import (
	"pongpg/emu"
	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// critic is what an actor-critic needs besides a rollout: the network's last output is the
// value, the return that it expects.
type critic struct {
	z         compute.Tensor // [rows][outputs+1] all outputs, of a rollout's live rows and of the next ones
	behaviour compute.Tensor // [rows][1] ln π of each action, of the policy that chose it
	target    compute.Tensor // [rows][1] what the value should have been
	zHost     []float32      // mirrors
	goal      []float32
	residuals []moments // of each game: what the value did not foretell, and
	returns   []moments // what it should have
	order     []int     // of the minibatches
	explained float64
}

func newCritic(b compute.Backend, policy *Policy, r *Rollout) *critic {
	rows := r.Batch.Rows()
	c := &critic{
		z:         compute.New[float32](b, rows, policy.net.outputs()),
		behaviour: compute.New[float32](b, rows, 1),
		target:    compute.New[float32](b, rows, 1),
		residuals: make([]moments, r.Games), returns: make([]moments, r.Games),
	}
	c.zHost, c.goal = compute.Mirror(b, c.z), compute.Mirror(b, c.target)
	return c
}

// playCritic lets every game play on for the same number of decisions, and judges them by
// the value of the situations that they led to (advantages).
func (t *Trainer) playCritic() (batch Batch, live int) {
	r, c, b := t.rollout, t.critic, t.backend
	r.Steps = t.config.steps(int(t.stage().batch))
	r.Play(t.workers, nil)
	for _, e := range r.Episodes {
		t.history.add(e.Return, e.Decisions)
	}

	// The value of where the games are now stands for what is yet to come of their points.
	live = r.Live()
	rows := live + r.Games
	copy(r.host.x[live*emu.ObservationWidth:], r.next)
	all := r.Batch.Slice(0, rows)
	compute.Upload(b, all.X.Entries, r.host.slice(0, rows).x)
	z := c.z.Slice(0, rows)
	t.policy.run.forward(b, z, all.Active, all.X)
	compute.Download(b, c.zHost[:z.Len()], z)

	inParallel(t.workers, len(r.tiles), func(_, i int) {
		for g := r.tiles[i].player.lo; g < r.tiles[i].player.hi; g++ {
			c.advantages(r, g, t.config.Gamma, t.config.Lambda)
		}
	})
	var residuals, returns moments
	for g := range r.Games {
		residuals, returns = residuals.plus(c.residuals[g]), returns.plus(c.returns[g])
	}
	c.explained = explainedVariance(residuals, returns)
	batch = r.Batch.Slice(0, live)
	if t.config.Standardize == "batch" {
		standardize(r.host.advantage[:live], nil, residuals)
	}
	weight := t.weight(live)
	if t.config.Reduce == "mean" { // of a minibatch
		weight *= float32(t.minibatches())
	}
	for row := range live {
		r.host.weight[row] = weight
	}
	compute.Upload(b, batch.Advantage, r.host.advantage[:live])
	compute.Upload(b, batch.Weight, r.host.weight[:live])
	compute.Upload(b, c.target.Slice(0, live), c.goal[:live])
	b.LogProb(c.behaviour.Slice(0, live), batch.Z, batch.Action)
	return batch, live
}

// advantages writes the generalized advantage estimates (Schulman et al. 2016, eq. 16) of
// game g's decisions, and the targets of their values, with V the value and r the reward:
//
//	δ = r + γ·V' − V,  A = δ + γ·λ·A',  target = A + V
//
// where ' is of the next decision. A point ends with its reward: then V' and A' are 0. What
// an episode that is cut off would have brought is not known: there δ and A' are 0.
func (c *critic) advantages(r *Rollout, g int, gamma, lambda float64) {
	var residuals, returns moments
	k := c.z.Cols
	value := func(step int) float64 { return float64(c.zHost[(step*r.Games+g)*k+k-1]) }
	next, advantage := value(r.Steps), 0.0
	for step := r.Steps - 1; step >= 0; step-- {
		row, v := step*r.Games+g, value(step)
		switch {
		case r.Reward[row] != 0:
			advantage = float64(r.Reward[row]) - v
		case r.EpisodeEnd[row]:
			advantage = 0
		default:
			advantage = float64(gamma*next) - v + float64(float64(gamma*lambda)*advantage)
		}
		next = v
		r.host.advantage[row] = float32(advantage)
		c.goal[row] = float32(advantage + v)
		residuals = residuals.with(float64(r.host.advantage[row]))
		returns = returns.with(float64(c.goal[row]))
	}
	c.residuals[g], c.returns[g] = residuals, returns
}

// explainedVariance returns 1 − Var(residuals)/Var(returns): 1 if nothing is left to expect,
// 0 if a constant would do as well.
func explainedVariance(residuals, returns moments) float64 {
	_, left := residuals.meanStd()
	_, all := returns.meanStd()
	if all == 0 {
		return 0
	}
	return 1 - left*left/(all*all)
}

// learnActorCritic takes steps of the objective of PPOGrad: some passes over the batch, each
// in minibatches. A minibatch is the decisions of all games over a stretch of steps; each
// pass takes them in another order. With one pass and one minibatch the probabilities are those
// that the actions were drawn with, nothing is clipped, and it is A2C (Mnih et al. 2016).
func (t *Trainer) learnActorCritic(batch Batch, h Hyper) {
	c, r, b, l := t.critic, t.rollout, t.backend, t.learner
	n := t.minibatches()
	first := t.update*int64(t.config.Passes*n) + 1
	h.Step = first
	for pass := range t.config.Passes {
		for _, i := range c.shuffled(t.config.Seed, t.update*int64(t.config.Passes)+int64(pass), n) {
			lo, hi := r.Steps*i/n*r.Games, r.Steps*(i+1)/n*r.Games
			t.recordStep(h.Step - first)
			x, z := batch.Slice(lo, hi), c.z.Slice(lo, hi)
			t.policy.run.forward(b, z, x.Active, x.X)
			d := l.room(b, x.Rows(), z.Cols)
			b.PPOGrad(d, z, x.Action, c.behaviour.Slice(lo, hi), x.Advantage, c.target.Slice(lo, hi), x.Weight,
				float32(t.config.PPOClip), h.Entropy, float32(t.config.ValueWeight))
			l.gradient.backward(b, x.X, x.Active, d)
			l.Ascend(b, h)
			h.Step++
		}
	}
}

// minibatches returns how many there are in a pass: of a step of the rollout at least.
func (t *Trainer) minibatches() int { return min(t.config.Minibatches, t.rollout.Steps) }

// shuffled returns the numbers below n in an order that is drawn by name: Fisher and Yates'
// shuffle, as in permutation.
func (c *critic) shuffled(seed uint64, pass int64, n int) []int {
	c.order = c.order[:0]
	for i := range n {
		c.order = append(c.order, i)
	}
	for i := n - 1; i > 0; i-- {
		u, _, _, _ := philox.Block(seed, uint32(i), uint32(pass), philox.PurposeMinibatch, 0)
		j := int(uint64(u) * uint64(i+1) >> 32)
		c.order[i], c.order[j] = c.order[j], c.order[i]
	}
	return c.order
}
