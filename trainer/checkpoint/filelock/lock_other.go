//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package filelock

import (
	"errors"
	"os"
)

// Lock refuses: who needs a lock, as a training that could lose its run to another one, must know that
// there is none.
func Lock(path string) (*os.File, error) {
	return nil, &os.PathError{Op: "lock", Path: path, Err: errors.ErrUnsupported}
}

// Held reports false.
func Held(string) bool { return false }
