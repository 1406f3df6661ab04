package trainer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
)

// told is a journal that fails at a checkpoint.
type told struct {
	updates, saved []int64
	flushed        int // updates
	newest         func() int64
	failAt         int64
	err            error
}

func (j *told) Update(m Metrics) error {
	j.updates = append(j.updates, m.Update)
	return nil
}

// Flush is to come before the checkpoint.
func (j *told) Flush() error {
	if newest := j.newest(); newest == int64(len(j.updates)) && newest > 0 {
		j.err = fmt.Errorf("checkpoint %d was saved before the journal was", newest)
		return j.err
	}
	j.flushed = len(j.updates)
	return nil
}

func (j *told) Save(f *checkpoint.File, m Metrics) error {
	j.saved = append(j.saved, m.Update)
	if m.Update == j.failAt {
		return j.err
	}
	return nil
}

// TestRunTellsJournal has a journal told of all updates and checkpoints, and ends a run with its
// error, but not before the checkpoint has been saved.
func TestRunTellsJournal(t *testing.T) {
	tr := newTrainer(t, small(t, "fast", 3), cpu.Options{Workers: 2})
	dir, err := checkpoint.Create(filepath.Join(t.TempDir(), "run"), tr.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	dir.Keep = 10
	j := &told{newest: dir.Newest, failAt: 3, err: errors.New("the journal is full")}
	full := j.err
	err = tr.Run(context.Background(), dir, RunOptions{CheckpointInterval: 1, Journal: j}) // without an end
	if !errors.Is(err, full) {
		t.Errorf("the run ends with %v", err)
	}
	if want := []int64{1, 2, 3}; !slices.Equal(j.updates, want) || !slices.Equal(j.saved, append([]int64{0}, want...)) {
		t.Errorf("told of updates %v and checkpoints %v", j.updates, j.saved)
	}
	if j.flushed != 3 {
		t.Errorf("%d updates were flushed", j.flushed)
	}
	if newest := dir.Newest(); newest != 3 {
		t.Errorf("the newest checkpoint is of update %d", newest)
	}
}
