package status

import (
	"math"
	"time"

	"pongpg/trainer"
)

// The rate is measured over the last meterPoints−1 seconds of training or so: long
// enough to be read, short enough to follow what the run does.
const (
	meterPoints  = 8
	meterSpacing = 1.0 // seconds
)

// meter tells from the metrics of a run's updates how fast it is and how far from its
// end.
type meter struct {
	limits trainer.Limits
	last   trainer.Metrics
	points []trainer.Metrics // oldest first, at least meterSpacing apart
}

func newMeter(limits trainer.Limits, start trainer.Metrics) *meter {
	return &meter{limits: limits, last: start, points: []trainer.Metrics{start}}
}

// observe takes the metrics of an update.
func (m *meter) observe(x trainer.Metrics) {
	m.last = x
	if x.ElapsedSeconds-m.points[len(m.points)-1].ElapsedSeconds < meterSpacing {
		return
	}
	if len(m.points) == meterPoints {
		copy(m.points, m.points[1:])
		m.points = m.points[:meterPoints-1]
	}
	m.points = append(m.points, x)
}

// rates returns decisions and updates per second of training; 0 before the first
// update.
func (m *meter) rates() (decisions, updates float64) {
	from := m.points[0]
	seconds := m.last.ElapsedSeconds - from.ElapsedSeconds
	if seconds <= 0 {
		return 0, 0
	}
	return float64(m.last.GlobalStep-from.GlobalStep) / seconds, float64(m.last.Update-from.Update) / seconds
}

// lowestReturn is the return of an episode without a point.
const lowestReturn = -21

// fraction returns how much of the way to the first limit is done, 0 to 1. The way to a
// return counts only where it is the only limit: nobody knows how long it takes.
func (m *meter) fraction() float64 {
	l, done := &m.limits, 0.0
	if l.Updates > 0 {
		done = max(done, float64(m.last.Update)/float64(l.Updates))
	}
	if l.Decisions > 0 {
		done = max(done, float64(m.last.GlobalStep)/float64(l.Decisions))
	}
	if l.Time > 0 {
		done = max(done, m.last.ElapsedSeconds/l.Time.Seconds())
	}
	if r := float64(m.last.EpisodicReturn); l.Updates == 0 && l.Decisions == 0 && l.Time == 0 && !math.IsNaN(r) && l.UntilReturn > lowestReturn {
		done = (r - lowestReturn) / (l.UntilReturn - lowestReturn)
	}
	return min(1, max(0, done))
}

// left returns the time to the first limit at the present rate; false if nobody can
// tell.
func (m *meter) left() (time.Duration, bool) {
	l, seconds := &m.limits, math.Inf(1)
	decisions, updates := m.rates()
	if l.Updates > 0 && updates > 0 {
		seconds = min(seconds, float64(l.Updates-m.last.Update)/updates)
	}
	if l.Decisions > 0 && decisions > 0 {
		seconds = min(seconds, float64(l.Decisions-m.last.GlobalStep)/decisions)
	}
	if l.Time > 0 {
		seconds = min(seconds, l.Time.Seconds()-m.last.ElapsedSeconds)
	}
	const longest = 1e9 // seconds; what takes longer does not end
	if !(seconds < longest) {
		return 0, false
	}
	return time.Duration(max(0, seconds) * float64(time.Second)), true
}
