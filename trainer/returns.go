package trainer

import "math"

// moments is the number, sum and sum of squares of returns. Adding in a fixed order
// gives the same bits everywhere.
type moments struct {
	n            int
	sum, squares float64
}

// with returns the moments with one more return.
func (m moments) with(x float64) moments {
	return moments{m.n + 1, m.sum + x, m.squares + float64(x*x)}
}

// plus returns the moments of both.
func (m moments) plus(o moments) moments {
	return moments{m.n + o.n, m.sum + o.sum, m.squares + o.squares}
}

// meanStd returns the mean and the population standard deviation, which is 0 for
// returns that are all alike (but for rounding).
func (m moments) meanStd() (mean, std float64) {
	if m.n == 0 {
		return 0, 0
	}
	mean = m.sum / float64(m.n)
	variance := m.squares/float64(m.n) - float64(mean*mean)
	if variance < 1e-12*m.squares/float64(m.n) {
		return mean, 0
	}
	return mean, math.Sqrt(variance)
}

// standardize replaces the known returns by their distance from the mean in
// standard deviations; by 0 where all are alike, where the post's script divides by
// zero. known may be nil: all are.
func standardize(returns []float32, known []bool, m moments) {
	mean, std := m.meanStd()
	scale := 0.0
	if std > 0 {
		scale = 1 / std
	}
	for i, r := range returns {
		if known == nil || known[i] {
			returns[i] = float32(float64((float64(r) - mean) * scale))
		}
	}
}

// discountEpisode writes the returns of an episode's decisions: the reward of
// each decision's point, discounted by gamma for each decision between; 0 after the last
// reward. It returns their moments.
func discountEpisode(returns []float32, reward []int8, gamma float64) moments {
	var m moments
	run := 0.0
	for t := len(reward) - 1; t >= 0; t-- {
		run = float64(gamma * run)
		if reward[t] != 0 {
			run = float64(reward[t])
		}
		returns[t] = float32(run)
		m = m.with(run)
	}
	return m
}
