package session

import (
	"math"
	"strings"
	"time"

	"pongpg/cmd/internal/format"
	"pongpg/trainer"
)

// defaultDecisions are the decisions after which a run of a recipe ends that was given no
// limit: by then it learns little more.
var defaultDecisions = map[string]int64{
	"win": 150_000_000, "fast": 300_000_000, "karpathy": 100_000_000,
	"ppo": 30_000_000, "a2c": 50_000_000, "trpo": 100_000_000, "cem": 200_000_000, "imitate": 150_000_000,
}

// DefaultDecisions says what they are, for all recipes: "win 150,000,000, …".
func DefaultDecisions() string {
	var list []string
	for _, recipe := range trainer.Recipes {
		list = append(list, recipe+" "+format.Count(defaultDecisions[recipe]))
	}
	return strings.Join(list, ", ")
}

// Limits are trainer.Limits as config.json keeps them. What is left out is no limit.
type Limits struct {
	Updates     int64    `json:"updates,omitempty"`
	Decisions   int64    `json:"decisions,omitempty"`
	Seconds     float64  `json:"seconds,omitempty"` // of training
	UntilReturn *float64 `json:"until_return,omitempty"`
}

// DefaultLimits returns the limits of a run of a recipe that was given none.
func DefaultLimits(recipe string) Limits {
	return Limits{Decisions: defaultDecisions[recipe]}
}

// None reports whether there is no limit.
func (l Limits) None() bool { return l == Limits{} }

// Trainer returns the limits as the trainer takes them.
func (l Limits) Trainer() trainer.Limits {
	t := trainer.Limits{
		Updates: l.Updates, Decisions: l.Decisions,
		Time:        time.Duration(l.Seconds * float64(time.Second)),
		UntilReturn: math.NaN(),
	}
	if l.UntilReturn != nil {
		t.UntilReturn = *l.UntilReturn
	}
	return t
}

// String says when the run ends: "300,000,000 decisions or a mean return of +18.00".
func (l Limits) String() string {
	var parts []string
	for _, name := range []string{"updates", "decisions", "time", "return"} {
		if text := l.describe(name); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " or ")
}

// describe returns a limit by the name that trainer.Limits.Reached gives it, or "".
func (l Limits) describe(name string) string {
	switch {
	case name == "updates" && l.Updates > 0:
		return format.Plural(l.Updates, "update")
	case name == "decisions" && l.Decisions > 0:
		return format.Plural(l.Decisions, "decision")
	case name == "time" && l.Seconds > 0:
		return time.Duration(l.Seconds*float64(time.Second)).String() + " of training"
	case name == "return" && l.UntilReturn != nil:
		return "a mean return of " + format.Return(*l.UntilReturn)
	}
	return ""
}

// Reached says which limit a run with these metrics has reached: the limit in words
// and its flag, or "" if it is to go on.
func (l Limits) Reached(m trainer.Metrics) (limit, flag string) {
	t := l.Trainer()
	switch name := t.Reached(m); name {
	case "":
		return "", ""
	case "return":
		return l.describe(name), "--until-return"
	default:
		return l.describe(name), "--" + name
	}
}

// MissedReturn returns the mean return that was asked for if m, where the run ended,
// has not reached it.
func (l Limits) MissedReturn(m trainer.Metrics) (asked float64, missed bool) {
	only := Limits{UntilReturn: l.UntilReturn}
	reached, _ := only.Reached(m)
	if l.UntilReturn == nil || reached != "" {
		return 0, false
	}
	return *l.UntilReturn, true
}
