package journal

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pongpg/cmd/internal/format"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// tableName is the table's in a run's directory.
const tableName = "metrics.csv"

// flushEvery is how long what is written may wait for others to see it.
const flushEvery = time.Second

// Journal is what is kept of one run that trains. It is a trainer.Journal.
type Journal struct {
	// Warnings are for the user to see, a line each.
	Warnings []string

	table   tail
	rows    *csv.Writer // to table
	events  *events     // nil: none are wanted
	flushed time.Time
}

// Open makes the journal of a run anew, from its metrics.jsonl, which is as long as at says:
// after Begin. Events later than at go, whether any are to be written or not.
func Open(run *checkpoint.Run, at trainer.Metrics, tensorboard bool) (*Journal, error) {
	j, err := open(run, at, tensorboard)
	if err != nil {
		return nil, fmt.Errorf("journal of %s: %w", run.Dir(), err)
	}
	return j, nil
}

func open(run *checkpoint.Run, at trainer.Metrics, tensorboard bool) (*Journal, error) {
	j := &Journal{flushed: time.Now()}
	path := filepath.Join(run.Dir(), tableName)
	err := checkpoint.WriteFileAtomic(path, func(out io.Writer) error {
		unreadable, err := writeTable(out, run, func(*trainer.Metrics) {})
		if unreadable > 0 {
			j.Warnings = append(j.Warnings, fmt.Sprintf("%s of %s cannot be read: %s goes without; restore it from a copy if there is one",
				format.Plural(int64(unreadable), "line"), run.MetricsPath(), tableName))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if j.table, err = openTail(path); err != nil {
		return nil, err
	}
	j.rows = csv.NewWriter(&j.table)
	if j.events, err = openEvents(run, at, tensorboard); err != nil {
		return nil, errors.Join(err, j.table.close())
	}
	return j, nil
}

// writeTable writes what metrics.csv has of a run, and shows each row's metrics. It returns how many lines
// cannot be read.
func writeTable(out io.Writer, run *checkpoint.Run, show func(*trainer.Metrics)) (unreadable int, err error) {
	rows := csv.NewWriter(out)
	if err := rows.Write(header()); err != nil {
		return 0, err
	}
	unreadable, err = read(run.MetricsPath(), func(m *trainer.Metrics) error {
		show(m)
		return rows.Write(row(m))
	})
	rows.Flush()
	return unreadable, errors.Join(err, rows.Error())
}

// Complete makes the journal of a run that is done anew, if it is not whole: who trained it may have been
// killed between the last checkpoint, f, after the update that at is of, and the end of the journal. A
// file of events that is not there stays away.
func Complete(run *checkpoint.Run, at trainer.Metrics, f *checkpoint.File) error {
	whole, events, err := isWhole(run, at)
	if err != nil || whole {
		return err
	}
	j, err := Open(run, at, events)
	if err != nil {
		return err
	}
	return errors.Join(j.Save(f, at), j.Close())
}

// isWhole reports whether the journal of a run has all up to the update that at is of, and whether it has
// events. Of a run that has gone on after that it is whole: what follows goes when the run is resumed.
func isWhole(run *checkpoint.Run, at trainer.Metrics) (whole, events bool, err error) {
	var want bytes.Buffer
	last, steps := int64(0), map[int64]struct{}{}
	_, err = writeTable(&want, run, func(m *trainer.Metrics) {
		last = m.GlobalStep
		steps[last] = struct{}{}
	})
	if err != nil || last != at.GlobalStep {
		return true, false, err
	}
	h, err := readHistory(run.Dir(), at)
	if err != nil {
		return false, false, err
	}
	events = len(h.files) > 0
	_, shown := h.seen[at.GlobalStep]
	got, err := os.ReadFile(filepath.Join(run.Dir(), tableName))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	whole = bytes.Equal(got, want.Bytes()) && (!events || shown && len(h.wallTime) == len(steps))
	return whole, events, err
}

// Update adds the metrics of an update. Others see them after a second at most, or after the
// next update.
func (j *Journal) Update(m trainer.Metrics) error {
	if err := j.rows.Write(row(&m)); err != nil {
		return err
	}
	if j.events != nil {
		j.events.update(&m)
	}
	if time.Since(j.flushed) < flushEvery {
		return nil
	}
	return j.Flush()
}

// Save adds what a checkpoint shows, after the update that m is of.
func (j *Journal) Save(f *checkpoint.File, m trainer.Metrics) error {
	if j.events != nil {
		if err := j.events.checkpoint(f, &m); err != nil {
			return err
		}
	}
	return j.Flush()
}

// Flush writes what waits: for each file all of it or nothing.
func (j *Journal) Flush() error {
	j.flushed = time.Now()
	j.rows.Flush()
	err := j.table.flush()
	if j.events != nil {
		err = errors.Join(err, j.events.file.flush())
	}
	return err
}

// Close writes what waits and closes the files. A nil Journal has none.
func (j *Journal) Close() error {
	if j == nil {
		return nil
	}
	err := errors.Join(j.Flush(), j.table.close())
	if j.events != nil {
		err = errors.Join(err, j.events.close())
	}
	return err
}
