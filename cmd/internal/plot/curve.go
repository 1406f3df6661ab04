package plot

import (
	"fmt"
	"math"
)

// curve is the points of a line. x never falls.
type curve struct {
	x, y []float64
	// low and high are the lowest and the highest of the runs that were merged; nil for one run.
	low, high []float64
}

// gridPoints is how many points a line that is merged has.
const gridPoints = 500

// curveOf returns the line of a series: of one run its points, of several their mean at
// gridPoints places between the last of their beginnings and the first of their ends.
func curveOf(s *Series, x, y *Quantity, smooth int) (*curve, error) {
	var all []*curve
	for _, r := range s.Runs {
		c := pointsOf(r, x, y, smooth)
		if len(c.x) == 0 {
			return nil, nothing(r, y)
		}
		all = append(all, c)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	first, last := math.Inf(-1), math.Inf(1)
	for _, c := range all {
		first, last = max(first, c.x[0]), min(last, c.x[len(c.x)-1])
	}
	if first >= last {
		return nil, fmt.Errorf("the seeds of %q have no %s in common where all have a %s: wait until they are further, or leave out the one that is behind", s.Label, x.Name, y.Name)
	}
	return merge(all, first, last), nil
}

// nothing says that a run has nothing to draw of a quantity.
func nothing(r *Run, y *Quantity) error {
	switch {
	case y.episodes && !r.HasEpisodes():
		return fmt.Errorf("%s has no finished episode yet: wait for one, leave the run out, or plot something else (--y entropy,kl,sps)", r.Dir)
	case y.log:
		return fmt.Errorf("%s has no %s above 0, which is all that its axis can show: leave it out of --y", r.Dir, y.Name)
	}
	return fmt.Errorf("%s has no %s in its metrics: leave it out of --y, or the run out", r.Dir, y.Name)
}

// pointsOf returns the updates of a run that have a value.
func pointsOf(r *Run, x, y *Quantity, smooth int) *curve {
	c := &curve{}
	for i := range r.Metrics {
		m := &r.Metrics[i]
		if v := y.of(m); !math.IsNaN(v) {
			c.x, c.y = append(c.x, x.of(m)), append(c.y, v)
		}
	}
	c.y = trailingMean(c.y, smooth)
	shown := &curve{}
	for i, v := range c.y {
		if y.shown(v) {
			shown.x, shown.y = append(shown.x, c.x[i]), append(shown.y, v)
		}
	}
	return shown
}

// trailingMean returns the mean of each value and those before it, n in all; at the
// beginning of as many as there are.
func trailingMean(y []float64, n int) []float64 {
	if n <= 1 {
		return y
	}
	mean := make([]float64, len(y))
	for i := range y {
		from := max(0, i+1-n)
		sum := 0.0
		for _, v := range y[from : i+1] {
			sum += v
		}
		mean[i] = sum / float64(i+1-from)
	}
	return mean
}

// merge returns the mean, the lowest and the highest of curves between two places that all
// of them reach.
func merge(all []*curve, first, last float64) *curve {
	m := &curve{}
	for i := range gridPoints {
		x := first + (last-first)*float64(i)/(gridPoints-1)
		sum, low, high := 0.0, math.Inf(1), math.Inf(-1)
		for _, c := range all {
			y := c.at(x)
			sum, low, high = sum+y, min(low, y), max(high, y)
		}
		m.x, m.y = append(m.x, x), append(m.y, sum/float64(len(all)))
		m.low, m.high = append(m.low, low), append(m.high, high)
	}
	return m
}

// at returns y at x, between two points on the straight line between them, and beyond
// the ends the end's.
func (c *curve) at(x float64) float64 {
	low, high := 0, len(c.x)-1
	if x <= c.x[low] {
		return c.y[low]
	}
	if x >= c.x[high] {
		return c.y[high]
	}
	for high-low > 1 { // c.x[low] < x ≤ c.x[high]
		if middle := (low + high) / 2; c.x[middle] < x {
			low = middle
		} else {
			high = middle
		}
	}
	part := (x - c.x[low]) / (c.x[high] - c.x[low])
	return c.y[low] + part*(c.y[high]-c.y[low])
}

// thinned returns the curve as it looks in so many columns: of each the first, lowest,
// highest and last point. The picture is the same to a column's width (M4: Jugel et al.,
// "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014). A merged curve
// is returned as it is.
func (c *curve) thinned(columns int) *curve {
	n := len(c.x)
	if c.low != nil || n <= 4*columns || c.x[0] == c.x[n-1] {
		return c
	}
	thin := &curve{}
	width := (c.x[n-1] - c.x[0]) / float64(columns)
	for from := 0; from < n; {
		column := math.Floor((c.x[from] - c.x[0]) / width)
		low, high, to := from, from, from
		for ; to < n && math.Floor((c.x[to]-c.x[0])/width) <= column; to++ {
			if c.y[to] < c.y[low] {
				low = to
			}
			if c.y[to] > c.y[high] {
				high = to
			}
		}
		previous := -1
		for _, at := range []int{from, min(low, high), max(low, high), to - 1} {
			if at != previous {
				thin.x, thin.y = append(thin.x, c.x[at]), append(thin.y, c.y[at])
			}
			previous = at
		}
		from = to
	}
	return thin
}
