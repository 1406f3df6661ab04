package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// setting is the values that one point of the search has, by the flags' names, the seed
// last if it is searched over.
type setting []param

// String names the setting without its seed: "entropy 0.01, lr 0.001".
func (s setting) String() string {
	var parts []string
	for _, p := range s {
		if p.flag != "seed" {
			parts = append(parts, p.flag+" "+cmp.Or(p.value, "none"))
		}
	}
	return strings.Join(parts, ", ")
}

// dimension is what is searched over one flag: values, or a range.
type dimension struct {
	flag   string
	values []string
	within *span
}

// dimensions returns what is searched, by the flags' names, the seed last.
func (f *File) dimensions() ([]dimension, error) {
	names := slices.SortedFunc(maps.Keys(f.Search), func(a, b string) int {
		if (a == "seed") != (b == "seed") {
			if a == "seed" {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	var all []dimension
	for _, name := range names {
		d, err := f.dimension(name)
		if err != nil {
			return nil, fmt.Errorf("[search] %s: %w", name, err)
		}
		all = append(all, d)
	}
	return all, nil
}

func (f *File) dimension(name string) (dimension, error) {
	d := dimension{flag: name}
	switch x := f.Search[name].(type) {
	case []any:
		if len(x) == 0 {
			return d, errors.New("the list is empty: give it a value or more")
		}
		for _, v := range x {
			text, err := valueText(v)
			if err != nil {
				return d, err
			}
			if slices.Contains(d.values, text) {
				return d, fmt.Errorf("%s is there twice: leave one out", text)
			}
			d.values = append(d.values, text)
		}
		return d, nil
	case map[string]any:
		if f.Method == "grid" {
			return d, errors.New(`a range is for method = "random": list the values instead`)
		}
		if name == "seed" {
			return d, errors.New("seeds are listed: every setting is trained with each")
		}
		var err error
		d.within, err = spanOf(x)
		return d, err
	}
	return d, fmt.Errorf("%v is neither a list of values nor {min = …, max = …}", f.Search[name])
}

// expand returns the settings, in the order in which they are trained. Those that differ
// only in the seed follow each other.
func (f *File) expand() ([]setting, error) {
	dims, err := f.dimensions()
	if err != nil {
		return nil, err
	}
	var settings []setting
	if f.Method == "random" {
		settings, err = f.draw(dims)
	} else {
		settings, err = grid(dims)
	}
	if err != nil {
		return nil, err
	}
	if len(settings) > maxRuns {
		return nil, fmt.Errorf("it has %d runs, more than %d: search over less", len(settings), maxRuns)
	}
	return settings, nil
}

// grid returns every combination of values, the last dimension's going by fastest.
func grid(dims []dimension) ([]setting, error) {
	settings := []setting{nil}
	for _, d := range dims {
		var longer []setting
		for _, s := range settings {
			for _, v := range d.values {
				longer = append(longer, append(s[:len(s):len(s)], param{d.flag, v}))
			}
			if len(longer) > maxRuns {
				return nil, fmt.Errorf("it has more than %d runs: search over less", maxRuns)
			}
		}
		settings = longer
	}
	return settings, nil
}
