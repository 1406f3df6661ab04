package trainer

import (
	"slices"

	"pongpg/trainer/compute"
)

// sampleRows is the number of decisions of a batch that the metrics of the policy are
// measured on.
const sampleRows = 1024

// policySample measures the policy on some decisions before and after an update.
type policySample struct {
	room            Batch // for the forward pass after the update
	rows            int
	z, newZ         []float32 // [rows][outputs] logits before and after
	active          []uint16  // [rows][units/16] before
	units           []float32 // [rows][units] after, of a network that has no active
	before, after   []float32 // ln p of each action
	anyUnit         []uint16
	outputs, hidden int
}

func newPolicySample(b compute.Backend, p *Policy) *policySample {
	room := NewBatch(b, sampleRows, p)
	return &policySample{
		room: room, outputs: p.Outputs(), hidden: p.config.Hidden,
		z:       compute.Pinned[float32](b, room.Z.Len()),
		newZ:    compute.Pinned[float32](b, room.Z.Len()),
		active:  compute.Pinned[uint16](b, room.Active.Len()),
		units:   compute.Pinned[float32](b, p.run.hidden().Len()),
		before:  make([]float32, sampleRows*max(2, p.Outputs())),
		after:   make([]float32, sampleRows*max(2, p.Outputs())),
		anyUnit: make([]uint16, room.Active.Cols),
	}
}

// fetch runs the policy as it is now on up to sampleRows decisions from the middle of the
// batch, and asks for what measure needs after the next Sync.
func (s *policySample) fetch(b compute.Backend, p *Policy, batch Batch) {
	s.rows = min(sampleRows, batch.Rows())
	first := (batch.Rows() - s.rows) / 2
	rows, room := batch.Slice(first, first+s.rows), s.room.Slice(0, s.rows)
	p.Forward(b, room.Z, room.Prob, room.Active, rows.X)
	compute.Fetch(b, s.z[:rows.Z.Len()], rows.Z)
	compute.Fetch(b, s.newZ[:rows.Z.Len()], room.Z)
	if hidden := p.run.hidden(); hidden.Len() > 0 {
		s.units = s.units[:hidden.Len()]
		compute.Fetch(b, s.units, hidden)
	}
	compute.Fetch(b, s.active[:rows.Active.Len()], rows.Active)
}

// measure returns the mean entropy of the policy that made the batch, its mean
// Kullback–Leibler divergence Σ p·ln(p/p′) to the policy as it is now, and the fraction
// of hidden units that no decision activated, over what was fetched.
func (s *policySample) measure() (entropy, kl, dead float64) {
	n := s.rows
	if n == 0 {
		return 0, 0, 0
	}
	actions := logProbabilities(s.before, s.z[:n*s.outputs], s.outputs)
	logProbabilities(s.after, s.newZ[:n*s.outputs], s.outputs)
	for i := range n * actions {
		// In the arithmetic that is the same on every machine: the KL may rule the learning rate.
		if probability := compute.Exp32(s.before[i]); probability > 0 {
			entropy -= float64(float32(probability * s.before[i]))
			kl += float64(float32(probability * (s.before[i] - s.after[i])))
		}
	}
	return entropy / float64(n), kl / float64(n), s.deadFraction(s.active[:n*len(s.anyUnit)])
}

// deadFraction returns the fraction of units that are active in no row.
func (s *policySample) deadFraction(active []uint16) float64 {
	if len(s.units) > 0 {
		return s.deadUnits()
	}
	clear(s.anyUnit)
	for i, word := range active {
		s.anyUnit[i%len(s.anyUnit)] |= word
	}
	dead := 0
	for unit := range s.hidden {
		if s.anyUnit[unit/compute.Lanes]>>(unit%compute.Lanes)&1 == 0 {
			dead++
		}
	}
	return float64(dead) / float64(s.hidden)
}

// deadUnits does so by the units themselves.
func (s *policySample) deadUnits() float64 {
	units := compute.PadCols(s.hidden)
	dead := 0
	for unit := range s.hidden {
		most := float32(0)
		for at := unit; at < len(s.units); at += units {
			most = max(most, s.units[at])
		}
		if most == 0 {
			dead++
		}
	}
	return float64(dead) / float64(s.hidden)
}

// logProbabilities writes ln p of each action of each row of logits z to dst and
// returns the number of actions.
func logProbabilities(dst, z []float32, outputs int) (actions int) {
	if outputs == 1 {
		for i, logit := range z {
			dst[2*i], dst[2*i+1] = -softplus(logit), -softplus(-logit)
		}
		return 2
	}
	for lo := 0; lo < len(z); lo += outputs {
		row := z[lo : lo+outputs]
		most, sum := slices.Max(row), float32(0)
		for _, logit := range row {
			sum += compute.Exp32(logit - most)
		}
		sum = compute.Log32(sum)
		for k, logit := range row {
			dst[lo+k] = logit - most - sum
		}
	}
	return outputs
}

// softplus returns ln(1+e^x).
func softplus(x float32) float32 { return max(x, 0) + compute.Log32(1+compute.Exp32(-max(x, -x))) }
