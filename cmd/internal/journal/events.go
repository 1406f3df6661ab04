package journal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"

	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/picture"
	"pongpg/cmd/internal/tfevents"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// eventsName matches the files of events that are this package's: events.out.tfevents.SECONDS.pongpg.
// TensorBoard takes a name with "tfevents" in it, and of several files the greater name for the
// later one.
var eventsName = regexp.MustCompile(`^events\.out\.tfevents\.([0-9]{10,})\.pongpg$`)

// The tags that TensorBoard shows. A step is a decision.
const (
	tagMetrics = "metrics/"
	tagWeights = "weights/"
	tagFilters = "filters"
)

// pictured is by how much decisions must have grown for a checkpoint to be shown: else the
// events of a long run, a quarter of a megabyte a checkpoint, would fill the disk.
const pictured = 1.02

// part is what part of the processors' time showing weights may take, which is a twentieth of a second for
// each checkpoint, or more on a slow machine: so long it rests before it shows others.
const part = 0.0025

// rest is how long that is at least.
const rest = 3 * time.Second

// shownUnits is how many units' filters are shown, as many as the post shows. They are
// always the same, so that one can follow them.
const shownUnits = 40

// events is the file of events of a run.
type events struct {
	file    tail
	tags    []string // of columns
	summary tfevents.Summary
	payload []byte
	last    int64 // the last step of which weights were shown; −1: none yet

	rest    time.Duration    // 0: it never rests
	next    time.Time        // when others may be shown
	waiting *checkpoint.File // a later checkpoint, which is shown if it stays the last
	at      trainer.Metrics  // of it
}

// history is what a run's earlier files of events say.
type history struct {
	files    []string
	newest   int64              // of the files' names
	wallTime map[int64]float64  // of the scalars of a step
	pictures []picturesAt       // in order
	seen     map[int64]struct{} // steps in pictures
}

type picturesAt struct {
	step    int64
	payload []byte
}

// openEvents makes the file of events anew: those of metrics.jsonl, and the earlier files'
// pictures as far as at. Earlier files go. Without want there are no more to come: nil.
func openEvents(run *checkpoint.Run, at trainer.Metrics, want bool) (*events, error) {
	before, err := readHistory(run.Dir(), at)
	if err != nil || !want && len(before.files) == 0 {
		return nil, err
	}
	e := &events{last: -1, rest: rest}
	for _, c := range columns {
		e.tags = append(e.tags, tagMetrics+c.name)
	}
	path := filepath.Join(run.Dir(), fmt.Sprintf("events.out.tfevents.%010d.pongpg", max(time.Now().Unix(), before.newest+1)))
	if err := checkpoint.WriteFileAtomic(path, func(out io.Writer) error { return e.rewrite(out, run, &before, at) }); err != nil {
		return nil, err
	}
	for _, name := range before.files {
		err = errors.Join(err, os.Remove(name))
	}
	if err != nil || !want {
		return nil, err
	}
	e.file, err = openTail(path)
	return e, err
}

// readHistory reads the files of events in dir up to the decisions that at has; what was
// shown of update 0, where the run would begin again, is not history.
func readHistory(dir string, at trainer.Metrics) (h history, err error) {
	h.wallTime, h.seen = map[int64]float64{}, map[int64]struct{}{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return h, err
	}
	for _, entry := range entries {
		m := eventsName.FindStringSubmatch(entry.Name())
		if m == nil {
			continue
		}
		seconds, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			continue // a number that no clock shows
		}
		path := filepath.Join(dir, entry.Name())
		b, err := os.ReadFile(path)
		if err != nil {
			return h, err
		}
		h.files, h.newest = append(h.files, path), max(h.newest, seconds)
		if at.Update > 0 {
			h.add(b, at.GlobalStep)
		}
	}
	slices.SortStableFunc(h.pictures, func(a, b picturesAt) int { return cmp.Compare(a.step, b.step) })
	return h, nil
}

// add adds the events of a file up to a step.
func (h *history) add(b []byte, until int64) {
	for _, payload := range tfevents.Records(b) {
		e, err := tfevents.Parse(payload)
		if err != nil || e.Step > until {
			continue
		}
		if e.Scalars {
			h.wallTime[e.Step] = e.WallTime
		}
		if _, twice := h.seen[e.Step]; e.Pictures && !twice {
			h.pictures, h.seen[e.Step] = append(h.pictures, picturesAt{e.Step, payload}), struct{}{}
		}
	}
}

// rewrite writes all that there is to know of the run, in the order in which it happened.
func (e *events) rewrite(out io.Writer, run *checkpoint.Run, before *history, at trainer.Metrics) error {
	now := seconds(time.Now())
	begin := now - at.ElapsedSeconds
	write := func(payload []byte) error {
		_, err := out.Write(tfevents.AppendRecord(nil, payload))
		return err
	}
	if err := errors.Join(write(tfevents.Version(begin)), write(tfevents.Start(begin, 0))); err != nil {
		return err
	}
	pictures := before.pictures
	until := func(step int64) error { // the pictures before it
		for ; len(pictures) > 0 && pictures[0].step < step; pictures = pictures[1:] {
			e.last = pictures[0].step
			if err := write(pictures[0].payload); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := read(run.MetricsPath(), func(m *trainer.Metrics) error {
		if err := until(m.GlobalStep); err != nil {
			return err
		}
		when, known := before.wallTime[m.GlobalStep]
		if !known {
			when = begin + m.ElapsedSeconds // as if it had never been stopped
		}
		return write(e.scalars(m, when))
	})
	return errors.Join(err, until(at.GlobalStep+1))
}

// scalars returns the payload of an update, which is valid until the next.
func (e *events) scalars(m *trainer.Metrics, when float64) []byte {
	e.summary.Reset()
	for i, c := range columns {
		if x, ok := c.number(m); ok {
			e.summary.Scalar(e.tags[i], float32(x))
		}
	}
	e.payload = e.summary.Append(e.payload[:0], when, m.GlobalStep)
	return e.payload
}

// update adds the metrics of an update.
func (e *events) update(m *trainer.Metrics) {
	e.file.pending = tfevents.AppendRecord(e.file.pending, e.scalars(m, seconds(time.Now())))
}

// checkpoint adds histograms of the weights of a checkpoint and images of its filters, unless
// much the same have been shown, or others a moment ago: then it waits.
func (e *events) checkpoint(f *checkpoint.File, m *trainer.Metrics) error {
	e.waiting = nil
	switch {
	case m.GlobalStep <= e.last: // a run that begins again at update 0
		return nil
	case e.last >= 0 && (float64(m.GlobalStep) < pictured*float64(e.last) || time.Now().Before(e.next)):
		e.waiting, e.at = f, *m
		return nil
	}
	return e.show(f, m)
}

// show adds what checkpoint does, and rests.
func (e *events) show(f *checkpoint.File, m *trainer.Metrics) (err error) {
	took := pace.Took(func() { err = e.add(f, m) })
	if e.rest > 0 {
		e.next = time.Now().Add(max(e.rest, time.Duration(float64(took)/part/float64(runtime.GOMAXPROCS(0)))))
	}
	return err
}

// add adds a checkpoint's weights.
func (e *events) add(f *checkpoint.File, m *trainer.Metrics) error {
	filters, err := trainer.ReadFilters(f)
	if err != nil {
		return err
	}
	e.summary.Reset()
	for _, t := range trainer.WeightTensors(f) {
		values, err := checkpoint.Values[float32](t)
		if err != nil {
			return err
		}
		e.summary.Histogram(tagWeights+t.Name, values)
	}
	sheet, err := picture.NewSheet(filters, picture.ByNumber(filters, shownUnits), 0, 1, picture.Options{})
	if err != nil {
		return err
	}
	drawn, err := sheet.Draw(filters, "")
	if err != nil {
		return err
	}
	var png bytes.Buffer
	if err := picture.WritePNGFast(&png, drawn); err != nil {
		return err
	}
	e.summary.PNG(tagFilters, sheet.Width, sheet.Height, png.Bytes())
	e.payload = e.summary.Append(e.payload[:0], seconds(time.Now()), m.GlobalStep)
	e.file.pending = tfevents.AppendRecord(e.file.pending, e.payload)
	e.last = m.GlobalStep
	return nil
}

// close shows the last checkpoint, if it waits, and closes the file.
func (e *events) close() error {
	var err error
	if e.waiting != nil {
		err = e.show(e.waiting, &e.at)
	}
	return errors.Join(err, e.file.flush(), e.file.close())
}

// seconds returns a time in seconds since 1970.
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
