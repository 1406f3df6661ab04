package trainer

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"pongpg/trainer/compute"
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
	GradientNorm float64 `json:"gradient_norm"` // as it goes to RMSProp
	WeightNorm   float64 `json:"weight_norm"`
	DeadUnits    float64 `json:"dead_units"` // fraction
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

// historyLength is the number of episodes that the means are taken over.
const historyLength = 100

// history is the episodes that have ended.
type history struct {
	episodes int64
	running  float64 // the post's running mean
	// The last historyLength returns and lengths; episode i is element i mod historyLength.
	returns, lengths [historyLength]float64
}

// add counts an episode.
func (h *history) add(episodicReturn, decisions int32) {
	r := float64(episodicReturn)
	if h.episodes == 0 {
		h.running = r
	} else {
		h.running = float64(h.running*0.99) + float64(r*0.01)
	}
	at := h.episodes % historyLength
	h.returns[at], h.lengths[at] = r, float64(decisions)
	h.episodes++
}

// means returns the mean return and length of the last 100 episodes (of fewer while there
// are not as many), and the running mean: NaN while there are none.
func (h *history) means() (episodicReturn, length, running Optional) {
	n := min(h.episodes, historyLength)
	if n == 0 {
		nan := Optional(math.NaN())
		return nan, nan, nan
	}
	var sumReturns, sumLengths float64
	for i := range n {
		sumReturns += h.returns[i]
		sumLengths += h.lengths[i]
	}
	return Optional(sumReturns / float64(n)), Optional(sumLengths / float64(n)), Optional(h.running)
}

// sampleRows is the number of decisions of a batch that the metrics of the policy are
// measured on.
const sampleRows = 1024

// policySample measures the policy on some decisions before and after an update.
type policySample struct {
	room         Batch // for the forward pass after the update
	before       []float64
	after        []float64
	z            []float32
	active       []uint16
	anyUnit      []uint16
	outputs, hid int
}

func newPolicySample(b compute.Backend, p *Policy) *policySample {
	room := NewBatch(b, sampleRows, p)
	return &policySample{
		room: room, outputs: p.Outputs(), hid: p.Hidden,
		before:  make([]float64, sampleRows*max(2, p.Outputs())),
		after:   make([]float64, sampleRows*max(2, p.Outputs())),
		z:       make([]float32, room.Z.Len()),
		active:  make([]uint16, room.Active.Len()),
		anyUnit: make([]uint16, room.Active.Cols),
	}
}

// measure returns the mean entropy of the policy that made the batch, its mean
// Kullback–Leibler divergence Σ p·ln(p/p′) to the policy as it is now, and the fraction
// of hidden units that no decision activated, over up to sampleRows decisions from the
// middle of the batch.
func (s *policySample) measure(b compute.Backend, p *Policy, batch Batch) (entropy, kl, dead float64) {
	n := min(sampleRows, batch.Rows())
	if n == 0 {
		return 0, 0, 0
	}
	first := (batch.Rows() - n) / 2
	rows, room := batch.Slice(first, first+n), s.room.Slice(0, n)
	p.Forward(b, room.Z, room.Prob, room.Active, rows.X)
	z, active := s.z[:rows.Z.Len()], s.active[:rows.Active.Len()]
	compute.Download(b, z, rows.Z)
	actions := logProbabilities(s.before, z, s.outputs)
	compute.Download(b, z, room.Z)
	logProbabilities(s.after, z, s.outputs)
	for i := range n * actions {
		if probability := math.Exp(s.before[i]); probability > 0 {
			entropy -= probability * s.before[i]
			kl += probability * (s.before[i] - s.after[i])
		}
	}
	compute.Download(b, active, rows.Active)
	return entropy / float64(n), kl / float64(n), s.deadFraction(active)
}

// deadFraction returns the fraction of units that are active in no row.
func (s *policySample) deadFraction(active []uint16) float64 {
	clear(s.anyUnit)
	for i, word := range active {
		s.anyUnit[i%len(s.anyUnit)] |= word
	}
	dead := 0
	for unit := range s.hid {
		if s.anyUnit[unit/compute.Lanes]>>(unit%compute.Lanes)&1 == 0 {
			dead++
		}
	}
	return float64(dead) / float64(s.hid)
}

// logProbabilities writes ln p of each action of each row of logits z to dst and
// returns the number of actions.
func logProbabilities(dst []float64, z []float32, outputs int) (actions int) {
	if outputs == 1 {
		for i, logit := range z {
			x := float64(logit)
			dst[2*i], dst[2*i+1] = -softplus(x), -softplus(-x)
		}
		return 2
	}
	for lo := 0; lo < len(z); lo += outputs {
		row, most, sum := z[lo:lo+outputs], math.Inf(-1), 0.0
		for _, logit := range row {
			most = max(most, float64(logit))
		}
		for _, logit := range row {
			sum += math.Exp(float64(logit) - most)
		}
		for k, logit := range row {
			dst[lo+k] = float64(logit) - most - math.Log(sum)
		}
	}
	return outputs
}

// softplus returns ln(1+e^x).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// rate returns n per second of d.
func rate(n int64, d time.Duration) float64 { return float64(n) / max(d.Seconds(), 1e-9) }
