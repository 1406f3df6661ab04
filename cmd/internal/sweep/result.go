package sweep

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"

	"pongpg/cmd/internal/plot"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// Result is how far a run has come, and how well it did.
type Result struct {
	Run    *Run
	Status string // "done", "missed" (--until-return), "failed", "unfinished" or "waiting"
	Why    string // it failed

	Decisions int64
	Seconds   float64
	Return    float64 // mean of the last 100 episodes; NaN while there are no 100
	Best      float64 // the highest such mean; NaN while there is none
	Reached   []Reach // for each of Plan.Reach

	metrics *plot.Run // nil while it has none
}

// Reach is when a mean return was reached, with the last 100 episodes.
type Reach struct {
	Decisions float64 // NaN: it was not
	Seconds   float64
}

// meanEpisodes is how many episodes a mean return is of.
const meanEpisodes = 100

// finished reports whether a run has reached a limit, and saved that it has.
func (p *Plan) finished(r *Run) bool {
	metrics, err := plot.Read(p.path(r))
	if err != nil {
		return false
	}
	last := metrics.Metrics[len(metrics.Metrics)-1]
	if limit, _ := r.Limits.Reached(last); limit == "" {
		return false
	}
	found, err := checkpoint.Resolve(p.path(r))
	return err == nil && found.Update == last.Update
}

// Result reads how a run did. An error is about files that cannot be read.
func (p *Plan) Result(r *Run) (*Result, error) {
	nan := math.NaN()
	result := &Result{Run: r, Status: "unfinished", Return: nan, Best: nan}
	for range p.Reach {
		result.Reached = append(result.Reached, Reach{nan, nan})
	}
	metrics, err := plot.Read(p.path(r))
	switch {
	case err == nil:
		result.metrics = metrics
		result.measure(p.Reach, metrics.Metrics)
	case errors.Is(err, checkpoint.ErrNoRun):
		result.Status = "waiting"
	case !errors.Is(err, plot.ErrNoMetrics):
		return nil, err
	}
	if err == nil && p.finished(r) {
		result.Status = "done"
		if _, missed := r.Limits.MissedReturn(metrics.Metrics[len(metrics.Metrics)-1]); missed {
			result.Status = "missed"
		}
		return result, nil
	}
	if why, err := os.ReadFile(p.failure(r)); err == nil {
		result.Status, result.Why = "failed", strings.TrimSpace(string(why))
	}
	return result, nil
}

// measure takes a run's numbers from its metrics.
func (r *Result) measure(reach []float64, metrics []trainer.Metrics) {
	for i := range metrics {
		m := &metrics[i]
		r.Decisions, r.Seconds = m.GlobalStep, m.ElapsedSeconds
		if m.Episodes < meanEpisodes {
			continue
		}
		r.Return = float64(m.EpisodicReturn)
		if !(r.Best >= r.Return) {
			r.Best = r.Return
		}
		for i, wanted := range reach {
			if math.IsNaN(r.Reached[i].Decisions) && r.Return >= wanted {
				r.Reached[i] = Reach{float64(m.GlobalStep), m.ElapsedSeconds}
			}
		}
	}
}

// ended reports whether a run came to the end that was meant.
func (r *Result) ended() bool { return r.Status == "done" || r.Status == "missed" }

// Group is the results of a setting, with every seed.
type Group struct {
	Setting string
	Results []*Result // by return, the highest first
	// Ended are those that came to the end that was meant, of which the means are.
	Ended               int
	Mean, StandardError float64 // of Return; NaN where there are too few
	Best                float64 // mean of Best
	Reached             []Reach // means, where all have reached it
}

// Results reads how all runs did, the setting with the highest mean return first. Where none
// of a setting's runs has ended it stands by how far they are.
func (p *Plan) Results() ([]*Group, error) {
	var groups []*Group
	for _, r := range p.Runs {
		result, err := p.Result(r)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(groups, func(g *Group) bool { return g.Setting == r.Setting })
		if at < 0 {
			at = len(groups)
			groups = append(groups, &Group{Setting: r.Setting})
		}
		groups[at].Results = append(groups[at].Results, result)
	}
	for _, g := range groups {
		slices.SortStableFunc(g.Results, func(a, b *Result) int { return descending(a.Return, b.Return) })
		g.summarize(len(p.Reach))
	}
	slices.SortStableFunc(groups, func(a, b *Group) int { return descending(a.standing(), b.standing()) })
	return groups, nil
}

// descending compares so that the highest comes first, and NaN last.
func descending(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b), a == b:
		return 0
	case math.IsNaN(b) || a > b:
		return -1
	}
	return 1
}

// standing is what groups are ordered by.
func (g *Group) standing() float64 {
	if g.Ended > 0 {
		return g.Mean
	}
	mean, _ := meanAndError(values(g.Results, func(r *Result) float64 { return r.Return }))
	return mean
}

func (g *Group) summarize(reach int) {
	var ended []*Result
	for _, r := range g.Results {
		if r.ended() {
			ended = append(ended, r)
		}
	}
	g.Ended = len(ended)
	g.Mean, g.StandardError = meanAndError(values(ended, func(r *Result) float64 { return r.Return }))
	g.Best, _ = meanAndError(values(ended, func(r *Result) float64 { return r.Best }))
	for i := range reach {
		decisions, _ := meanAndError(values(ended, func(r *Result) float64 { return r.Reached[i].Decisions }))
		seconds, _ := meanAndError(values(ended, func(r *Result) float64 { return r.Reached[i].Seconds }))
		g.Reached = append(g.Reached, Reach{decisions, seconds})
	}
}

func values(results []*Result, of func(*Result) float64) []float64 {
	var all []float64
	for _, r := range results {
		all = append(all, of(r))
	}
	return all
}

// meanAndError returns the mean, NaN of none, and its standard error, √(Σ(x − mean)²/(n − 1)/n),
// NaN of fewer than two. A NaN makes both NaN.
func meanAndError(x []float64) (mean, standardError float64) {
	n := float64(len(x))
	sum, squares := 0.0, 0.0
	for _, v := range x {
		sum += v
	}
	mean = sum / n
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(squares / (n - 1) / n)
}
