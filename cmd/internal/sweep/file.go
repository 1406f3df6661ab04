package sweep

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// File is a sweep as it is written: docs/sweep.md.
type File struct {
	Recipe      string    `toml:"recipe"`
	Updates     any       `toml:"updates"`
	Decisions   any       `toml:"decisions"`
	Time        any       `toml:"time"`
	UntilReturn any       `toml:"until-return"`
	Method      string    `toml:"method"`
	Runs        *int      `toml:"runs"`
	Seed        *int64    `toml:"seed"`
	Jobs        *int      `toml:"jobs"`
	Reach       []float64 `toml:"reach"`

	Flags  map[string]any `toml:"flags"`
	Search map[string]any `toml:"search"`

	path string
}

// Most runs of a sweep, and most at a time.
const (
	maxRuns = 10_000
	maxJobs = 4096
)

// Load reads a sweep's file and finds what is wrong with it but for the flags, which
// Expand's caller knows. Errors about its content wrap ErrFile.
func Load(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read sweep: %w; check the path", err)
	}
	f, err := parse(string(text))
	f.path = path
	if err != nil {
		return nil, f.wrong(err)
	}
	return f, nil
}

// wrong makes err an error about the file's content.
func (f *File) wrong(err error) error { return fmt.Errorf("%w %s: %w", ErrFile, f.path, err) }

// ErrFile: a sweep's file asks for something impossible.
var ErrFile = errors.New("sweep")

func parse(text string) (*File, error) {
	f := &File{}
	d := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields()
	err := d.Decode(f)
	if unknown := (*toml.StrictMissingError)(nil); errors.As(err, &unknown) {
		first := unknown.Errors[0]
		row, _ := first.Position()
		return f, fmt.Errorf("line %d: %s is not one of %s; flags of train are in [flags], or in [search] with their values", row, strings.Join(first.Key(), "."), topNames)
	}
	if bad := (*toml.DecodeError)(nil); errors.As(err, &bad) {
		row, column := bad.Position()
		return f, fmt.Errorf("line %d, column %d: %s; docs/sweep.md has examples", row, column, strings.TrimPrefix(bad.Error(), "toml: "))
	}
	if err != nil {
		return f, fmt.Errorf("%w; docs/sweep.md has examples", err)
	}
	return f, f.check()
}

const topNames = "recipe, updates, decisions, time, until-return, method, runs, seed, jobs, reach"

// taken are the flags that are not for [flags] and [search], and why.
var taken = map[string]string{
	"run":     "the sweep names its runs' directories",
	"resume":  "the sweep goes on with its runs by itself",
	"record":  "each run would write to the same directory",
	"updates": "limits are at the top, outside of all tables", "decisions": "limits are at the top, outside of all tables",
	"time": "limits are at the top, outside of all tables", "until-return": "limits are at the top, outside of all tables",
	"cpuprofile": "each run would write to the same file",
	"http":       "each run would listen at the same address; show them all with pongpg serve",
}

// check returns an error for the first thing that is impossible, whatever flags there are.
func (f *File) check() error {
	switch f.Method {
	case "", "grid":
		f.Method = "grid"
		if f.Runs != nil || f.Seed != nil {
			return errors.New(`runs and seed at the top are for method = "random": leave them out; seeds to train with are in [search]`)
		}
	case "random":
		if f.Runs == nil {
			return errors.New(`method = "random" needs runs: how many settings to draw`)
		}
		if *f.Runs < 1 || *f.Runs > maxRuns {
			return fmt.Errorf("runs = %d is impossible: it must be in 1 … %d", *f.Runs, maxRuns)
		}
		if f.Seed != nil && *f.Seed < 0 {
			return fmt.Errorf("seed = %d is impossible: it must be 0 or above", *f.Seed)
		}
	default:
		return fmt.Errorf(`method = %q is not one of "grid", "random"`, f.Method)
	}
	if f.Jobs != nil && (*f.Jobs < 1 || *f.Jobs > maxJobs) {
		return fmt.Errorf("jobs = %d is impossible: it must be in 1 … %d, or left out for one a processor", *f.Jobs, maxJobs)
	}
	for _, r := range f.Reach {
		if math.IsNaN(r) || math.Abs(r) > 21 {
			return fmt.Errorf("reach has %v: returns are in -21 … 21", r)
		}
	}
	if len(f.Search) == 0 {
		return errors.New("[search] is missing or empty: name the flags to search over, as lr = [1e-3, 4e-3]")
	}
	for _, table := range []map[string]any{f.Flags, f.Search} {
		for _, name := range slices.Sorted(maps.Keys(table)) {
			if why := taken[name]; why != "" {
				return fmt.Errorf("%s cannot be in [flags] or [search]: %s", name, why)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Search)) {
		if _, both := f.Flags[name]; both || name == "recipe" && f.Recipe != "" {
			return fmt.Errorf("%s is in [search], and fixed besides: leave one out", name)
		}
	}
	if _, both := f.Flags["recipe"]; both && f.Recipe != "" {
		return errors.New("recipe is in [flags] and at the top: leave one out")
	}
	return nil
}

// param is a flag of train with its value.
type param struct{ flag, value string }

// fixed returns the flags that all runs have: the recipe, the limits, then those of [flags] by
// name.
func (f *File) fixed() ([]param, error) {
	var all []param
	if f.Recipe != "" {
		all = append(all, param{"recipe", f.Recipe})
	}
	add := func(name string, x any) error {
		text, err := valueText(x)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, param{name, text})
		return nil
	}
	for _, limit := range []struct {
		name  string
		value any
	}{{"updates", f.Updates}, {"decisions", f.Decisions}, {"time", f.Time}, {"until-return", f.UntilReturn}} {
		if limit.value == nil {
			continue
		}
		if err := add(limit.name, limit.value); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Flags)) {
		if err := add(name, f.Flags[name]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// valueText returns a value as a flag is given it.
func valueText(x any) (string, error) {
	switch x := x.(type) {
	case string:
		return x, nil
	case int64:
		return strconv.FormatInt(x, 10), nil
	case float64:
		return numberText(x), nil
	}
	return "", fmt.Errorf("%v is no value of a flag: write a number, or a text in quotes", x)
}

// numberText writes a number for people: without an exponent where that is short.
func numberText(x float64) string {
	if size := math.Abs(x); x == 0 || size >= 1e-4 && size < 1e15 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
