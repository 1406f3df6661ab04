package trainer

import (
	"cmp"
	"context"
	"errors"
	"time"

	"pongpg/trainer/checkpoint"
)

// Limits are when a run is done: at the first that is reached. They count from the
// run's beginning, over all resumptions. Zero (NaN for the return) is no limit.
type Limits struct {
	Updates     int64
	Decisions   int64
	Time        time.Duration
	UntilReturn float64 // mean of the last 100 episodes
}

// Reached returns the name of the limit that a run with these metrics has reached:
// "return" (which counts from 100 episodes on), "updates", "decisions" or "time"; ""
// if the run is to go on.
func (l *Limits) Reached(m Metrics) string {
	switch {
	case m.Episodes >= historyLength && float64(m.EpisodicReturn) >= l.UntilReturn:
		return "return"
	case l.Updates > 0 && m.Update >= l.Updates:
		return "updates"
	case l.Decisions > 0 && m.GlobalStep >= l.Decisions:
		return "decisions"
	case l.Time > 0 && m.ElapsedSeconds >= l.Time.Seconds():
		return "time"
	}
	return ""
}

// Journal is told how a run goes, beside metrics.jsonl. After an error of it the run ends.
type Journal interface {
	// Update is told the metrics of every update, after metrics.jsonl.
	Update(Metrics) error
	// Flush writes what it was told. It is called before a checkpoint is saved, so that a checkpoint
	// that is there has its updates in the journal, whenever the run is killed.
	Flush() error
	// Save is told of every checkpoint while it is being saved, with the metrics of its update. It may
	// keep the checkpoint, and not change it.
	Save(*checkpoint.File, Metrics) error
}

// RunOptions is how a run is kept and watched.
type RunOptions struct {
	Limits
	CheckpointInterval time.Duration // between checkpoints
	Journal            Journal       // if not nil
	OnUpdate           func(Metrics) // called after every update, if not nil
	OnWarning          func(error)   // called with what went wrong but does no harm, if not nil
}

// Run trains until a limit is reached or ctx is done, which it looks at between
// updates. It writes metrics and checkpoints to dir: one at the interval and one at
// the end. After an error the last checkpoint is as it was, and the run can be
// resumed from it.
func (t *Trainer) Run(ctx context.Context, dir *checkpoint.Run, o RunOptions) error {
	m := t.Progress()
	if t.update == 0 {
		if err := t.save(dir, m, &o); err != nil {
			return err
		}
	}
	saved, savedAt := time.Now(), t.update
	for ctx.Err() == nil && o.Reached(m) == "" {
		var err error
		if m, err = t.Update(); err != nil {
			return err
		}
		if err := dir.Metrics().Append(m); err != nil {
			return err
		}
		if o.Journal != nil {
			if err := o.Journal.Update(m); err != nil {
				return err
			}
		}
		if o.OnUpdate != nil {
			o.OnUpdate(m)
		}
		if time.Since(saved) >= o.CheckpointInterval {
			if err := t.save(dir, m, &o); err != nil {
				return err
			}
			saved, savedAt = time.Now(), t.update
		}
	}
	if t.update == savedAt {
		return nil
	}
	return t.save(dir, m, &o)
}

// save writes a checkpoint, which is the best too if the mean return of the last 100
// episodes was never as high. The journal is told of it meanwhile: writing is mostly waiting.
// Of two errors the checkpoint's counts: they have one cause, such as a full disk.
func (t *Trainer) save(dir *checkpoint.Run, m Metrics, o *RunOptions) error {
	best := t.history.episodes >= historyLength && float64(m.EpisodicReturn) > t.best
	if best {
		t.best = float64(m.EpisodicReturn)
	}
	f, err := t.Checkpoint()
	if err != nil {
		return err
	}
	told := make(chan error, 1)
	if o.Journal == nil {
		close(told)
	} else {
		flushed := o.Journal.Flush()
		go func() { told <- cmp.Or(flushed, o.Journal.Save(f, m)) }()
	}
	err = dir.Save(t.update, f, best)
	if errors.Is(err, checkpoint.ErrPrune) {
		if o.OnWarning != nil {
			o.OnWarning(err)
		}
		err = nil
	}
	if journal := <-told; err == nil {
		err = journal
	}
	return err
}
