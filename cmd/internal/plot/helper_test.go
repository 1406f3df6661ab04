package plot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pongpg/trainer"
)

// writeRun writes a run's directory with a line of metrics for each return, 1,000 decisions
// and half a second apart; NaN is none.
func writeRun(t *testing.T, change func(*trainer.Config), returns ...float64) string {
	t.Helper()
	config, err := trainer.Recipe("fast")
	if err != nil {
		t.Fatal(err)
	}
	config.Seed = 1
	if change != nil {
		change(&config)
	}
	dir := t.TempDir()
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	for i, r := range returns {
		n := int64(i + 1)
		m := trainer.Metrics{
			Update: n, GlobalStep: 1000 * n, ElapsedSeconds: 0.5 * float64(n), SPS: 2000,
			EpisodicReturn: trainer.Optional(r), EpisodeLength: trainer.Optional(r + 1000), Entropy: 0.6, KL: 0.01 / float64(n),
		}
		if !math.IsNaN(r) {
			m.Episodes = n
		}
		line, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s\n", line)
	}
	if err := os.WriteFile(filepath.Join(dir, "metrics.jsonl"), lines.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, dir string) *Run {
	t.Helper()
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func quantity(t *testing.T, find func(string) ([]Quantity, error), name string) *Quantity {
	t.Helper()
	found, err := find(name)
	if err != nil {
		t.Fatal(err)
	}
	return &found[0]
}

// fails checks that an error is one line that has all these parts.
func fails(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error that says %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
}

var nan = math.NaN()
