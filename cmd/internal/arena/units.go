package arena

import (
	"cmp"
	"slices"
)

// Unit is a hidden unit and how active it was in a decision.
type Unit struct {
	Number   int // −1: none
	Activity float32
}

// ranking is places for the units that are most active. A unit keeps its place for as long as
// it is among them: names that change places fifteen times a second cannot be read.
type ranking []int

// newRanking returns so many places without a unit.
func newRanking(places int) ranking {
	r := make(ranking, places)
	for i := range r {
		r[i] = -1
	}
	return r
}

// follow gives the places to the units that are most active now.
func (r ranking) follow(hidden []float32) {
	units := active(hidden)
	units = units[:min(len(units), len(r))]
	for i, unit := range r {
		if !slices.Contains(units, unit) {
			r[i] = -1
		}
	}
	for _, unit := range units {
		if !slices.Contains(r, unit) {
			r[slices.Index(r, -1)] = unit
		}
	}
}

// active returns the units that are above 0, the most active one first.
func active(hidden []float32) (units []int) {
	for i, h := range hidden {
		if h > 0 {
			units = append(units, i)
		}
	}
	slices.SortStableFunc(units, func(a, b int) int { return cmp.Compare(hidden[b], hidden[a]) })
	return units
}

// mostUnits is how many of the most active units are named.
const mostUnits = 6

// MostActive returns the units that were most active in the last decision, mostUnits places. The
// next call leaves each in its place, if it is still among them.
func (m *Match) MostActive() []Unit {
	hidden := m.Decision.Hidden
	if m.ranked == nil {
		m.ranked = newRanking(mostUnits)
	}
	m.ranked.follow(hidden)
	units := make([]Unit, len(m.ranked))
	for i, number := range m.ranked {
		if units[i].Number = number; number >= 0 {
			units[i].Activity = hidden[number]
		}
	}
	return units
}
