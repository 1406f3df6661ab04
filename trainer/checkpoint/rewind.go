package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Rewind takes a resumed run back to the instant found was saved: metrics.jsonl
// is cut to its length then, and newer checkpoints, those that Latest skipped,
// are renamed to NAME.skipped, out of the way of the ones to come. No checkpoint
// is removed. After it, Save and Metrics write.
//
// found is what Latest returned, or nil to start again at update 0 a run that
// was killed before its first checkpoint; nil is refused if the run has any
// checkpoint or best.safetensors, which would be lost.
//
// ErrMetricsShort means that metrics.jsonl is shorter than found says, or no
// line ends there: it was cut or replaced. The run is unchanged then. After any
// other error it can be rewound again.
func (r *Run) Rewind(found *Found) error {
	if err := r.rewind(found); err != nil {
		return fmt.Errorf("rewind run %s: %w", r.dir, err)
	}
	return nil
}

func (r *Run) rewind(found *Found) error {
	if r.lock == nil {
		return errReadOnly
	}
	updates, err := r.updates()
	if err != nil {
		return advise(err)
	}
	if found == nil {
		if _, err := os.Stat(r.BestPath()); err == nil || len(updates) > 0 {
			return errors.New("it has checkpoints, which starting again would lose; choose another --run")
		}
		return r.metrics.rewind(0)
	}
	if found.Update < 0 || found.MetricsOffset < 0 {
		return fmt.Errorf("%s does not say which update it was saved after; name a checkpoint of this run", found.Path)
	}
	if err := r.metrics.reaches(found.MetricsOffset); err != nil {
		return err
	}
	for _, update := range updates {
		if update <= found.Update {
			continue
		}
		if err := setAside(r.path(update)); err != nil {
			return advise(err)
		}
	}
	if err := syncDir(r.checkpointDir()); err != nil {
		return advise(err)
	}
	return r.metrics.rewind(found.MetricsOffset)
}

// setAside renames path to path.skipped, or .skipped-2 and so on where that is
// taken: a file once set aside is never overwritten.
func setAside(path string) error {
	aside := path + ".skipped"
	for n := 2; ; n++ {
		_, err := os.Lstat(aside)
		if errors.Is(err, fs.ErrNotExist) {
			return rename(path, aside)
		}
		if err != nil {
			return err
		}
		aside = fmt.Sprintf("%s.skipped-%d", path, n)
	}
}
