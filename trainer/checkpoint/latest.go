package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
)

// Found is a checkpoint that read back well.
type Found struct {
	Path          string
	Update        int64 // the update after which it was saved; -1 if the file does not say
	MetricsOffset int64 // the length of metrics.jsonl then; -1 if the file does not say
	File          *File
	// Skipped are newer checkpoints that did not read back well, newest first:
	// errors that say which, and why. Show them to the user.
	Skipped []error
}

// Latest returns the newest checkpoint of the run that reads back well. A
// damaged one is skipped, so that it does not lose the run. It is not skipped
// but an error if the newest one cannot be judged: it may not be read
// (fs.ErrPermission), or a newer pongpg wrote it (ErrNewer); falling back in
// silence would throw away good work.
//
// It returns ErrNoCheckpoint if the run has none at all, and the errors of all
// of them if none reads well.
func (r *Run) Latest() (*Found, error) {
	// While another process trains, a listed checkpoint may have been pruned
	// before it is read; there are newer ones then, so look again. One that is
	// still missing the last time is a dangling link, and skipped. A listing may lack both
	// the one that has gone since it began and the one that has come.
	found, err := r.latest(false)
	for try := 1; try < 10 && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNoCheckpoint)); try++ {
		found, err = r.latest(try == 9)
	}
	if err != nil {
		return nil, fmt.Errorf("latest checkpoint of %s: %w", r.dir, err)
	}
	return found, nil
}

func (r *Run) latest(skipMissing bool) (*Found, error) {
	updates, err := r.updates()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, advise(err)
	}
	if len(updates) == 0 {
		return nil, fmt.Errorf("%w: %s is empty; %s", ErrNoCheckpoint, r.checkpointDir(), r.otherwise("wait for the first one"))
	}
	var skipped []error
	for _, update := range slices.Backward(updates) {
		found, err := readFound(r.path(update))
		switch {
		case err == nil && found.Update == update:
			found.Skipped = skipped
			return found, nil
		case err == nil:
			err = fmt.Errorf("read checkpoint %s: %w", found.Path,
				contentError(ErrInvalid, adviceOther, "it was saved after update %d, its name says %d", found.Update, update))
		case errors.Is(err, ErrNewer), errors.Is(err, fs.ErrPermission),
			errors.Is(err, fs.ErrNotExist) && !skipMissing:
			return nil, err
		}
		skipped = append(skipped, err)
	}
	return nil, fmt.Errorf("none of %d checkpoints can be used; %s: %w", len(updates), r.otherwise("restore one from a copy"), errors.Join(skipped...))
}

// Newest returns the update after which the newest checkpoint was saved, by its name, whether
// it reads well or not; −1 if there is none that can be seen.
func (r *Run) Newest() int64 {
	updates, err := r.updates()
	if err != nil || len(updates) == 0 {
		return -1
	}
	return updates[len(updates)-1]
}

// Checkpoints returns the paths of the run's checkpoints, oldest first, whether they read
// well or not. While another process trains, old ones may go at any time.
func (r *Run) Checkpoints() ([]string, error) {
	updates, err := r.updates()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoints of %s: %w", r.dir, advise(err))
	}
	paths := make([]string, len(updates))
	for i, update := range updates {
		paths[i] = r.path(update)
	}
	return paths, nil
}

// otherwise is what to do without a checkpoint: something, or take another run.
func (r *Run) otherwise(something string) string {
	if _, err := os.Stat(r.BestPath()); err == nil {
		return "name " + r.BestPath() + " itself, or take another run"
	}
	return something + ", or take another run"
}

// Resolve reads the checkpoint a user named: a checkpoint file, or a run
// directory, which stands for its latest checkpoint that reads well. It takes
// no lock and changes nothing.
func Resolve(path string) (*Found, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("find checkpoint: %w", advise(err))
	}
	if !info.IsDir() {
		return readFound(path)
	}
	r, err := Open(path)
	if within := runWithin(path); errors.Is(err, ErrNoRun) && within != "" {
		return nil, fmt.Errorf("find checkpoint: %w: %s is a directory of runs; name one of them, as %s", ErrNoRun, path, within)
	} else if errors.Is(err, ErrNoRun) {
		return nil, fmt.Errorf("find checkpoint: %w: %s is a directory without %s; name a run directory or a checkpoint file", ErrNoRun, path, configName)
	}
	if err != nil {
		return nil, err
	}
	return r.Latest()
}

// readFound reads a checkpoint with the metadata that Save added.
func readFound(path string) (*Found, error) {
	f, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	return &Found{
		Path:          path,
		Update:        number(f.Metadata[keyUpdate]),
		MetricsOffset: number(f.Metadata[keyMetricsOffset]),
		File:          f,
	}, nil
}

// number is a count from the metadata, or -1.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}
