package trainer

import (
	"time"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// Trainer is a run in memory: the games, the policy, the learner and all that they
// have counted. It is used from one goroutine.
type Trainer struct {
	config  Config
	backend compute.Backend
	workers int

	policy  *Policy
	learner *Learner

	// Where the batches come from: one of these, as the Config says.
	rollout *Rollout
	player  *episodePlayer
	batch   episodeBatch
	guesser *guesser

	critic *critic      // of an actor-critic
	trust  *trustRegion // where steps are searched for
	expert *expert      // who is imitated

	schedule  []stage // by --schedule; none: the same all along
	rateScale float32 // of the learning rate, to keep to --kl-target

	update, globalStep int64
	elapsed            time.Duration
	history            history
	best               float64 // highest mean return of a checkpoint so far
	sample             *policySample
	record             *recorder
}

// New returns the run of a Config at its beginning, on a backend, which it uses
// but does not close. Games are played by backend.Workers() goroutines. Errors are those of
// Config.Check and of the device.
func New(config Config, backend compute.Backend) (*Trainer, error) {
	t, err := build(config, backend)
	if err != nil {
		return nil, err
	}
	t.policy.Init(backend, config.Seed, config.InitBlur)
	return t, backend.Sync()
}

// build returns a run whose weights are 0.
func build(config Config, backend compute.Backend) (*Trainer, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	preset, err := emu.PresetByName(config.Preset)
	if err != nil {
		return nil, err
	}
	policy, err := NewPolicy(backend, &config)
	if err != nil {
		return nil, err
	}
	t := &Trainer{
		config: config, backend: backend, workers: backend.Workers(), policy: policy,
		sample: newPolicySample(backend, policy), best: lowestReturn, rateScale: config.firstRateScale(),
	}
	if t.schedule, err = parseSchedule(config.Schedule); err != nil {
		return nil, err
	}
	if config.Algorithm == CEM {
		t.guesser = newGuesser(backend, &config, preset, policy)
		return t, backend.Sync()
	}
	if config.BatchEpisodes > 0 {
		envs := min(config.Envs, config.BatchEpisodes)
		t.player = newEpisodePlayer(backend, policy, preset, config.Seed, envs, true, false)
		t.batch.Episodes = make([]EpisodeRecord, config.BatchEpisodes)
		t.learner = NewLearner(backend, policy, config.Optimizer, 0)
	} else {
		vector := emu.NewVector(config.Envs, preset, config.Seed, 0)
		vector.SetInput(policy.Input)
		if t.rollout, err = newRollout(backend, policy, vector, config.Seed, config.Steps(), config.horizon()); err != nil {
			return nil, err
		}
		if config.Baseline == "situation" || config.Credit != "point" {
			t.rollout.judge = newJudge(t.rollout, &config)
		}
		if config.hasValue() {
			t.critic = newCritic(backend, policy, t.rollout)
		}
		if config.Imitate > 0 {
			e := newExpert(policy.set)
			t.expert = &e
		}
		t.learner = NewLearner(backend, policy, config.Optimizer, t.rollout.Batch.Rows())
	}
	if config.Algorithm == TRPO {
		t.trust = newTrustRegion(backend, policy)
		if t.rollout != nil {
			t.trust.room(backend, policy, t.rollout.Batch.Rows())
		}
	}
	return t, backend.Sync()
}

// lowestReturn is below the return of any episode.
const lowestReturn = -100

// Config returns the configuration.
func (t *Trainer) Config() Config { return t.config }

// Policy returns the policy as it is: it belongs to the run.
func (t *Trainer) Policy() *Policy { return t.policy }
