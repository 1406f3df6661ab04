package trainer

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Metrics is what is measured at an update; docs/metrics.md has the formulas and
// what is healthy. It is one line of metrics.jsonl.
type Metrics struct {
	Update         int64   `json:"update"`          // from 1
	GlobalStep     int64   `json:"global_step"`     // decisions so far
	ElapsedSeconds float64 `json:"elapsed_seconds"` // of training, over all resumptions
	Episodes       int64   `json:"episodes"`        // that have ended
	SPS            float64 `json:"sps"`             // decisions per second of this update

	EpisodicReturn Optional `json:"episodic_return"` // mean of the last 100 episodes
	EpisodeLength  Optional `json:"episode_length"`  // mean of the last 100, in decisions
	RunningReward  Optional `json:"running_reward"`  // the post's

	LearningRate float64 `json:"learning_rate"`
	Blur         int     `json:"blur"`

	Entropy      float64 `json:"entropy"`       // nats
	KL           float64 `json:"kl"`            // nats, of the new policy from the old one
	GradientNorm float64 `json:"gradient_norm"` // before it is clipped
	WeightNorm   float64 `json:"weight_norm"`
	DeadUnits    float64 `json:"dead_units"` // fraction

	ExplainedVariance Optional `json:"explained_variance"` // by the value (a2c, ppo)
	StepFraction      Optional `json:"step_fraction"`      // of the optimizer's step that was taken (trpo)
	EliteReturn       Optional `json:"elite_return"`       // mean of the best guesses (cem)
}

// Optional is a number, or NaN for none, which JSON writes as null.
type Optional float64

// MarshalJSON writes the number, or null.
func (o Optional) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(o)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(o))
}

// UnmarshalJSON reads a number or null.
func (o *Optional) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*o = Optional(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(o))
}

// NotFiniteError says that an update made a number that is not finite. The run
// must stop, and its last checkpoint is good.
type NotFiniteError struct {
	Update   int64
	Quantity string
	Value    float64
}

// Error names the update and the quantity.
func (e *NotFiniteError) Error() string {
	return fmt.Sprintf("the %s became %v in update %d: the training has diverged; start again with a lower --lr", e.Quantity, e.Value, e.Update)
}

// checkFinite returns a NotFiniteError for the first number that is not finite.
func (m *Metrics) checkFinite() error {
	for _, q := range []struct {
		name  string
		value float64
	}{
		{"gradient norm", m.GradientNorm}, {"weight norm", m.WeightNorm},
		{"entropy", m.Entropy}, {"KL", m.KL},
	} {
		if math.IsNaN(q.value) || math.IsInf(q.value, 0) {
			return &NotFiniteError{m.Update, q.name, q.value}
		}
	}
	return nil
}

// rate returns n per second of d.
func rate(n int64, d time.Duration) float64 { return float64(n) / max(d.Seconds(), 1e-9) }
