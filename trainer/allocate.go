package trainer

import "pongpg/trainer/compute"

// longEpisode is how many decisions of an episode Allocate makes room for: few have more.
const longEpisode = 10_000

// Allocate makes on a backend what a run of a Config takes there, and calls the operations
// of an update once, on no meaningful data: on a backend that only counts (package meter)
// it tells what the run would need. Errors are those of New.
func Allocate(config Config, backend compute.Backend) error {
	t, err := build(config, backend)
	if err != nil {
		return err
	}
	switch {
	case t.guesser != nil:
		for i := range t.guesser.players {
			setGuess(backend, t.guesser.players[i].policy, &t.guesser.mean)
		}
		return backend.Sync()
	case t.player != nil: // grows with the episodes
		t.batch.Batch = NewBatch(backend, config.BatchEpisodes*longEpisode, t.policy)
		t.batch.host = newHostBatch(backend, t.batch.Batch)
		t.allocateUpdate(t.batch.Batch)
	default:
		t.allocateUpdate(t.rollout.Batch)
	}
	return backend.Sync()
}

// allocateUpdate calls the operations of an update by the most that a batch can be.
func (t *Trainer) allocateUpdate(batch Batch) {
	h := t.hyper()
	h.Blur = max(t.config.Blur, t.config.BlurFinal)
	t.policy.Forward(t.backend, batch.Z, batch.Prob, batch.Active, batch.X)
	if c := t.critic; c != nil {
		live := batch.Slice(0, t.rollout.Live())
		t.policy.run.forward(t.backend, c.z, batch.Active, batch.X)
		t.backend.LogProb(c.behaviour.Slice(0, live.Rows()), live.Z, live.Action)
		batch = live
	}
	t.learn(batch, h)
	t.sample.fetch(t.backend, t.policy, batch)
	t.learner.fetchNorms(t.backend)
}
