package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// flushBytes is when Append flushes on its own.
const flushBytes = 1 << 16

// Metrics is the append-only metrics.jsonl of a run: one JSON value a line. It
// may be used from many goroutines. A failed write loses nothing: the lines
// wait, and the next call that flushes writes them in the same place. A failed
// fsync is final, every later call returns its error: the system may have
// dropped lines that it had accepted, and Save must not vouch for them.
type Metrics struct {
	mu      sync.Mutex
	file    *os.File
	pending []byte // whole lines not yet handed to the system
	written int64  // bytes handed to the system
	ready   bool   // positioned: in a new run at 0, in a resumed one by Rewind
	err     error
}

// openMetrics opens the file, creating it where needed. It is not ready.
func openMetrics(path string) (*Metrics, error) {
	// Without O_APPEND, which on Windows denies Truncate.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open metrics: %w", advise(err))
	}
	return &Metrics{file: f}, nil
}

// Append adds v as one line. The line reaches the file at the next Flush, Sync
// or Save, or when enough lines wait; lines reach it whole, and in order. A
// value that JSON cannot hold (NaN, an infinity) is an error and adds nothing;
// with any other error the line is added and waits.
func (m *Metrics) Append(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("append metrics: %w; this is a mistake in the program: report it", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(); err != nil {
		return err
	}
	m.pending = append(append(m.pending, line...), '\n')
	if len(m.pending) >= flushBytes {
		return m.flush()
	}
	return nil
}

// Offset is the length of the file with every appended line in it. It is what
// Run.Save stores with a checkpoint.
func (m *Metrics) Offset() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.written + int64(len(m.pending))
}

// Flush hands the lines to the system: other programs see them, and they
// survive kill -9.
func (m *Metrics) Flush() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.flush()
}

// Sync flushes and makes the lines durable: they survive a power failure.
func (m *Metrics) Sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.flush(); err != nil {
		return err
	}
	if err := m.file.Sync(); err != nil {
		m.err = fmt.Errorf("sync metrics: %w; free or repair the disk, then continue with --resume", err)
		return m.err
	}
	return nil
}

func (m *Metrics) flush() error {
	if err := m.usable(); err != nil {
		return err
	}
	if len(m.pending) == 0 {
		return nil
	}
	if _, err := m.file.WriteAt(m.pending, m.written); err != nil {
		return fmt.Errorf("append metrics: %w", advise(err))
	}
	m.written += int64(len(m.pending))
	m.pending = m.pending[:0]
	return nil
}

// reaches reports a file without a line that ends at offset.
func (m *Metrics) reaches(offset int64) error {
	info, err := m.file.Stat()
	if err != nil {
		return fmt.Errorf("rewind metrics: %w", err)
	}
	const advice = "restore metrics.jsonl from a copy, or start another --run"
	if info.Size() < offset {
		return contentError(ErrMetricsShort, advice, "%s has %d bytes, the checkpoint was saved when it had %d", m.file.Name(), info.Size(), offset)
	}
	if offset > 0 {
		var last [1]byte
		if _, err := m.file.ReadAt(last[:], offset-1); err != nil {
			return fmt.Errorf("rewind metrics: %w", err)
		}
		if last[0] != '\n' {
			return contentError(ErrMetricsShort, advice, "%s was changed: no line ends at byte %d, where the checkpoint was saved", m.file.Name(), offset)
		}
	}
	return nil
}

// rewind cuts the file to offset bytes, which must be the end of a line, and
// makes it ready. On an error the file is untouched.
func (m *Metrics) rewind(offset int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.reaches(offset); err != nil {
		return err
	}
	if err := m.file.Truncate(offset); err != nil {
		return fmt.Errorf("rewind metrics: %w", advise(err))
	}
	m.pending, m.written, m.ready, m.err = m.pending[:0], offset, true, nil
	return nil
}

func (m *Metrics) usable() error {
	if m.err == nil && !m.ready {
		return errors.New("metrics of a resumed run before Run.Rewind; this is a mistake in the program: report it")
	}
	return m.err
}

// close flushes what it can and closes the file.
func (m *Metrics) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if errors.Is(m.err, os.ErrClosed) {
		return nil
	}
	var err error
	if m.ready && m.err == nil {
		err = m.flush()
	}
	err = errors.Join(err, m.file.Close())
	m.err = fmt.Errorf("metrics of a run after Close: %w", os.ErrClosed)
	return err
}
