package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// WriteFileAtomic replaces the file at path by what write writes, or leaves it
// as it was. The bytes go to a temporary file beside it, which is made durable
// (fsync), renamed over path, and the rename made durable (fsync of the
// directory). On any error, and if write panics, the temporary file is removed
// and path is untouched, with one exception: if only the last step fails, path
// holds the new content but a power failure may bring back the old.
// RemoveUnfinished removes it, too.
//
// After kill -9 or a power failure path is the old file or the new one, whole;
// a temporary file may be left, which OpenForResume removes. If path is a
// symbolic link the link is replaced. The directory must exist.
func WriteFileAtomic(path string, write func(io.Writer) error) error {
	if err := writeAtomic(path, write); err != nil {
		return fmt.Errorf("write %s: %w", path, advise(err))
	}
	return nil
}

func writeAtomic(path string, write func(io.Writer) error) (err error) {
	temp, err := createTemp(path)
	if err != nil {
		return err
	}
	unfinished.Store(temp.Name(), nil)
	renamed := false
	defer func() {
		unfinished.Delete(temp.Name())
		if !renamed {
			temp.Close() // a second Close only returns an error
			if e := os.Remove(temp.Name()); e != nil {
				err = errors.Join(err, e)
			}
		}
	}()
	buffered := bufio.NewWriterSize(unnamed{temp}, 1<<16)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil { // before the rename: Windows moves no open file
		return err
	}
	if err := rename(temp.Name(), path); err != nil {
		return err
	}
	renamed = true
	return syncDir(filepath.Dir(path))
}

// unfinished are the names of the temporary files that are being written.
var unfinished sync.Map

// RemoveUnfinished removes the temporary files of all that WriteFileAtomic is writing, which fails
// then. It is for a process that is about to exit.
func RemoveUnfinished() {
	unfinished.Range(func(name, _ any) bool {
		_ = os.Remove(name.(string))
		return true
	})
}

// unnamed is a file whose name says nothing to the user: errors are without it.
type unnamed struct{ *os.File }

// Write implements io.Writer.
func (f unnamed) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		err = e.Err
	}
	return n, err
}

// createTemp creates .NAME.tmp-RANDOM beside path. Unlike os.CreateTemp it
// leaves the permissions to the umask: others may read a checkpoint as they may
// read any file of the user.
func createTemp(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	for {
		name := fmt.Sprintf("%s.%s.tmp-%016x", dir, base, rand.Uint64())
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// tempName matches the temporary files of a run's own files, and nothing a user
// would create.
var tempName = regexp.MustCompile(`^\.(config\.json|metrics\.csv|events\.out\.tfevents\.[0-9]{10,}\.pongpg|best\.safetensors|checkpoint-[0-9]{9,}\.safetensors)\.tmp-[0-9a-f]{16}$`)

// removeTemps removes what a killed process left in dir. Only the holder of the
// run's lock may call it: the temporary files of a living process look the same.
func removeTemps(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !tempName.MatchString(e.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
