package trainer

import (
	"fmt"
	"strconv"
	"strings"

	"pongpg/trainer/compute"
)

// stage is what hyperparameters are from a number of decisions on. Between two stages they
// go from one's to the other's, geometrically.
type stage struct {
	decisions     int64
	batch         float32 // decisions an update
	learningRate  float32
	entropyWeight float32
}

// parseSchedule reads stages, "DECISIONS:BATCH:LR:ENTROPY" each, separated by blanks or commas:
// numbers above 0, the first stage's decisions 0, the others' ascending. An empty schedule
// has no stages.
func parseSchedule(s string) ([]stage, error) {
	var list []stage
	for _, field := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		var values [4]float64
		parts := strings.Split(field, ":")
		if len(parts) != len(values) {
			return nil, fmt.Errorf("--schedule: %q is not DECISIONS:BATCH:LR:ENTROPY, as 0:50000:0.01:0.02", field)
		}
		for i, part := range parts {
			v, err := strconv.ParseFloat(part, 64)
			if err != nil || !(v >= 0) || v > 1e15 || v == 0 && i > 0 {
				return nil, fmt.Errorf("--schedule: %q in %q is not a number above 0", part, field)
			}
			values[i] = v
		}
		next := stage{int64(values[0]), float32(values[1]), float32(values[2]), float32(values[3])}
		switch {
		case next.batch < 1 || next.batch > maxBatch:
			return nil, fmt.Errorf("--schedule: the batch of %q is impossible: it must be in 1 … %d", field, maxBatch)
		case next.learningRate < 1e-12 || next.learningRate > 100 || next.entropyWeight < 1e-12 || next.entropyWeight > 100:
			return nil, fmt.Errorf("--schedule: the learning rate and the entropy's weight of %q must be in 1e-12 … 100", field)
		case len(list) == 0 && next.decisions != 0:
			return nil, fmt.Errorf("--schedule begins with %q: it must begin at decision 0", field)
		case len(list) > 0 && next.decisions <= list[len(list)-1].decisions:
			return nil, fmt.Errorf("--schedule: the decisions of %q do not come after those before it", field)
		}
		list = append(list, next)
	}
	return list, nil
}

// at returns what holds after a number of decisions, of a schedule that is not empty.
func at(schedule []stage, decisions int64) stage {
	for i, next := range schedule[1:] {
		if from := schedule[i]; decisions < next.decisions {
			done := float32(float64(decisions-from.decisions) / float64(next.decisions-from.decisions))
			between := func(a, b float32) float32 {
				if a == b {
					return a
				}
				return a * compute.Exp32(done*compute.Log32(b/a))
			}
			return stage{
				decisions:     decisions,
				batch:         between(from.batch, next.batch),
				learningRate:  between(from.learningRate, next.learningRate),
				entropyWeight: between(from.entropyWeight, next.entropyWeight),
			}
		}
	}
	return schedule[len(schedule)-1]
}

// stage returns what holds in the next update.
func (t *Trainer) stage() stage {
	if len(t.schedule) > 0 {
		return at(t.schedule, t.globalStep)
	}
	c := &t.config
	return stage{t.globalStep, float32(c.BatchDecisions), c.learningRate(t.update), float32(c.Entropy)}
}

// hasValue reports whether the network has an output for the value.
func (c *Config) hasValue() bool { return c.Algorithm == A2C || c.Algorithm == PPO }

// horizon returns how many decisions of a game may wait for their return.
func (c *Config) horizon() int {
	if c.hasValue() {
		return 1 // none does: the value stands for it
	}
	return horizon(c.Gamma)
}

// decay returns RMSProp's decay in an update by a batch.
func (c *Config) decay(batch float32) float32 {
	decay := float32(c.Decay)
	if c.DecayDecisions == 0 || decay == 0 {
		return decay
	}
	return compute.Exp32(batch / float32(c.DecayDecisions) * compute.Log32(decay))
}

// mostDecisions returns the decisions of the largest batch, counted in decisions.
func (c *Config) mostDecisions() int {
	most := c.BatchDecisions
	if schedule, _ := parseSchedule(c.Schedule); len(schedule) > 0 {
		most = 0
		for _, s := range schedule {
			most = max(most, int(s.batch))
		}
	}
	return most
}
