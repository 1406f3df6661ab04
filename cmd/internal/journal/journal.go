package journal

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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
		rows := csv.NewWriter(out)
		if err := rows.Write(header()); err != nil {
			return err
		}
		unreadable, err := read(run.MetricsPath(), func(m *trainer.Metrics) error { return rows.Write(row(m)) })
		if unreadable > 0 {
			j.Warnings = append(j.Warnings, fmt.Sprintf("%s of %s cannot be read: %s goes without; restore it from a copy if there is one",
				format.Plural(int64(unreadable), "line"), run.MetricsPath(), tableName))
		}
		rows.Flush()
		return errors.Join(err, rows.Error())
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
