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

// follow gives the places to the units that are most active now, and returns how many are active.
func (r ranking) follow(hidden []float32) int {
	all := active(hidden)
	units := all[:min(len(all), len(r))]
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
	return len(all)
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

// MostActive returns the units that were most active in the last decision, mostUnits places, and how
// many were active at all. The next call leaves each in its place, if it is still among them.
func (m *Match) MostActive() (units []Unit, active int) {
	hidden := m.Decision.Hidden
	if m.ranked == nil {
		m.ranked = newRanking(mostUnits)
	}
	active = m.ranked.follow(hidden)
	units = make([]Unit, len(m.ranked))
	for i, number := range m.ranked {
		if units[i].Number = number; number >= 0 {
			units[i].Activity = hidden[number]
		}
	}
	return units, active
}
