package checkpoint

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The metadata that Save adds to a checkpoint.
const (
	keyUpdate        = "update"
	keyMetricsOffset = "metrics_offset"
)

var errReadOnly = errors.New("run was opened for reading or closed; this is a mistake in the program: report it")

// Save stores f as the checkpoint after update, and as best.safetensors if best
// is true; then it removes all but the newest Keep checkpoints. It adds the keys
// "update" and "metrics_offset" to the metadata written; f itself is unchanged.
//
// When it returns nil, or an error that wraps ErrPrune, the checkpoint and all
// metrics appended so far survive a power failure. On any other error, and
// however the process ends within it, the earlier checkpoints are intact. It is
// an error to save an update older than one that is there; the same update is
// replaced.
func (r *Run) Save(update int64, f *File, best bool) error {
	if err := r.save(update, f, best); err != nil {
		return fmt.Errorf("save checkpoint %d: %w", update, err)
	}
	if err := r.prune(); err != nil {
		return fmt.Errorf("%w: %w", ErrPrune, advise(err))
	}
	return nil
}

func (r *Run) save(update int64, f *File, best bool) error {
	if r.lock == nil {
		return errReadOnly
	}
	if update < 0 {
		return fmt.Errorf("the update is negative; this is a mistake in the program: report it")
	}
	updates, err := r.updates()
	if err != nil {
		return advise(err)
	}
	if n := len(updates); n > 0 && update < updates[n-1] {
		return fmt.Errorf("%s already has the newer checkpoint %d; resume from it, or choose another --run", r.dir, updates[n-1])
	}
	if err := r.metrics.Sync(); err != nil {
		return err
	}
	stamped := File{Metadata: maps.Clone(f.Metadata), Tensors: f.Tensors}
	if stamped.Metadata == nil {
		stamped.Metadata = map[string]string{}
	}
	stamped.Metadata[keyUpdate] = strconv.FormatInt(update, 10)
	stamped.Metadata[keyMetricsOffset] = strconv.FormatInt(r.metrics.Offset(), 10)
	if best {
		if err := stamped.WriteFile(r.BestPath()); err != nil {
			return err
		}
	}
	return stamped.WriteFile(r.path(update)) // last: it vouches for the rest
}

// prune removes all but the newest Keep checkpoints. The newest is the one that
// was just saved, so a good one always remains.
func (r *Run) prune() error {
	updates, err := r.updates()
	if err != nil {
		return err
	}
	for _, update := range updates[:max(0, len(updates)-max(1, r.Keep))] {
		err = errors.Join(err, os.Remove(r.path(update)))
	}
	return err
}

// path is where the checkpoint after update is.
func (r *Run) path(update int64) string { return filepath.Join(r.checkpointDir(), name(update)) }

const (
	namePrefix = "checkpoint-"
	nameSuffix = ".safetensors"
)

func name(update int64) string { return fmt.Sprintf("%s%09d%s", namePrefix, update, nameSuffix) }

// updateOf is the inverse of name. It refuses any other name.
func updateOf(base string) (int64, bool) {
	digits, found := strings.CutPrefix(base, namePrefix)
	digits, ended := strings.CutSuffix(digits, nameSuffix)
	update, err := strconv.ParseInt(digits, 10, 64)
	return update, found && ended && err == nil && update >= 0 && name(update) == base
}

// updates lists the checkpoints there are, oldest first.
func (r *Run) updates() ([]int64, error) {
	entries, err := os.ReadDir(r.checkpointDir())
	if err != nil {
		return nil, err
	}
	var updates []int64
	for _, e := range entries {
		if update, ok := updateOf(e.Name()); ok {
			updates = append(updates, update)
		}
	}
	slices.Sort(updates)
	return updates, nil
}
