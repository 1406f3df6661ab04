package crosscheck

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
)

// Apart trains a run for some updates on each device by itself, and compares after each
// update the metrics and the whole state that a checkpoint has: weights, mean squares,
// games, in which every action has left its mark. It calls done with the metrics, and
// returns a digest of the last state. The error is the first *Difference, or what went
// wrong.
func Apart(config trainer.Config, a, b compute.Backend, updates int64, done func(trainer.Metrics)) (digest string, err error) {
	ta, err := trainer.New(config, a)
	if err != nil {
		return "", fmt.Errorf("on %s: %w", a.Name(), err)
	}
	tb, err := trainer.New(config, b)
	if err != nil {
		return "", fmt.Errorf("on %s: %w", b.Name(), err)
	}
	var stateA, stateB snapshot
	for n := int64(0); ; n++ {
		if stateA, err = snapshotOf(ta, a); err != nil {
			return "", err
		}
		if stateB, err = snapshotOf(tb, b); err != nil {
			return "", err
		}
		if d := difference(n, stateA, stateB); d != nil {
			d.Reference, d.Tested = a.Name(), b.Name()
			return "", d
		}
		if n == updates {
			return stateA.digest(), nil
		}
		if stateA.metrics, err = ta.Update(); err != nil {
			return "", fmt.Errorf("on %s: update %d: %w", a.Name(), n+1, err)
		}
		if stateB.metrics, err = tb.Update(); err != nil {
			return "", fmt.Errorf("on %s: update %d: %w", b.Name(), n+1, err)
		}
		if d := differentMetrics(n+1, stateA.metrics, stateB.metrics); d != nil {
			d.Reference, d.Tested = a.Name(), b.Name()
			return "", d
		}
		done(stateA.metrics)
	}
}

// snapshot is a run between two updates.
type snapshot struct {
	metrics trainer.Metrics
	tensors []checkpoint.Tensor
}

func snapshotOf(t *trainer.Trainer, b compute.Backend) (snapshot, error) {
	f, err := t.Checkpoint()
	if err != nil {
		return snapshot{}, fmt.Errorf("on %s: %w", b.Name(), err)
	}
	return snapshot{tensors: f.Tensors}, nil
}

// digest returns 16 hexadecimal digits of the state's SHA-256, for people to compare.
func (s *snapshot) digest() string {
	h := sha256.New()
	for _, t := range s.tensors {
		fmt.Fprintf(h, "%s %s %v\n", t.Name, t.DType, t.Shape)
		h.Write(t.Data)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
