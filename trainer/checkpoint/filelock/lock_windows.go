package filelock

import (
	"errors"
	"os"
	"syscall"
)

// Lock opens the file at path, creating it where needed, and lets others
// only read it as long as it is open. Windows closes it with the process. The error is ErrHeld if
// somebody else has it open.
func Lock(path string) (*os.File, error) {
	h, err := open(path, syscall.FILE_SHARE_READ, syscall.OPEN_ALWAYS)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

// Held reports whether somebody has a file locked. Several may ask at the same time; who would lock the
// file just then may find it held.
func Held(path string) bool {
	h, err := open(path, syscall.FILE_SHARE_READ|syscall.FILE_SHARE_WRITE, syscall.OPEN_EXISTING)
	if err == nil {
		_ = syscall.CloseHandle(h)
	}
	return errors.Is(err, ErrHeld)
}

// open opens a file to write it, while others may do so much, or returns ErrHeld if they do not let it.
func open(path string, share, mode uint32) (syscall.Handle, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return syscall.InvalidHandle, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, share, nil, mode, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	const sharingViolation = syscall.Errno(32) // ERROR_SHARING_VIOLATION of winerror.h
	if errors.Is(err, sharingViolation) {
		return h, ErrHeld
	}
	if err != nil {
		return h, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return h, nil
}
