package sweep

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// expanded returns the names of the settings of a file.
func expanded(t *testing.T, text string) []string {
	t.Helper()
	f, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := f.expand()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range settings {
		names = append(names, shortName(s))
	}
	return names
}

// TestGrid holds a grid to its order, and numbers to how people write them.
func TestGrid(t *testing.T) {
	got := expanded(t, `
[search]
seed = [2, 1]
preset = ["", "ALE/Pong-v5"]
lr = [1e-3, 4e-5, 1]
`)
	want := strings.Fields(`
lr-0.001_preset-none_seed-2 lr-0.001_preset-none_seed-1 lr-0.001_preset-ALE-Pong-v5_seed-2 lr-0.001_preset-ALE-Pong-v5_seed-1
lr-4e-05_preset-none_seed-2 lr-4e-05_preset-none_seed-1 lr-4e-05_preset-ALE-Pong-v5_seed-2 lr-4e-05_preset-ALE-Pong-v5_seed-1
lr-1_preset-none_seed-2 lr-1_preset-none_seed-1 lr-1_preset-ALE-Pong-v5_seed-2 lr-1_preset-ALE-Pong-v5_seed-1`)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	long := shortName(setting{{"preset", strings.Repeat("x", 200)}})
	if other := shortName(setting{{"preset", strings.Repeat("x", 201)}}); len(long) != longestName || other == long {
		t.Errorf("long names %q and %q", long, other)
	}
}

const random = `
method = "random"
runs = %d
seed = %d
[search]
lr = {min = 1e-4, max = 1e-2, scale = "log"}
gamma = {min = 0.9, max = 1}
hidden = {min = 10, max = 12, integer = true}
envs = {min = 1, max = 1000, scale = "log", integer = true}
reduce = ["sum", "mean"]
seed = [5, 6]
`

// TestDraw draws a thousand settings: in their ranges, evenly on their scales, the same
// from the same seed, and more of them beginning with the same.
func TestDraw(t *testing.T) {
	const n = 1000
	settings := func(runs, seed int) []setting {
		f, err := parse(fmt.Sprintf(random, runs, seed))
		if err != nil {
			t.Fatal(err)
		}
		s, err := f.expand()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	all := settings(n, 1)
	if len(all) != 2*n {
		t.Fatalf("%d runs, want %d settings with 2 seeds", len(all), n)
	}
	text := func(s []setting) string { return fmt.Sprint(s) }
	if text(settings(n, 1)) != text(all) || text(settings(10, 1)) != text(all[:20]) || text(settings(10, 2)) == text(all[:20]) {
		t.Error("the draws do not follow from the seed")
	}
	values := map[string][]float64{}
	sums := 0
	for i, s := range all {
		if i%2 == 1 {
			if s[len(s)-1] != (param{"seed", "6"}) || s.String() != all[i-1].String() {
				t.Fatalf("run %d is %v after %v", i, s, all[i-1])
			}
			continue
		}
		for _, p := range s {
			if p.value == "sum" {
				sums++
			}
			if x, err := strconv.ParseFloat(p.value, 64); err == nil {
				values[p.flag] = append(values[p.flag], x)
			}
		}
	}
	// 5 standard deviations of a mean of n evenly spread numbers, each √(1/12) around 1/2.
	tolerance := 5 / math.Sqrt(12*n)
	for _, test := range []struct {
		flag     string
		min, max float64
		place    func(x float64) float64 // in 0 … 1, evenly spread
	}{
		{"lr", 1e-4, 1e-2, func(x float64) float64 { return math.Log10(x/1e-4) / 2 }},
		{"gamma", 0.9, 1, func(x float64) float64 { return (x - 0.9) / 0.1 }},
		{"hidden", 10, 12, func(x float64) float64 { return (x - 10) / 2 }},
		// Rounded, but seldom by much.
		{"envs", 1, 1000, func(x float64) float64 { return math.Log10(x) / 3 }},
	} {
		x := values[test.flag]
		sum := 0.0
		for _, v := range x {
			sum += test.place(v)
			if whole := test.flag == "hidden" || test.flag == "envs"; v < test.min || v > test.max || whole && v != math.Trunc(v) {
				t.Errorf("%s %v", test.flag, v)
			}
		}
		// hidden has 3 places, which are spread wider: √(1/6).
		if mean := sum / n; math.Abs(mean-0.5) > tolerance*math.Sqrt2 || len(x) != n {
			t.Errorf("%s: mean %v of %d, want 0.5 ± %v", test.flag, mean, len(x), tolerance*math.Sqrt2)
		}
	}
	// 5 standard deviations of n fair coins.
	if math.Abs(float64(sums)-n/2) > 5*math.Sqrt(n)/2 {
		t.Errorf("%d of %d are sum", sums, n)
	}
}

// TestDrawnNumbers holds the first draws of a seed to what they always were.
func TestDrawnNumbers(t *testing.T) {
	got := expanded(t, fmt.Sprintf(random, 2, 1))
	want := strings.Fields(`
envs-62_gamma-0.9089_hidden-12_lr-0.0001115_reduce-mean_seed-5 envs-62_gamma-0.9089_hidden-12_lr-0.0001115_reduce-mean_seed-6
envs-981_gamma-0.9102_hidden-12_lr-0.006699_reduce-sum_seed-5 envs-981_gamma-0.9102_hidden-12_lr-0.006699_reduce-sum_seed-6`)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBadFiles refuses files, naming what is wrong and what would do.
func TestBadFiles(t *testing.T) {
	const search = "\n[search]\nlr = [1]\n"
	for text, parts := range map[string][]string{
		"":                                       {"[search]", "lr = ["},
		"[search]":                               {"[search]"},
		"recipe = fast" + search:                 {"line 1", "docs/sweep.md"},
		"decision = 1" + search:                  {"line 1", "decision", "decisions"},
		"recipe = 3" + search:                    {"line 1"},
		"[search]\nlr = []":                      {"lr", "empty"},
		"[search]\nlr = 1":                       {"lr", "list"},
		"[search]\nlr = [1, 1.0]":                {"lr", "1 is there twice"},
		"[search]\nlr = [true]":                  {"lr", "true", "number"},
		"[search]\nlr = [[1]]":                   {"lr", "[1]", "number"},
		"[search]\nlr = {min = 1, max = 2}":      {"lr", `"random"`, "list"},
		"method = \"bayes\"" + search:            {"bayes", "grid", "random"},
		"runs = 3" + search:                      {"runs", "random"},
		"method = \"random\"" + search:           {"runs"},
		"method = \"random\"\nruns = 0" + search: {"runs = 0", "1 …"},
		"method = \"random\"\nruns = 1\nseed = -1" + search:                                  {"seed = -1"},
		"method = \"random\"\nruns = 2" + search:                                             {"runs = 2", "1 settings", "lower runs"},
		"method = \"random\"\nruns = 1\n[search]\nseed = [1]":                                {"grid"},
		"method = \"random\"\nruns = 1\n[search]\nseed = {min = 1, max = 3}":                 {"seed", "listed"},
		"method = \"random\"\nruns = 1\n[search]\nlr = {min = 1}":                            {"lr", "min and max"},
		"method = \"random\"\nruns = 1\n[search]\nlr = {min = 2, max = 1}":                   {"lr", "below"},
		"method = \"random\"\nruns = 1\n[search]\nlr = {min = 0, max = 1, scale = \"log\"}":  {"lr", "above 0"},
		"method = \"random\"\nruns = 1\n[search]\nlr = {min = 0, max = 1, scale = \"ln\"}":   {"lr", "ln", "linear"},
		"method = \"random\"\nruns = 1\n[search]\nlr = {min = 0, max = 1, step = 2}":         {"lr", "step", "integer"},
		"method = \"random\"\nruns = 1\n[search]\nlr = {min = 0.5, max = 1, integer = true}": {"lr", "whole"},
		"jobs = 0" + search:                                                  {"jobs = 0", "1 …"},
		"reach = [22]" + search:                                              {"reach", "22"},
		"[flags]\nlr = 2" + search:                                           {"lr", "leave one out"},
		"[flags]\nrun = \"x\"" + search:                                      {"run", "names"},
		"[flags]\nupdates = 3" + search:                                      {"updates", "top"},
		"[search]\ndecisions = [1, 2]":                                       {"decisions", "top"},
		"recipe = \"fast\"\n[search]\nrecipe = [\"fast\"]":                   {"recipe", "leave one out"},
		"[search]\nlr = [" + strings.Repeat("1,", 3) + "]":                   {"twice"},
		"[search]\na = [" + hundred + "]\nb = [" + hundred + "]\nc = [1, 2]": {"10000", "search over less"},
	} {
		f, err := parse(text)
		if err == nil {
			_, err = f.expand()
		}
		if err == nil {
			t.Errorf("%q is taken", text)
			continue
		}
		for _, part := range parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: the error does not say %q: %v", text, part, err)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error is not one line: %v", text, err)
		}
	}
}

var hundred = func() string {
	var numbers []string
	for i := range 100 {
		numbers = append(numbers, strconv.Itoa(i))
	}
	return strings.Join(numbers, ", ")
}()
