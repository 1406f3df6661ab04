package trainer

import (
	"fmt"
	"maps"
	"slices"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// recordCourse notes what the learning rate, the entropy's weight and RMSProp's decay of an
// update follow from.
func (t *Trainer) recordCourse() {
	c := &t.config
	maps.Copy(t.record.arrays, map[string]any{
		"update": t.update, "global_step": t.globalStep, "seed": c.Seed,
		"batch_decisions":       int64(c.BatchDecisions),
		"entropy_weight":        c.Entropy,
		"learning_rate_start":   c.LearningRate,
		"learning_rate_final":   c.LearningRateFinal,
		"learning_rate_updates": int64(c.LearningRateUpdates),
		"decay_once":            c.Decay,
		"decay_decisions":       int64(c.DecayDecisions),
		"kl_target":             c.KLTarget,
		"rate_scale_before":     float64(t.rateScale),
	})
	var stages [][4]float64
	for _, s := range t.schedule {
		stages = append(stages, [4]float64{float64(s.decisions), float64(s.batch), float64(s.learningRate), float64(s.entropyWeight)})
	}
	if len(stages) > 0 {
		t.record.arrays["schedule"] = stages
	}
}

// recordAlgorithm notes what else the algorithm is made of, and what returns are expected.
func (t *Trainer) recordAlgorithm() {
	c := &t.config
	maps.Copy(t.record.arrays, map[string]any{
		"actor_critic":       t.critic != nil,
		"trust_region":       t.trust != nil,
		"imitated":           t.imitates(),
		"baseline_situation": c.Baseline == "situation",
		"credit_hit":         c.Credit != "point",
		"credit_next":        c.Credit == "next",
	})
	if t.critic != nil {
		maps.Copy(t.record.arrays, map[string]any{
			"lambda": c.Lambda, "value_weight": c.ValueWeight, "ppo_clip": c.PPOClip,
			"passes": int64(c.Passes), "minibatches": int64(c.Minibatches),
		})
	}
	if t.trust != nil {
		t.record.arrays["kl_limit"] = c.KLLimit
		t.record.arrays["search_from"] = t.trust.longest
	}
	t.recordSituations("before")
}

// recordSituations notes what is remembered of situations' returns.
func (t *Trainer) recordSituations(when string) {
	if t.rollout == nil || t.rollout.judge == nil {
		return
	}
	b := &t.rollout.judge.baseline
	t.record.arrays["situation_count_"+when] = slices.Clone(b.n[:])
	t.record.arrays["situation_sum_"+when] = slices.Clone(b.sum[:])
}

// recordJudged notes what decisions were held against.
func (t *Trainer) recordJudged(live int) {
	t.recordSituations("after")
	c, r := t.critic, t.rollout
	if c == nil {
		return
	}
	behaviour := make([]float32, live)
	compute.Download(t.backend, behaviour, c.behaviour.Slice(0, live))
	t.record.arrays["behaviour"] = behaviour
	t.record.arrays["target"] = slices.Clone(c.goal[:live])
	t.recordObservations("next", r.host.x[live*emu.ObservationWidth:(live+r.Games)*emu.ObservationWidth])
}

// recordStep notes the weights before a step (from 0) of several of an update; those before the
// first are noted already.
func (t *Trainer) recordStep(step int64) {
	if t.record != nil && step > 0 {
		t.recordWeights(fmt.Sprint("step", step))
	}
}

// recordGuesses notes what guesses were drawn around, and what they are drawn around then.
func (t *Trainer) recordGuesses(when string) {
	if t.record == nil {
		return
	}
	g := t.guesser
	if when == "before" {
		t.record.arrays = map[string]any{
			"guesses": true, "update": t.update, "seed": t.config.Seed,
			"elite": int64(t.config.Elite), "noise": t.config.Noise, "noise_updates": int64(t.config.NoiseUpdates),
		}
	}
	t.record.arrays["guess_mean_"+when] = slices.Clone(g.mean[:])
	t.record.arrays["guess_std_"+when] = slices.Clone(g.std[:])
}

// recordPlayedGuesses notes the guesses and what they brought, and writes the file.
func (t *Trainer) recordPlayedGuesses(m Metrics) error {
	if t.record == nil {
		return nil
	}
	t.recordGuesses("after")
	var theta [][guessNumbers]float32
	var returns []int32
	for i := range t.guesser.players {
		p := &t.guesser.players[i]
		theta = append(theta, p.theta)
		for e := range p.episodes {
			returns = append(returns, p.episodes[e].Return)
		}
	}
	maps.Copy(t.record.arrays, map[string]any{"theta": theta, "returns": returns, "elite_return": float64(m.EliteReturn)})
	t.recordWeights("after")
	return t.writeRecord()
}
