package crosscheck

import (
	"fmt"

	"pongpg/trainer"
	"pongpg/trainer/compute/parity"
)

// Together trains a run for some updates on both devices of p at once, and calls done after
// each. The error is the first difference, a *parity.Difference, or what went wrong.
func Together(config trainer.Config, p *parity.Backend, updates int64, done func(trainer.Metrics)) error {
	t, err := trainer.New(config, p)
	if err != nil {
		return err
	}
	for range updates {
		m, err := t.Update()
		if err != nil {
			return fmt.Errorf("update %d: %w", t.Progress().Update, err)
		}
		done(m)
	}
	return nil
}
