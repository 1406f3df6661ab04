package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pongpg/trainer/checkpoint/filelock"
)

// lock takes the lock of a run directory, or says who has it. The file stays
// when the lock is released: removing it would let two processes lock two files
// of the same name.
func lock(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := filelock.Lock(path)
	if errors.Is(err, filelock.ErrHeld) {
		return nil, fmt.Errorf("%w: %s is used by %s; wait for it, stop it, or choose another --run", ErrLocked, dir, holder(path))
	}
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, fmt.Errorf("lock %s: %w; choose a --run on a file system with locks", dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, advise(err))
	}
	// Who holds it is a courtesy to the reader of the error above: the lock
	// holds whether or not this can be written.
	host, _ := os.Hostname()
	if err := f.Truncate(0); err == nil {
		fmt.Fprintf(f, "process %d on %s\n", os.Getpid(), host)
	}
	return f, nil
}

// holder reads who wrote the lock file last. It may not have been written yet.
func holder(path string) string {
	b, err := os.ReadFile(path)
	line, _, whole := strings.Cut(string(b), "\n")
	if err != nil || !whole || len(line) > 300 {
		return "another process"
	}
	return line
}
