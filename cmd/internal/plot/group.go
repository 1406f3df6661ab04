package plot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"pongpg/cmd/internal/format"
	"pongpg/trainer"
)

// Series is one line of a figure: a run, or several that are merged.
type Series struct {
	Label string
	Count string // of the seeds that are merged, after the label, of which it is never cut; "" without
	Runs  []*Run
}

// CountSeeds makes Count say how many runs there are.
func (s *Series) CountSeeds() { s.Count = fmt.Sprintf(" (%s)", plural(len(s.Runs), "seed")) }

// Separate makes each run a line of its own, named by its directory.
func Separate(runs []*Run) ([]Series, error) {
	seen := map[string]int{}
	for _, r := range runs {
		seen[r.name()]++
	}
	var all []Series
	for i, r := range runs {
		s := Series{Label: r.name(), Runs: []*Run{r}}
		if seen[s.Label] > 1 {
			s.Label = filepath.Clean(r.Dir)
		}
		same := func(other Series) bool { return other.Label == s.Label }
		if slices.ContainsFunc(all[:i], same) {
			return nil, fmt.Errorf("%s is there twice: name each run once", r.Dir)
		}
		all = append(all, s)
	}
	return all, nil
}

// Group merges the runs whose configurations differ in nothing but the seed, in the order
// in which they first come, and names each line by what sets it apart. Limits are no
// part of what a run learns, and may differ. Two runs of one configuration and one seed are
// an error: they would count twice.
func Group(runs []*Run) ([]Series, error) {
	var all []Series
	at := map[string]int{}
	for _, r := range runs {
		key, err := r.key()
		if err != nil {
			return nil, err
		}
		i, known := at[key]
		if !known {
			i = len(all)
			at[key] = i
			all = append(all, Series{})
		}
		for _, other := range all[i].Runs {
			if other.config.Seed == r.config.Seed {
				return nil, fmt.Errorf("%s and %s are the same training, seed %d and all, which would count twice: leave one out", other.Dir, r.Dir, r.config.Seed)
			}
		}
		all[i].Runs = append(all[i].Runs, r)
	}
	for i := range all {
		all[i].Label = all[i].distinction(all, longestValue)
		all[i].CountSeeds()
	}
	for i := range all { // values that are alike where they are not cut
		if slices.ContainsFunc(all[:i], func(o Series) bool { return o.Label == all[i].Label }) {
			for j := range all {
				all[j].Label = all[j].distinction(all, math.MaxInt)
			}
			break
		}
	}
	return all, nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// key returns the run's configuration without its seed.
func (r *Run) key() (string, error) {
	config := r.config
	config.Seed = 0
	text, err := json.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("the configuration of %s: %w; leave the run out", r.Dir, err)
	}
	return string(text) + r.init, nil
}

// longestValue is how many letters of a field's value a label has; of a longer one the beginning and the end.
const longestValue = 24

// distinction says what sets s apart from the others: its recipe, if they have several or it departs from
// it in nothing, and the fields in which it departs from its recipe and the others do not all do so
// alike. Of values it has at most so many letters.
func (s *Series) distinction(all []Series, letters int) string {
	own := s.Runs[0].config
	recipe, err := trainer.Recipe(own.Recipe)
	known := err == nil // it is not of another version
	var parts []string
	if s.differ(all, func(r *Run) any { return r.config.Recipe }) {
		parts = append(parts, own.Recipe)
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[trainer.Config]()) {
		flag := field.Tag.Get("flag")
		if flag == "" {
			continue
		}
		value := func(c *trainer.Config) any { return reflect.ValueOf(c).Elem().FieldByIndex(field.Index).Interface() }
		if s.differ(all, func(r *Run) any { return value(&r.config) }) && !(known && value(&own) == value(&recipe)) {
			parts = append(parts, flag+" "+cmp.Or(format.Middle(fmt.Sprint(value(&own)), letters), "none"))
		}
	}
	if s.differ(all, func(r *Run) any { return r.init }) {
		from, _, _ := strings.Cut(s.Runs[0].init, " (")
		if from == "" {
			from = "none"
		}
		parts = append(parts, "init "+from)
	}
	if len(parts) == 0 {
		return own.Recipe
	}
	return strings.Join(parts, ", ")
}

// differ reports whether something is not the same in all series.
func (s *Series) differ(all []Series, of func(*Run) any) bool {
	return slices.ContainsFunc(all, func(o Series) bool { return of(o.Runs[0]) != of(s.Runs[0]) })
}
