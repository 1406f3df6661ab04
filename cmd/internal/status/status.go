package status

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"pongpg/cmd/internal/format"
	"pongpg/trainer"
)

// Status shows a run. Update is called after every update and returns at once;
// Close, once, when the run has ended.
type Status interface {
	Update(trainer.Metrics)
	// Restart says that the run goes on from start, at a pace of its own.
	Restart(start trainer.Metrics)
	// Say shows a line of text without harm to what is shown already. It may be called
	// from any goroutine.
	Say(line string)
	Close()
}

// New returns the status for out: a live line if it is a terminal that says how wide it is, else a plain
// line every interval. start is how far the run is already.
func New(out *os.File, limits trainer.Limits, start trainer.Metrics, interval time.Duration) Status {
	m := newMeter(limits, start)
	if columns, _, err := term.GetSize(int(out.Fd())); err == nil && columns > 0 && os.Getenv("TERM") != "dumb" {
		return newLine(out, m)
	}
	return &plain{out: out, meter: m, interval: interval, shown: time.Now()}
}

// plain writes a line every interval.
type plain struct {
	out      io.Writer
	meter    *meter
	interval time.Duration
	shown    time.Time
}

func (p *plain) Update(m trainer.Metrics) {
	p.meter.observe(m)
	now := time.Now()
	if now.Sub(p.shown) < p.interval {
		return
	}
	p.shown = now
	fmt.Fprintf(p.out, "update %s  %s  %s\n", format.Count(m.Update), p.meter.percent(), p.meter.text())
}

func (p *plain) Restart(start trainer.Metrics) { p.meter = newMeter(p.meter.limits, start) }

// Say writes to standard error: the lines on out are for programs too.
func (p *plain) Say(line string) { fmt.Fprintln(os.Stderr, line) }

func (p *plain) Close() {}

func (m *meter) percent() string { return fmt.Sprintf("%3.0f%%", 100*m.fraction()) }

// text is what both kinds of status show beside the progress.
func (m *meter) text() string {
	rate, _ := m.rates()
	text := fmt.Sprintf("%s decisions  %s/s  return %s  running %s",
		format.Short(float64(m.last.GlobalStep)), format.Short(rate),
		format.Return(float64(m.last.EpisodicReturn)), format.Return(float64(m.last.RunningReward)))
	if left, ok := m.left(); ok {
		text += "  " + format.Duration(left) + " left"
	}
	return text
}
