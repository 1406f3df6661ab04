package dashboard

import (
	"bytes"
	"math"
	"strconv"

	"pongpg/trainer"
)

// A column is a quantity of metrics.jsonl, by its name there.
type column struct {
	name string
	of   func(*trainer.Metrics) float64
}

var columns = []column{
	{"update", func(m *trainer.Metrics) float64 { return float64(m.Update) }},
	{"global_step", func(m *trainer.Metrics) float64 { return float64(m.GlobalStep) }},
	{"elapsed_seconds", func(m *trainer.Metrics) float64 { return m.ElapsedSeconds }},
	{"episodes", func(m *trainer.Metrics) float64 { return float64(m.Episodes) }},
	{"episodic_return", func(m *trainer.Metrics) float64 { return float64(m.EpisodicReturn) }},
	{"episode_length", func(m *trainer.Metrics) float64 { return float64(m.EpisodeLength) }},
	{"running_reward", func(m *trainer.Metrics) float64 { return float64(m.RunningReward) }},
	{"sps", func(m *trainer.Metrics) float64 { return m.SPS }},
	{"entropy", func(m *trainer.Metrics) float64 { return m.Entropy }},
	{"kl", func(m *trainer.Metrics) float64 { return m.KL }},
	{"gradient_norm", func(m *trainer.Metrics) float64 { return m.GradientNorm }},
	{"weight_norm", func(m *trainer.Metrics) float64 { return m.WeightNorm }},
	{"dead_units", func(m *trainer.Metrics) float64 { return m.DeadUnits }},
	{"learning_rate", func(m *trainer.Metrics) float64 { return m.LearningRate }},
}

// drawn are the columns whose extremes a thinned curve keeps.
var drawn = columns[4:]

// thin returns which of the rows to send, in order: all of them if they are few, else of each
// of a number of stretches the first, the last, and those in which a quantity is lowest or
// highest: on a screen of as many columns the curves are the same (M4: Jugel et al., VLDB
// 2014).
func thin(rows []trainer.Metrics, stretches int) []int {
	var kept []int
	if len(rows) <= 4*stretches {
		for i := range rows {
			kept = append(kept, i)
		}
		return kept
	}
	for s := range stretches {
		lo, hi := s*len(rows)/stretches, (s+1)*len(rows)/stretches
		keep := make([]bool, hi-lo)
		keep[0], keep[hi-lo-1] = true, true
		for _, c := range drawn {
			low, high := -1, -1
			for i := range hi - lo {
				y := c.of(&rows[lo+i])
				if math.IsNaN(y) {
					continue
				}
				if low < 0 || y < c.of(&rows[lo+low]) {
					low = i
				}
				if high < 0 || y > c.of(&rows[lo+high]) {
					high = i
				}
			}
			if low >= 0 {
				keep[low], keep[high] = true, true
			}
		}
		for i, k := range keep {
			if k {
				kept = append(kept, lo+i)
			}
		}
	}
	return kept
}

// vector is a column as JSON, with null for what is not finite.
type vector []float64

// MarshalJSON writes whole numbers exactly, others in seven digits: a curve needs no more.
func (v vector) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, x := range v {
		if i > 0 {
			b.WriteByte(',')
		}
		switch {
		case math.IsNaN(x) || math.IsInf(x, 0):
			b.WriteString("null")
		case x == math.Trunc(x) && math.Abs(x) < 1<<53:
			b.Write(strconv.AppendInt(nil, int64(x), 10))
		default:
			b.Write(strconv.AppendFloat(nil, x, 'g', 7, 64))
		}
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}
