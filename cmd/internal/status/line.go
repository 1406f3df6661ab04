package status

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"pongpg/trainer"
)

const (
	refresh  = 200 * time.Millisecond
	barSteps = 1000
	barWidth = 24 // columns, less on a narrow terminal
)

// line is one live line. The line is drawn by a goroutine of its own at its own pace;
// an update only leaves its metrics there.
type line struct {
	mutex    sync.Mutex
	meter    *meter
	progress *mpb.Progress
	bar      *mpb.Bar
}

func newLine(out *os.File, m *meter) *line {
	l := &line{meter: m}
	l.progress = mpb.New(mpb.WithOutput(out), mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh())
	// One step more than is ever set: the bar ends with Close and not by itself.
	l.bar = l.progress.New(barSteps+1, mpb.BarStyle(), mpb.BarWidth(barWidth), mpb.BarFillerTrim(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return l.show((*meter).percent) + " " })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + l.show((*meter).text) })))
	return l
}

func (l *line) Update(m trainer.Metrics) {
	l.mutex.Lock()
	l.meter.observe(m)
	done := int64(barSteps * l.meter.fraction())
	l.mutex.Unlock()
	l.bar.SetCurrent(done)
}

func (l *line) Restart(start trainer.Metrics) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.meter = newMeter(l.meter.limits, start)
}

// show returns a part of the line.
func (l *line) show(part func(*meter) string) string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return part(l.meter)
}

// Say writes above the line, or to standard error if the terminal has gone.
func (l *line) Say(text string) {
	if _, err := fmt.Fprintln(l.progress, text); err != nil {
		fmt.Fprintln(os.Stderr, text)
	}
}

// Close takes the line away.
func (l *line) Close() {
	l.bar.Abort(true)
	l.progress.Wait()
}
