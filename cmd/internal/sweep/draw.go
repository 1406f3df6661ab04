package sweep

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// span is a range that values are drawn from, both ends among them.
type span struct {
	min, max     float64
	log, integer bool
}

func spanOf(table map[string]any) (*span, error) {
	s := &span{}
	ends := map[string]*float64{"min": &s.min, "max": &s.max}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		switch x := table[name].(type) {
		case float64, int64:
			if ends[name] == nil {
				return nil, fmt.Errorf("%s = %v is not one of min, max, scale, integer", name, x)
			}
			if whole, ok := x.(int64); ok {
				*ends[name] = float64(whole)
			} else {
				*ends[name] = x.(float64)
			}
			delete(ends, name)
		case string:
			if name != "scale" || x != "log" && x != "linear" {
				return nil, fmt.Errorf(`%s = %q is impossible: scale is one of "log", "linear"; min and max are numbers`, name, x)
			}
			s.log = x == "log"
		case bool:
			if name != "integer" {
				return nil, fmt.Errorf("%s = %v is impossible: only integer is true or false", name, x)
			}
			s.integer = x
		default:
			return nil, fmt.Errorf("%s = %v is not one of min, max, scale, integer", name, x)
		}
	}
	switch {
	case len(ends) > 0:
		return nil, errors.New("a range needs min and max")
	case !(s.min < s.max) || math.IsInf(s.min, 0) || math.IsInf(s.max, 0):
		return nil, fmt.Errorf("min = %v, max = %v is no range: min must be below max", s.min, s.max)
	case s.log && s.min <= 0:
		return nil, fmt.Errorf(`min = %v is impossible with scale = "log": it must be above 0`, s.min)
	case s.integer && (s.min != math.Trunc(s.min) || s.max != math.Trunc(s.max)):
		return nil, fmt.Errorf("min = %v, max = %v are not whole, which integer = true asks for", s.min, s.max)
	}
	return s, nil
}

// digits is how many significant ones a drawn number has, so that it can be read and typed.
const digits = 4

// at returns the value at u, in [0, 1): linear min + u·(max − min), logarithmic
// min·(max/min)^u, rounded to digits; whole numbers are each as likely on a linear scale, and
// rounded on a logarithmic one.
func (s *span) at(u float64) string {
	x := s.min + u*(s.max-s.min)
	switch {
	case s.log:
		x = s.min * math.Pow(s.max/s.min, u)
		if s.integer {
			x = math.Round(x)
		}
	case s.integer:
		x = s.min + math.Floor(u*(s.max-s.min+1))
	}
	if !s.integer {
		x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64) // what was just formatted
	}
	return numberText(min(max(x, s.min), s.max))
}

// triesPerRun is after how many draws that were there before the search is taken to be
// exhausted.
const triesPerRun = 1000

// draw returns f.Runs settings that are drawn at random, each with every seed. Draw n takes
// its numbers from PCG(seed, n), a number for each dimension in order, so that a sweep of
// more runs begins with the same settings. One that was there before is drawn again.
func (f *File) draw(dims []dimension) ([]setting, error) {
	seed := uint64(1)
	if f.Seed != nil {
		seed = uint64(*f.Seed)
	}
	seeds := []setting{nil}
	if last := len(dims) - 1; dims[last].flag == "seed" {
		var err error
		if seeds, err = grid(dims[last:]); err != nil {
			return nil, err
		}
		if dims = dims[:last]; len(dims) == 0 {
			return nil, errors.New(`[search] has nothing to draw but seeds: use method = "grid"`)
		}
	}
	var all []setting
	seen := map[string]bool{}
	for n, tries := uint64(0), 0; len(seen) < *f.Runs; n++ {
		source := rand.NewPCG(seed, n)
		var s setting
		for _, d := range dims {
			u := float64(source.Uint64()>>11) / (1 << 53)
			s = append(s, param{d.flag, d.at(u)})
		}
		if seen[s.String()] {
			if tries++; tries == triesPerRun {
				return nil, fmt.Errorf(`runs = %d is more than the search has: %d draws in a row gave none but the same %d settings; lower runs, or use method = "grid"`, *f.Runs, tries, len(seen))
			}
			continue
		}
		seen[s.String()], tries = true, 0
		for _, of := range seeds {
			all = append(all, slices.Concat(s, of))
		}
	}
	return all, nil
}

// at returns the value of a dimension at u, in [0, 1).
func (d *dimension) at(u float64) string {
	if d.within != nil {
		return d.within.at(u)
	}
	return d.values[int(u*float64(len(d.values)))]
}
