package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// What can be wrong with a checkpoint file. Every error of Read, Parse and
// ReadFile that is about the content wraps exactly one of these; an error of
// the system (fs.ErrNotExist, fs.ErrPermission) is wrapped as it is.
var (
	// ErrEmpty: the file has no bytes.
	ErrEmpty = errors.New("empty file")
	// ErrTruncated: the file ends before its header says it does.
	ErrTruncated = errors.New("truncated checkpoint")
	// ErrDamaged: the bytes are not those that were written.
	ErrDamaged = errors.New("damaged checkpoint")
	// ErrForeign: a safetensors file that another program wrote.
	ErrForeign = errors.New("not a pongpg checkpoint")
	// ErrNewer: an intact checkpoint of a version this program does not know.
	ErrNewer = errors.New("checkpoint of a newer version")
	// ErrInvalid: the checksum holds, but the content breaks the format's
	// rules: a faulty program wrote it.
	ErrInvalid = errors.New("invalid checkpoint")
	// ErrNotSafetensors: some other kind of file.
	ErrNotSafetensors = errors.New("not a safetensors file")
)

// What can be wrong with a run directory.
var (
	// ErrNoRun: the directory is missing or holds no run.
	ErrNoRun = errors.New("no run")
	// ErrRunExists: Create was asked for a directory that already holds a run.
	ErrRunExists = errors.New("already holds a run")
	// ErrLocked: another process trains in the directory.
	ErrLocked = errors.New("run directory in use")
	// ErrNoCheckpoint: the run has no checkpoint yet.
	ErrNoCheckpoint = errors.New("no checkpoint")
	// ErrMetricsShort: metrics.jsonl has lost lines that a checkpoint counts on.
	ErrMetricsShort = errors.New("metrics do not reach the checkpoint")
	// ErrPrune: the checkpoint is saved and safe, but an older one could not be
	// removed. The next Save tries again.
	ErrPrune = errors.New("old checkpoint not removed")
)

// What to do, by what is wrong.
const (
	adviceOther   = "use another checkpoint of the run"
	adviceUpgrade = "upgrade pongpg"
	adviceNotOurs = "name a checkpoint that pongpg train wrote"
)

// contentError is one line: what kind, what was found, what to do.
func contentError(kind error, advice, format string, args ...any) error {
	return fmt.Errorf("%w: %s; %s", kind, fmt.Sprintf(format, args...), advice)
}

// advise appends what to do to an error of the system. It leaves other errors,
// which carry their own advice, alone.
func advise(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; check the path", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w; check who may read and write there", err)
	case isDiskFull(err):
		return fmt.Errorf("%w; free some space and try again (nothing that was saved is lost)", err)
	case errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%w; raise the limit of a file's size (ulimit -f) or write it to another disk, and try again", err)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w; a part of the path is a file: choose another path", err)
	}
	return err
}
