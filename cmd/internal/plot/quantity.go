package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"pongpg/trainer"
)

// Quantity is something that is measured at each update, and how its axis looks.
type Quantity struct {
	Name string // on the command line

	label    string // of the axis, without its unit
	short    string // where that is too long
	units    []unit // the smallest first
	of       func(*trainer.Metrics) float64
	log      bool // only what is above 0 is drawn
	fromZero bool // the axis begins at 0
	zeroLine bool
	episodes bool // there is none before an episode has ended
}

// unit is a unit of an axis: for axes that reach from, which is this many base units.
type unit struct {
	name       string
	size, from float64
}

var counts = []unit{{"", 1, 0}, {"thousands", 1e3, 5e3}, {"millions", 1e6, 5e5}}

var xs = []Quantity{
	{Name: "decisions", label: "decisions", units: counts, fromZero: true,
		of: func(m *trainer.Metrics) float64 { return float64(m.GlobalStep) }},
	{Name: "seconds", label: "training time", units: []unit{{"s", 1, 0}, {"min", 60, 600}, {"h", 3600, 3 * 3600}}, fromZero: true,
		of: func(m *trainer.Metrics) float64 { return m.ElapsedSeconds }},
	{Name: "updates", label: "updates", units: []unit{{"", 1, 0}}, fromZero: true,
		of: func(m *trainer.Metrics) float64 { return float64(m.Update) }},
}

var ys = []Quantity{
	{Name: "return", label: "mean return of 100 episodes", short: "mean return", units: []unit{{"points", 1, 0}}, zeroLine: true, episodes: true,
		of: func(m *trainer.Metrics) float64 { return float64(m.EpisodicReturn) }},
	{Name: "length", label: "mean length of 100 episodes", short: "mean length", units: []unit{{"decisions", 1, 0}}, fromZero: true, episodes: true,
		of: func(m *trainer.Metrics) float64 { return float64(m.EpisodeLength) }},
	{Name: "entropy", label: "entropy of the policy", short: "entropy", units: []unit{{"nats", 1, 0}}, fromZero: true,
		of: func(m *trainer.Metrics) float64 { return m.Entropy }},
	{Name: "kl", label: "KL divergence of an update", short: "KL", units: []unit{{"nats", 1, 0}}, log: true,
		of: func(m *trainer.Metrics) float64 { return m.KL }},
	{Name: "sps", label: "decisions per second", short: "decisions/s", units: counts, fromZero: true,
		of: func(m *trainer.Metrics) float64 { return m.SPS }},
}

// XNames and YNames are what may be plotted, the default first.
var XNames, YNames = names(xs), names(ys)

func names(all []Quantity) []string {
	var names []string
	for _, q := range all {
		names = append(names, q.Name)
	}
	return names
}

// XByNames returns the quantities of the horizontal axes that names, separated by commas,
// ask for. The error names the choices.
func XByNames(names string) ([]Quantity, error) { return byNames(names, xs) }

// YByNames is XByNames for the vertical axes.
func YByNames(names string) ([]Quantity, error) { return byNames(names, ys) }

func byNames(text string, from []Quantity) ([]Quantity, error) {
	var found []Quantity
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		same := func(q Quantity) bool { return q.Name == name }
		at := slices.IndexFunc(from, same)
		if at < 0 {
			return nil, fmt.Errorf("%q is not one of %s", name, strings.Join(names(from), ", "))
		}
		if slices.ContainsFunc(found, same) {
			return nil, fmt.Errorf("%q is there twice: name each once", name)
		}
		found = append(found, from[at])
	}
	return found, nil
}

// unitFor returns the unit of an axis whose values reach so far from 0.
func (q *Quantity) unitFor(reach float64) unit {
	u := q.units[0]
	for _, larger := range q.units[1:] {
		if reach >= larger.from {
			u = larger
		}
	}
	return u
}

// axisLabels returns the name of an axis with its unit, and a shorter one.
func (q *Quantity) axisLabels(u unit) (long, short string) {
	suffix := ""
	if u.name != "" {
		suffix = fmt.Sprintf(" (%s)", u.name)
	}
	if q.short == "" {
		return q.label + suffix, q.label + suffix
	}
	return q.label + suffix, q.short + suffix
}

// shown reports whether a value can be drawn.
func (q *Quantity) shown(y float64) bool {
	return !math.IsNaN(y) && !math.IsInf(y, 0) && (!q.log || y > 0)
}
