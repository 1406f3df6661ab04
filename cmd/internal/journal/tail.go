package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// tail is a file that grows.
type tail struct {
	file    *os.File
	size    int64  // of the file
	pending []byte // what is to come
}

// openTail opens a file that is there.
func openTail(path string) (tail, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // without O_APPEND, which on Windows denies Truncate
	if err != nil {
		return tail{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return tail{}, err
	}
	return tail{file: f, size: info.Size()}, nil
}

// Write adds b to what is to come. It cannot fail.
func (t *tail) Write(b []byte) (int, error) {
	t.pending = append(t.pending, b...)
	return len(b), nil
}

// flush writes all that is to come, or nothing: half a line would be worse.
func (t *tail) flush() error {
	if len(t.pending) == 0 {
		return nil
	}
	if _, err := t.file.WriteAt(t.pending, t.size); err != nil {
		_ = t.file.Truncate(t.size) // the file is made again if the run goes on
		advice := "free or repair the disk"
		if errors.Is(err, syscall.EFBIG) {
			advice = "raise the limit of a file's size (ulimit -f)"
		}
		return fmt.Errorf("%w; %s, then continue with --resume", err, advice)
	}
	t.size += int64(len(t.pending))
	t.pending = t.pending[:0]
	return nil
}

func (t *tail) close() error { return t.file.Close() }
