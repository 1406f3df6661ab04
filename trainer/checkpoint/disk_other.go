//go:build !windows

package checkpoint

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes the names in a directory durable. A file system that has no
// such call (EINVAL, ENOTSUP) keeps its names in its own way.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// rename replaces the file at to.
func rename(from, to string) error { return os.Rename(from, to) }

func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
