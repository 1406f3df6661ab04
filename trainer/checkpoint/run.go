package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The names in a run directory.
const (
	configName  = "config.json"
	metricsName = "metrics.jsonl"
	bestName    = "best.safetensors"
	lockName    = "lock"
	dirName     = "checkpoints"
)

// DefaultKeep is how many checkpoints a run keeps unless Keep says otherwise:
// the newest, and two to fall back on.
const DefaultKeep = 3

// Run is a run directory. One that Create or OpenForResume returned holds the
// directory's lock until Close, and is used from one goroutine, except for its
// Metrics. One that Open returned only reads.
type Run struct {
	// Keep is how many checkpoints Save keeps, besides best.safetensors. Less
	// than 1 counts as 1. It may be changed at any time.
	Keep int

	dir     string
	lock    *os.File // nil: opened for reading
	metrics *Metrics
}

// Create makes dir a run with config, any value encoding/json can write, as its
// config.json, and locks it. It creates dir where needed; files in it that are
// not a run's stay. If dir already holds a run, or a part of one, it changes
// nothing and returns ErrRunExists; if a process is just creating one there,
// ErrLocked. A Create that was interrupted can be repeated.
//
// The metrics are empty and ready. Save a first checkpoint, with best false,
// before training starts: from then on the run can be resumed.
func Create(dir string, config any) (*Run, error) {
	r, err := create(dir, config)
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	return r, nil
}

func create(dir string, config any) (*Run, error) {
	text, err := encodeConfig(config)
	if err != nil {
		return nil, err
	}
	if err := refuseRun(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, dirName), 0o777); err != nil {
		return nil, advise(err)
	}
	r, err := openLocked(dir)
	if err != nil {
		return nil, err
	}
	// Between the first look and the lock another process may have been faster.
	if err := refuseRun(dir); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	// The configuration last: it makes the directory a run.
	if err := errors.Join(r.metrics.rewind(0), syncParent(dir), writeConfig(dir, text)); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// syncParent makes the name of dir durable, where its parent may be read.
func syncParent(dir string) error {
	err := syncDir(filepath.Dir(filepath.Clean(dir)))
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return advise(err)
}

// refuseRun returns an error if dir holds anything of a run that could be lost.
func refuseRun(dir string) error {
	exists := func(what string) error {
		if what == configName {
			return fmt.Errorf("%s %w; continue it with --resume, or choose another --run", dir, ErrRunExists)
		}
		return fmt.Errorf("%s %w, or what is left of one (%s); choose another --run", dir, ErrRunExists, what)
	}
	for _, name := range []string{configName, bestName, metricsName} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err == nil && (name != metricsName || info.Size() > 0) {
			return exists(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return advise(err)
		}
	}
	r := &Run{dir: dir}
	updates, err := r.updates()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return advise(err)
	}
	if len(updates) > 0 {
		return exists(dirName)
	}
	return nil
}

// Open opens the run in dir for reading: Latest, Config and the paths. It takes
// no lock and changes nothing, so it may be used while another process trains.
// Errors: ErrNoRun, or the system's.
func Open(dir string) (*Run, error) {
	if err := findRun(dir, "check the path"); err != nil {
		return nil, fmt.Errorf("open run: %w", err)
	}
	return &Run{Keep: DefaultKeep, dir: dir}, nil
}

// OpenForResume opens the run in dir to continue it: it takes the lock and
// removes the temporary files that a killed process left. Errors: ErrNoRun;
// ErrLocked, naming the process that has it; or the system's.
//
// What comes next is Latest, then, when the caller has found that it can use
// that checkpoint, Rewind. Until Rewind, Save and Metrics refuse to write.
func OpenForResume(dir string) (*Run, error) {
	if err := findRun(dir, "check the path, or begin a run with --run"); err != nil {
		return nil, fmt.Errorf("resume run: %w", err)
	}
	r, err := openLocked(dir)
	if err != nil {
		return nil, fmt.Errorf("resume run: %w", err)
	}
	return r, nil
}

// findRun returns an error if there is no run in dir, with some advice, or where there are runs.
func findRun(dir, advice string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return contentError(ErrNoRun, advice, "%s does not exist", dir)
	}
	if err != nil {
		return advise(err)
	}
	if !info.IsDir() {
		return contentError(ErrNoRun, advice, "%s is a file, not a run directory", dir)
	}
	_, err = os.Stat(filepath.Join(dir, configName))
	if errors.Is(err, fs.ErrNotExist) && runWithin(dir) != "" {
		return contentError(ErrNoRun, "name the runs: "+filepath.Join(dir, "*"), "%s is a directory of runs", dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return contentError(ErrNoRun, advice, "%s has no %s", dir, configName)
	}
	return advise(err)
}

// runWithin returns the path of the first run in a directory, or "".
func runWithin(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if _, err := os.Stat(filepath.Join(path, configName)); err == nil {
			return path
		}
	}
	return ""
}

// openLocked locks dir, tidies up after a killed process and opens the metrics.
func openLocked(dir string) (*Run, error) {
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{Keep: DefaultKeep, dir: dir, lock: held}
	// A user may have deleted an empty checkpoints/.
	if err := os.MkdirAll(r.checkpointDir(), 0o777); err != nil {
		return nil, errors.Join(advise(err), r.Close())
	}
	if err := errors.Join(removeTemps(dir), removeTemps(r.checkpointDir())); err != nil {
		return nil, errors.Join(advise(err), r.Close())
	}
	if r.metrics, err = openMetrics(r.MetricsPath()); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close flushes the metrics and releases the lock. The second call does
// nothing.
func (r *Run) Close() error {
	var err error
	if r.metrics != nil {
		err = r.metrics.close()
	}
	if r.lock != nil {
		err = errors.Join(err, r.lock.Close())
	}
	r.lock = nil
	if err != nil {
		return fmt.Errorf("close run %s: %w", r.dir, err)
	}
	return nil
}

// Metrics returns the run's metrics, or nil if the run was opened for reading.
func (r *Run) Metrics() *Metrics { return r.metrics }

// Dir returns the run directory.
func (r *Run) Dir() string { return r.dir }

// MetricsPath returns the path of metrics.jsonl.
func (r *Run) MetricsPath() string { return filepath.Join(r.dir, metricsName) }

// BestPath returns the path of best.safetensors, which may not exist yet.
func (r *Run) BestPath() string { return filepath.Join(r.dir, bestName) }

func (r *Run) checkpointDir() string { return filepath.Join(r.dir, dirName) }
