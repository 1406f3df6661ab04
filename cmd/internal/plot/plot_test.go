package plot

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"pongpg/trainer"
)

// TestRead reads whole lines, leaves out one that is not, and refuses others.
func TestRead(t *testing.T) {
	dir := writeRun(t, nil, nan, -20, -18.5)
	path := filepath.Join(dir, "metrics.jsonl")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range 3 { // what is left of the last line
		text := slices.Concat(whole, whole[:cut*40])
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		m := read(t, dir).Metrics
		if len(m) != 3 || !math.IsNaN(float64(m[0].EpisodicReturn)) || m[2].EpisodicReturn != -18.5 || m[2].GlobalStep != 3000 {
			t.Fatalf("read %+v", m)
		}
	}
	for _, text := range []string{"{}\n", "not JSON\n", "{\"update\":\"two\"}\n"} {
		if err := os.WriteFile(path, slices.Concat(whole, []byte(text)), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err = Read(dir)
		fails(t, err, "metrics.jsonl:4", "restore")
	}
	_, err = Read(writeRun(t, nil))
	fails(t, err, "no metrics yet", "wait")
	_, err = Read(t.TempDir())
	fails(t, err, "config.json", "check the path")
}

// TestCurve holds the points of a line to numbers.
func TestCurve(t *testing.T) {
	x, y := quantity(t, XByNames, "decisions"), quantity(t, YByNames, "return")
	r := read(t, writeRun(t, nil, nan, 1, 2, 4, 0))
	for _, test := range []struct {
		smooth int
		want   []float64
	}{{0, []float64{1, 2, 4, 0}}, {2, []float64{1, 1.5, 3, 2}}, {3, []float64{1, 1.5, 7. / 3, 2}}, {100, []float64{1, 1.5, 7. / 3, 1.75}}} {
		c := pointsOf(r, x, y, test.smooth)
		if !slices.Equal(c.x, []float64{2000, 3000, 4000, 5000}) || !slices.Equal(c.y, test.want) {
			t.Errorf("--smooth %d: %v %v, want %v", test.smooth, c.x, c.y, test.want)
		}
	}
	c := &curve{x: []float64{0, 1, 1, 3}, y: []float64{5, 7, 8, 4}}
	for at, want := range map[float64]float64{-1: 5, 0: 5, 0.5: 6, 1: 7, 2: 6, 3: 4, 9: 4} {
		if got := c.at(at); got != want {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
}

// TestMerge merges runs of unlike ends.
func TestMerge(t *testing.T) {
	x, y := quantity(t, XByNames, "seconds"), quantity(t, YByNames, "return")
	a := read(t, writeRun(t, nil, 0, 2, 4, 6, 8))
	b := read(t, writeRun(t, nil, nan, -2, -4, -6))
	c, err := curveOf(&Series{Runs: []*Run{a, b}}, x, y, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := len(c.x)
	if n != gridPoints || c.x[0] != 1 || c.x[n-1] != 2 {
		t.Fatalf("%d points from %v to %v, want %d from 1 to 2", n, c.x[0], c.x[n-1], gridPoints)
	}
	for i, at := range c.x {
		high, low := 4*at-2, 2-4*at // the straight lines that the returns are on
		const rounding = 1e-12
		if math.Abs(c.y[i]) > rounding || math.Abs(c.high[i]-high) > rounding || math.Abs(c.low[i]-low) > rounding {
			t.Fatalf("at %v: %v in %v … %v, want 0 in %v … %v", at, c.y[i], c.low[i], c.high[i], low, high)
		}
	}
	late := read(t, writeRun(t, nil, nan, nan, nan, nan, 1))
	_, err = curveOf(&Series{Label: "both", Runs: []*Run{b, late}}, x, y, 0)
	fails(t, err, `"both"`, "no seconds in common", "wait")
}

// TestThinned holds a thinned line to the extremes and the ends of the whole one.
func TestThinned(t *testing.T) {
	const n, columns = 100_000, 50
	whole := &curve{}
	for i := range n {
		whole.x = append(whole.x, float64(i))
		whole.y = append(whole.y, math.Sin(float64(i)/3000)+float64(i*7919%1000)/1000)
	}
	thin := whole.thinned(columns)
	if len(thin.x) > 4*(columns+1) || !slices.IsSorted(thin.x) {
		t.Fatalf("%d points, in order: %v", len(thin.x), slices.IsSorted(thin.x))
	}
	if thin.x[0] != 0 || thin.x[len(thin.x)-1] != n-1 {
		t.Errorf("from %v to %v", thin.x[0], thin.x[len(thin.x)-1])
	}
	for column := range columns {
		part := func(c *curve) (low, high float64) {
			low, high = math.Inf(1), math.Inf(-1)
			for i, x := range c.x {
				if math.Floor(x/(float64(n-1)/columns)) == float64(column) {
					low, high = min(low, c.y[i]), max(high, c.y[i])
				}
			}
			return low, high
		}
		low, high := part(whole)
		if thinLow, thinHigh := part(thin); thinLow != low || thinHigh != high {
			t.Errorf("column %d: %v … %v, want %v … %v", column, thinLow, thinHigh, low, high)
		}
	}
	flat := &curve{x: make([]float64, n), y: make([]float64, n)}
	if len(flat.thinned(columns).x) != n {
		t.Error("a line of no width was thinned")
	}
}

// TestTicks holds the labels of axes to what people write.
func TestTicks(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		log       bool
		want      string
	}{
		{0, 12, false, "0 2 4 6 8 10 12"},
		{-21.3, 11.5, false, "–20 –15 –10 –5 0 5 10"},
		{0, 0.693, false, "0.0 0.1 0.2 0.3 0.4 0.5 0.6"},
		{0, 3e5, false, "0 50000 100000 150000 200000 250000 300000"},
		{-0.02, 0.02, false, "–0.02 –0.01 0.00 0.01 0.02"},
		{0.00009, 0.2, true, "0.0001 0.001 0.01 0.1"},
		{1e-7, 2e-4, true, "1e–7 1e–6 1e–5 0.0001"},
		{0.03, 0.3, true, "0.05 0.1 0.2"},
	} {
		var labels []string
		ticks := linearTicks{}.Ticks(test.low, test.high)
		if test.log {
			ticks = logTicks{}.Ticks(test.low, test.high)
		}
		for _, tick := range ticks {
			if tick.Value < test.low-1e-9 || tick.Value > test.high+1e-9 {
				t.Errorf("%v … %v: a tick at %v", test.low, test.high, tick.Value)
			}
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%v … %v: %s, want %s", test.low, test.high, got, test.want)
		}
	}
}

// TestGroup groups by everything but the seed, and names by what differs.
func TestGroup(t *testing.T) {
	with := func(seed uint64, rate float64) *Run {
		return read(t, writeRun(t, func(c *trainer.Config) { c.Seed, c.LearningRate = seed, rate }, 1))
	}
	name := func(s Series) string { return s.Label + s.Count }
	runs := []*Run{with(1, 0.004), with(1, 0.001), with(2, 0.004), with(3, 0.004)}
	groups, err := Group(runs)
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) != 2 || name(groups[0]) != "fast (3 seeds)" || name(groups[1]) != "lr 0.001 (1 seed)" ||
		!slices.Equal(groups[0].Runs, []*Run{runs[0], runs[2], runs[3]}) {
		t.Errorf("groups %+v", groups)
	}
	alone, err := Group([]*Run{runs[1]})
	if err != nil || name(alone[0]) != "fast (1 seed)" {
		t.Errorf("%+v, %v", alone, err)
	}
	post := read(t, writeRun(t, func(c *trainer.Config) {
		karpathy, err := trainer.Recipe("karpathy")
		if err != nil {
			t.Fatal(err)
		}
		*c = karpathy
		c.Hidden = 100
	}, 1))
	mixed, err := Group([]*Run{runs[0], post})
	if err != nil || name(mixed[0]) != "fast (1 seed)" || name(mixed[1]) != "karpathy, hidden 100 (1 seed)" {
		t.Errorf("%+v, %v", mixed, err)
	}
	winner := func(seed uint64, change func(*trainer.Config)) *Run {
		return read(t, writeRun(t, func(c *trainer.Config) {
			win, err := trainer.Recipe("win")
			if err != nil {
				t.Fatal(err)
			}
			*c = win
			c.Seed = seed
			change(c)
		}, 1))
	}
	schedule := func(end string) func(*trainer.Config) {
		return func(c *trainer.Config) {
			c.Schedule = "0:50e3:1e-2:.01 15e6:" + end + ":1e-3:.001 30e6:200e3:1e-4:.001"
		}
	}
	long, err := Group([]*Run{winner(1, func(*trainer.Config) {}), winner(2, func(*trainer.Config) {}), winner(1, func(c *trainer.Config) { c.Schedule, c.LearningRate = "", 0.003 }), winner(1, schedule("100e3"))})
	if err != nil || len(long) != 3 || name(long[0]) != "win (2 seeds)" || name(long[1]) != "schedule none, lr 0.003 (1 seed)" || name(long[2]) != "schedule 0:50e3:1e-2:…3:1e-4:.001 (1 seed)" {
		t.Errorf("%+v, %v", long, err)
	}
	alike, err := Group([]*Run{winner(1, schedule("100e3")), winner(1, schedule("150e3"))})
	if err != nil || alike[0].Label == alike[1].Label {
		t.Errorf("%+v, %v", alike, err)
	}
	_, err = Group([]*Run{runs[0], with(1, 0.004)})
	fails(t, err, "seed 1", "count twice")
	_, err = Separate([]*Run{runs[0], runs[0]})
	fails(t, err, "there twice")
}

// TestCountUncut never cuts how many seeds there are.
func TestCountUncut(t *testing.T) {
	s := Series{Label: strings.Repeat("a long name ", 20), Runs: make([]*Run, 3)}
	s.CountSeeds()
	for _, width := range []vg.Length{100, 200, 300} {
		l := newLegend([]Series{s}, make([]style, 1), false, width)
		label := l.entries[0].label
		letters := textStyle(textSize)
		if !strings.HasPrefix(label, "a") || !strings.Contains(label, "…") || !strings.HasSuffix(label, " (3 seeds)") || sampleWidth+sampleGap+letters.Width(label) > width {
			t.Errorf("in %v points it is %q", width, label)
		}
	}
}
