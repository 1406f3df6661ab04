package main

import (
	"fmt"
	"math"
	"time"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/session"
)

// limitFlags are when a run ends.
type limitFlags struct {
	updates, decisions int64
	time               time.Duration
	untilReturn        float64
}

var categoryLimits = fmt.Sprintf("When to stop: at the first that is reached, counted from the run's beginning (default, in decisions: %s)", session.DefaultDecisions())

func (l *limitFlags) flags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: "updates", Category: categoryLimits, Value: into(&l.updates, parseWhole), Usage: "after so many updates"},
		&cli.GenericFlag{Name: "decisions", Category: categoryLimits, Value: into(&l.decisions, parseWhole), Usage: "after the update that brings so many decisions"},
		&cli.GenericFlag{Name: "time", Category: categoryLimits, Value: into(&l.time, parseDuration), Usage: "after so much time of training, as 90s, 10m or 1h30m"},
		&cli.GenericFlag{Name: "until-return", Category: categoryLimits, Value: into(&l.untilReturn, parseNumber), Usage: "when the mean return of the last 100 episodes is as high; the exit status is 3 if another limit comes first"},
	}
}

// highestReturn is a game won without a point lost.
const highestReturn = 21

// limits returns the limits given; session.Limits.None if there are none.
func (l *limitFlags) limits(c *cli.Context) (session.Limits, error) {
	limits := session.Limits{Updates: l.updates, Decisions: l.decisions, Seconds: l.time.Seconds()}
	const positive = "it must be above 0, or left out for no such limit"
	switch {
	case c.IsSet("updates") && l.updates < 1:
		return limits, usageErrorf("--updates %d is impossible: %s", l.updates, positive)
	case c.IsSet("decisions") && l.decisions < 1:
		return limits, usageErrorf("--decisions %d is impossible: %s", l.decisions, positive)
	case c.IsSet("time") && l.time <= 0:
		return limits, usageErrorf("--time %v is impossible: %s", l.time, positive)
	}
	if c.IsSet("until-return") {
		if math.IsNaN(l.untilReturn) || math.Abs(l.untilReturn) > highestReturn {
			return limits, usageErrorf("--until-return %v is impossible: returns are in -%d … %[2]d", l.untilReturn, highestReturn)
		}
		limits.UntilReturn = &l.untilReturn
	}
	return limits, nil
}
