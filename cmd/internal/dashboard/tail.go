package dashboard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"pongpg/trainer"
)

// tail follows a metrics.jsonl that grows, and is cut off where a run goes on from a
// checkpoint. It may be used from many goroutines.
type tail struct {
	path  string
	flush func() error // has the file's writer write what waits; nil if that is another process

	mutex      sync.Mutex
	looked     time.Time
	changed    time.Time // the file's date
	size       int64     // when it was looked at
	read       int64     // bytes that are in rows
	last       []byte    // the line that ends there
	rows       []trainer.Metrics
	generation string // another one whenever rows begin anew
	err        error
}

// began and generations make each generation another one, also than those of an earlier process.
var (
	began       = time.Now().UnixNano()
	generations atomic.Int64
)

func newGeneration() string { return strconv.FormatInt(began+generations.Add(1), 36) }

// lookInterval is how long what has been read counts as new.
const lookInterval = 100 * time.Millisecond

// rowsNow returns the metrics of all updates so far, which must not be changed, and the
// generation: later rows of the same one come after these. The error is what was wrong with the
// file; rows are those before it. date is when the file was last written.
func (t *tail) rowsNow() (rows []trainer.Metrics, generation string, date time.Time, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if now := time.Now(); now.Sub(t.looked) >= lookInterval {
		if t.flush != nil {
			// Its error is the run's own, which ends with it.
			_ = t.flush()
		}
		t.err = t.look()
		t.looked = now
	}
	if t.generation == "" {
		t.generation = newGeneration()
	}
	return t.rows[:len(t.rows):len(t.rows)], t.generation, t.changed, t.err
}

// look reads what is new in the file.
func (t *tail) look() error {
	f, err := os.Open(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		t.restart()
		return nil
	}
	if err != nil {
		return fmt.Errorf("read metrics: %w; check who may read there", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read metrics: %w; check who may read there", err)
	}
	if info.Size() == t.size && info.ModTime().Equal(t.changed) && t.generation != "" {
		return t.err
	}
	t.size, t.changed = info.Size(), info.ModTime()
	if !t.still(f) {
		t.restart()
	}
	text := make([]byte, t.size-t.read)
	n, err := f.ReadAt(text, t.read)
	if err != nil && !errors.Is(err, io.EOF) { // it may just have been cut off
		return fmt.Errorf("read metrics: %w; check the disk", err)
	}
	return t.parse(text[:n])
}

// still reports whether the file still has what was read of it: a run that goes on from a
// checkpoint has cut it off, and may have written as much again.
func (t *tail) still(f *os.File) bool {
	if t.size < t.read {
		return false
	}
	line := make([]byte, len(t.last))
	_, err := f.ReadAt(line, t.read-int64(len(line)))
	return (err == nil || errors.Is(err, io.EOF)) && bytes.Equal(line, t.last)
}

func (t *tail) restart() {
	t.read, t.last, t.rows, t.generation = 0, nil, nil, newGeneration()
}

// parse takes the whole lines of text. The rest is not whole yet.
func (t *tail) parse(text []byte) error {
	for {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return nil
		}
		m, err := parseMetrics(line)
		if err != nil {
			return fmt.Errorf("%s:%d is not a line of metrics: %w; restore the file from a copy", t.path, len(t.rows)+1, err)
		}
		t.rows = append(t.rows, m)
		t.read += int64(len(line)) + 1
		t.last = append(append(t.last[:0:0], line...), '\n')
		text = rest
	}
}

// parseMetrics reads a line; what it lacks is NaN.
func parseMetrics(line []byte) (trainer.Metrics, error) {
	nan := math.NaN()
	none := trainer.Optional(nan)
	m := trainer.Metrics{
		EpisodicReturn: none, EpisodeLength: none, RunningReward: none, ExplainedVariance: none, StepFraction: none, EliteReturn: none,
		SPS: nan, Entropy: nan, KL: nan, GradientNorm: nan, WeightNorm: nan, DeadUnits: nan, LearningRate: nan,
	}
	err := json.Unmarshal(line, &m)
	if err == nil && m.Update < 1 {
		err = errors.New("it is of no update")
	}
	return m, err
}
