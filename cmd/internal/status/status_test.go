package status

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"pongpg/trainer"
)

// at returns metrics of a run with two updates and 1000 decisions a second.
func at(seconds float64, meanReturn float64) trainer.Metrics {
	return trainer.Metrics{
		Update: int64(2 * seconds), GlobalStep: int64(1000 * seconds), ElapsedSeconds: seconds,
		EpisodicReturn: trainer.Optional(meanReturn), RunningReward: trainer.Optional(meanReturn),
	}
}

// none is no limit.
var none = trainer.Limits{UntilReturn: math.NaN()}

func TestMeter(t *testing.T) {
	updates, decisions, duration, both, untilReturn := none, none, none, none, none
	updates.Updates = 200
	decisions.Decisions = 50_000
	duration.Time = 25 * time.Second
	both.Updates, both.Decisions = 200, 25_000
	untilReturn.UntilReturn = 21
	for _, test := range []struct {
		name     string
		limits   trainer.Limits
		fraction float64
		left     time.Duration // −1: nobody can tell
	}{
		{"none", none, 0, -1},
		{"updates", updates, 0.2, 80 * time.Second},
		{"decisions", decisions, 0.4, 30 * time.Second},
		{"time", duration, 0.8, 5 * time.Second},
		{"both", both, 0.8, 5 * time.Second},
		{"return", untilReturn, 0.25, -1},
	} {
		m := newMeter(test.limits, at(0, math.NaN()))
		if f, _ := m.rates(); f != 0 || m.fraction() != 0 {
			t.Errorf("%s: not at the beginning before the first update", test.name)
		}
		// Fast and long ago: no longer in the rate.
		fast := at(0.5, -21)
		fast.GlobalStep, fast.Update = -100_000, -1000
		m.observe(fast)
		for s := 1.0; s <= 20; s += 0.25 {
			m.observe(at(s, -10.5))
		}
		if d, u := m.rates(); d != 1000 || u != 2 {
			t.Errorf("%s: %g decisions/s and %g updates/s, want 1000 and 2", test.name, d, u)
		}
		if f := m.fraction(); f != test.fraction {
			t.Errorf("%s: %g done, want %g", test.name, f, test.fraction)
		}
		if left, ok := m.left(); ok != (test.left >= 0) || ok && left != test.left {
			t.Errorf("%s: %v left, %v; want %v", test.name, left, ok, test.left)
		}
	}
}

// TestMeterMemory holds what a meter keeps, and so costs, to a bound.
func TestMeterMemory(t *testing.T) {
	m := newMeter(none, trainer.Metrics{})
	if n := testing.AllocsPerRun(10, func() {
		for s := range 1000 {
			m.observe(at(float64(s), 0))
		}
	}); n > meterPoints || len(m.points) > meterPoints {
		t.Errorf("%g allocations, %d points", n, len(m.points))
	}
}

// TestPlain writes one line an interval, whatever the number of updates.
func TestPlain(t *testing.T) {
	limits := none
	limits.Decisions = 100_000
	var out bytes.Buffer
	p := &plain{out: &out, meter: newMeter(limits, trainer.Metrics{}), interval: time.Hour, shown: time.Now()}
	for s := range 50 {
		p.Update(at(float64(s), math.NaN()))
	}
	if out.Len() > 0 {
		t.Errorf("a line before its time: %s", &out)
	}
	p.shown = time.Now().Add(-2 * time.Hour)
	p.Update(at(50, -20.5))
	p.Update(at(51, -20.5))
	p.Close()
	if want := "update 100   50%  50 k decisions  1 k/s  return -20.50  running -20.50  50s left\n"; out.String() != want {
		t.Errorf("%q, want %q", &out, want)
	}
}

// TestRestart: the rate is that of what came after.
func TestRestart(t *testing.T) {
	slow := at(30, -20)
	limits := none
	limits.Decisions = 100_000
	p := &plain{out: &bytes.Buffer{}, meter: newMeter(limits, trainer.Metrics{}), interval: time.Hour, shown: time.Now()}
	l := &line{meter: newMeter(limits, trainer.Metrics{})}
	for s := range 50 {
		p.meter.observe(at(float64(s), -20))
		l.meter.observe(at(float64(s), -20))
	}
	p.Restart(slow)
	l.Restart(slow)
	slow.ElapsedSeconds, slow.GlobalStep, slow.Update = 40, slow.GlobalStep+100, slow.Update+10
	for _, m := range []*meter{p.meter, l.meter} {
		m.observe(slow)
		if d, u := m.rates(); d != 10 || u != 1 {
			t.Errorf("%g decisions/s and %g updates/s, want 10 and 1", d, u)
		}
		if f := m.fraction(); f != 0.301 {
			t.Errorf("%g done, want 0.301", f)
		}
	}
}

// TestNew takes a pipe for what it is: no terminal.
func TestNew(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if s, ok := New(w, none, trainer.Metrics{}, time.Second).(*plain); !ok {
		t.Errorf("%T for a pipe", s)
	}
}

// TestLine draws the live line, and takes it away at the end.
func TestLine(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	limits := none
	limits.Decisions = 100_000
	l := newLine(w, newMeter(limits, trainer.Metrics{}))
	l.Update(at(50, -20.5))
	l.Say("a word")
	l.Close()
	w.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "a word\n") {
		t.Errorf("nothing said: %q", &out)
	}
	if got := l.show((*meter).percent); got != " 50%" {
		t.Errorf("%q done", got)
	}
}
