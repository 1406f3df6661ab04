package checkpoint_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"pongpg/trainer/checkpoint"
)

func TestMetrics(t *testing.T) {
	run := newRun(t)
	m := run.Metrics()
	type line struct {
		Update int     `json:"update"`
		Return float64 `json:"return"`
	}
	must(t, m.Append(line{1, -21}))
	must(t, m.Append("two\nlines"))
	if err := m.Append(line{2, math.NaN()}); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("NaN: %v", err)
	}
	const want = "{\"update\":1,\"return\":-21}\n\"two\\nlines\"\n"
	wantFile(t, run.MetricsPath(), "")
	if m.Offset() != int64(len(want)) {
		t.Errorf("offset %d before the flush, want %d", m.Offset(), len(want))
	}
	must(t, m.Flush())
	must(t, m.Flush())
	wantFile(t, run.MetricsPath(), want)
	must(t, m.Sync())
	if m.Offset() != int64(len(want)) {
		t.Errorf("offset %d, want %d", m.Offset(), len(want))
	}
	must(t, m.Append(3))
	must(t, run.Close()) // flushes
	wantFile(t, run.MetricsPath(), want+"3\n")
}

// TestMetricsFlushWholeLines: what another program sees never ends within a
// line, however much is appended.
func TestMetricsFlushWholeLines(t *testing.T) {
	run := newRun(t)
	long := strings.Repeat("x", 997)
	for range 300 {
		must(t, run.Metrics().Append(long))
		b, err := os.ReadFile(run.MetricsPath())
		if must(t, err); len(b)%1000 != 0 {
			t.Fatalf("%d bytes, not a multiple of 1000", len(b))
		}
	}
	if b, _ := os.ReadFile(run.MetricsPath()); len(b) == 0 {
		t.Error("300000 bytes wait in memory")
	}
}

func TestMetricsConcurrent(t *testing.T) {
	run := newRun(t)
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			for i := range 100 {
				if err := run.Metrics().Append([2]int{g, i}); err != nil {
					t.Error(err)
				}
				run.Metrics().Offset()
			}
		})
	}
	wait.Wait()
	must(t, run.Metrics().Sync())
	b, err := os.ReadFile(run.MetricsPath())
	must(t, err)
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	next := [8]int{}
	for _, line := range lines {
		var g, i int
		if _, err := fmt.Sscanf(line, "[%d,%d]", &g, &i); err != nil || i != next[g] {
			t.Fatalf("line %q, %v; want %d", line, err, next[g])
		}
		next[g]++
	}
	if len(lines) != 800 {
		t.Errorf("%d lines, want 800", len(lines))
	}
}

// TestMetricsRewind: the lines after the checkpoint disappear, a half line too,
// and a file that lost lines is an error that leaves it as it is.
func TestMetricsRewind(t *testing.T) {
	for _, c := range []struct {
		name, file string // the file when the run is resumed; at the checkpoint it was "1\n2\n"
		want       []string
	}{
		{"as it was", "1\n2\n", nil},
		{"later lines", "1\n2\n3\n4\n", nil},
		{"half a line", "1\n2\n3\n{\"upd", nil},
		{"only half a line", "1\n2\n4", nil},
		{"shorter", "1\n2", []string{"has 3 bytes", "it had 4", "restore metrics.jsonl"}},
		{"empty", "", []string{"has 0 bytes"}},
		{"edited", "1\n22\n3\n", []string{"was changed", "byte 4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := newRun(t)
			must(t, run.Metrics().Append(1))
			must(t, run.Metrics().Append(2))
			must(t, run.Save(2, small(2), false))
			must(t, run.Metrics().Append(3))
			must(t, run.Close())
			must(t, os.WriteFile(run.MetricsPath(), []byte(c.file), 0o666))
			run = reopen(t, run)
			found, err := run.Latest()
			must(t, err)
			err = run.Rewind(found)
			if c.want != nil {
				wantError(t, err, checkpoint.ErrMetricsShort, append(c.want, run.MetricsPath())...)
				wantFile(t, run.MetricsPath(), c.file)
				return
			}
			must(t, err)
			wantFile(t, run.MetricsPath(), "1\n2\n")
			must(t, run.Metrics().Append(3))
			must(t, run.Metrics().Append(4))
			must(t, run.Metrics().Flush())
			wantFile(t, run.MetricsPath(), "1\n2\n3\n4\n")
		})
	}
}
