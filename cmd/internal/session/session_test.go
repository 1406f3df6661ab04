package session

import (
	"math"
	"testing"

	"pongpg/trainer"
)

func TestLimits(t *testing.T) {
	ten := 10.0
	all := Limits{Updates: 5, Decisions: 1000, Seconds: 90, UntilReturn: &ten}
	if got, want := all.String(), "5 updates or 1,000 decisions or 1m30s of training or a mean return of +10.00"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !(Limits{}).None() || all.None() || (Limits{UntilReturn: &ten}).None() {
		t.Error("None is wrong")
	}
	if got := (Limits{Updates: 5}).Trainer(); got.Updates != 5 || got.Decisions != 0 || got.Time != 0 || !math.IsNaN(got.UntilReturn) {
		t.Errorf("%+v", got)
	}
	for _, test := range []struct {
		m           trainer.Metrics
		limit, flag string
		missed      bool
	}{
		{trainer.Metrics{Update: 4, GlobalStep: 999, ElapsedSeconds: 89, Episodes: 99, EpisodicReturn: 21}, "", "", true},
		{trainer.Metrics{Update: 5}, "5 updates", "--updates", true},
		{trainer.Metrics{GlobalStep: 1001}, "1,000 decisions", "--decisions", true},
		{trainer.Metrics{ElapsedSeconds: 90}, "1m30s of training", "--time", true},
		{trainer.Metrics{Update: 5, Episodes: 100, EpisodicReturn: 10}, "a mean return of +10.00", "--until-return", false},
		{trainer.Metrics{Episodes: 100, EpisodicReturn: trainer.Optional(math.NaN())}, "", "", true},
	} {
		limit, flag := all.Reached(test.m)
		asked, missed := all.MissedReturn(test.m)
		if limit != test.limit || flag != test.flag || missed != test.missed || missed && asked != ten {
			t.Errorf("%+v: %q, %q, %g, %v", test.m, limit, flag, asked, missed)
		}
	}
	if _, missed := (Limits{Updates: 1}).MissedReturn(trainer.Metrics{Update: 1}); missed {
		t.Error("a return was missed that nobody asked for")
	}
}

func TestDefaultLimits(t *testing.T) {
	for recipe, want := range map[string]int64{"fast": 300_000_000, "karpathy": 100_000_000} {
		if got := DefaultLimits(recipe); got != (Limits{Decisions: want}) {
			t.Errorf("%s: %v", recipe, got)
		}
	}
}
