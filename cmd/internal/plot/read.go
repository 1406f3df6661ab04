package plot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// Run is what a run has measured so far.
type Run struct {
	Dir     string // as it was named
	Metrics []trainer.Metrics

	config trainer.Config
	init   string // the weights it began with, in words
}

// ErrNoMetrics: no update of a run has been written down.
var ErrNoMetrics = errors.New("no metrics yet")

// Read reads the run in dir, which may be training. A last line that is not whole yet is
// left out.
func Read(dir string) (*Run, error) {
	opened, err := checkpoint.Open(dir)
	if err != nil {
		return nil, err
	}
	text, err := opened.Config()
	if err != nil {
		return nil, err
	}
	stored := struct {
		trainer.Config
		Init string `json:"init"`
	}{Config: trainer.StoredBefore()}
	if err := json.Unmarshal(text, &stored); err != nil {
		return nil, fmt.Errorf("config.json of %s cannot be read: %w; restore it from a copy, or leave the run out", dir, err)
	}
	r := &Run{Dir: dir, config: stored.Config, init: stored.Init}
	if r.Metrics, err = readMetrics(opened.MetricsPath()); err != nil {
		return nil, err
	}
	if len(r.Metrics) == 0 {
		return nil, fmt.Errorf("%s has %w: wait for its first updates, or leave it out", dir, ErrNoMetrics)
	}
	return r, nil
}

// readMetrics reads the whole lines of a metrics.jsonl; a file that is not there has none.
func readMetrics(path string) ([]trainer.Metrics, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read metrics: %w; check who may read there", err)
	}
	var all []trainer.Metrics
	for number := 1; ; number++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return all, nil
		}
		text = rest
		nan := math.NaN()
		m := trainer.Metrics{
			EpisodicReturn: trainer.Optional(nan), EpisodeLength: trainer.Optional(nan), RunningReward: trainer.Optional(nan),
			SPS: nan, Entropy: nan, KL: nan,
		}
		err := json.Unmarshal(line, &m)
		if err == nil && m.Update < 1 {
			err = errors.New("it is of no update")
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d is not a line of metrics: %w; restore the file from a copy, or leave the run out", path, number, err)
		}
		all = append(all, m)
	}
}

// HasEpisodes reports whether an episode of the run has ended.
func (r *Run) HasEpisodes() bool { return r.Metrics[len(r.Metrics)-1].Episodes > 0 }

// name returns the run's directory without where it is.
func (r *Run) name() string {
	absolute, err := filepath.Abs(r.Dir)
	if err != nil {
		return r.Dir
	}
	return filepath.Base(absolute)
}
