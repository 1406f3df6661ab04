package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// syncDir does nothing: Windows has no fsync of a directory, and NTFS journals
// the rename itself.
func syncDir(string) error { return nil }

// rename replaces the file at to. Windows refuses while another program has it
// open, which a reader or a virus scanner does for moments: try for 2 seconds.
func rename(from, to string) error {
	const sharingViolation = syscall.Errno(32) // ERROR_SHARING_VIOLATION of winerror.h
	deadline := time.Now().Add(2 * time.Second)
	for {
		err := os.Rename(from, to)
		if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, sharingViolation) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// isDiskFull: ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of winerror.h.
func isDiskFull(err error) bool {
	return errors.Is(err, syscall.Errno(112)) || errors.Is(err, syscall.Errno(39))
}
