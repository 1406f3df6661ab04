package dashboard

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pongpg/trainer"
)

func line(update int, sps float64) string {
	return fmt.Sprintf(`{"update":%d,"global_step":%d,"sps":%g,"episodic_return":null}`+"\n", update, 100*update, sps)
}

// look reads a file again, however soon, whatever its date.
func look(f *tail) ([]trainer.Metrics, string, error) {
	f.looked, f.changed = time.Time{}, time.Time{}
	rows, generation, _, err := f.rowsNow()
	return rows, generation, err
}

// TestTail follows a file through all that may come of one.
func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.jsonl")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f := &tail{path: path}
	_, generation, err := look(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		what, text string
		sps        []float64
		again      bool // rows begin anew
		bad        string
	}{
		{"an empty file", "", nil, false, ""},
		{"a line, and half of one", line(1, 5) + line(2, 6)[:9], []float64{5}, false, ""},
		{"the other half", line(1, 5) + line(2, 6), []float64{5, 6}, false, ""},
		{"more", line(1, 5) + line(2, 6) + line(3, 7), []float64{5, 6, 7}, false, ""},
		{"cut off", line(1, 5), []float64{5}, true, ""},
		{"grown again", line(1, 5) + line(2, 8), []float64{5, 8}, false, ""},
		{"cut off and grown as long again", line(1, 5) + line(2, 9), []float64{5, 9}, true, ""},
		{"cut off and grown longer", line(1, 5) + line(2, 4) + line(3, 3), []float64{5, 4, 3}, true, ""},
		{"no metrics", line(1, 5) + line(2, 4) + line(3, 3) + "what\n", []float64{5, 4, 3}, false, "metrics.jsonl:4"},
		{"of no update", line(1, 5) + line(2, 4) + line(3, 3) + line(0, 3), []float64{5, 4, 3}, false, "restore"},
		{"mended", line(1, 5) + line(2, 4) + line(3, 3) + line(4, 2), []float64{5, 4, 3, 2}, false, ""},
	} {
		write(step.text)
		rows, now, err := look(f)
		if (err != nil) != (step.bad != "") || err != nil && !strings.Contains(err.Error(), step.bad) {
			t.Errorf("%s: error %v", step.what, err)
		}
		if len(rows) != len(step.sps) {
			t.Fatalf("%s: %d rows, want %d", step.what, len(rows), len(step.sps))
		}
		for i, m := range rows {
			if m.SPS != step.sps[i] || m.Update != int64(i+1) || !math.IsNaN(float64(m.EpisodicReturn)) || !math.IsNaN(m.Entropy) {
				t.Errorf("%s: row %d is %+v", step.what, i, m)
			}
		}
		if (now != generation) != step.again {
			t.Errorf("%s: generation %s after %s", step.what, now, generation)
		}
		generation = now
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if rows, now, err := look(f); err != nil || len(rows) != 0 || now == generation {
		t.Errorf("without a file: %d rows, %v", len(rows), err)
	}
}

// TestThin holds thinned curves to the lowest and highest values of each stretch, and to few
// points.
func TestThin(t *testing.T) {
	const n, parts = 100_000, 50
	rows := make([]trainer.Metrics, n)
	for i := range rows {
		rows[i] = trainer.Metrics{Update: int64(i + 1), EpisodicReturn: trainer.Optional(math.Sin(float64(i * i))), Entropy: math.Cos(float64(3 * i)), KL: math.NaN()}
	}
	rows[41_234].EpisodicReturn, rows[70_001].Entropy = 99, -99
	kept := thin(rows, parts)
	if len(kept) > parts*(2+2*len(drawn)) || kept[0] != 0 || kept[len(kept)-1] != n-1 {
		t.Fatalf("%d rows, from %d to %d", len(kept), kept[0], kept[len(kept)-1])
	}
	for _, c := range drawn {
		for s := range parts {
			lo, hi := s*n/parts, (s+1)*n/parts
			least, most := math.Inf(1), math.Inf(-1)
			for i := lo; i < hi; i++ {
				if y := c.of(&rows[i]); !math.IsNaN(y) {
					least, most = min(least, y), max(most, y)
				}
			}
			for _, i := range kept {
				if y := c.of(&rows[i]); i >= lo && i < hi && !math.IsNaN(y) {
					if y == least {
						least = math.Inf(1)
					}
					if y == most {
						most = math.Inf(-1)
					}
				}
			}
			if !math.IsInf(least, 1) || !math.IsInf(most, -1) {
				t.Errorf("%s: an extreme of rows %d to %d is left out", c.name, lo, hi)
			}
		}
	}
	for i := 1; i < len(kept); i++ {
		if kept[i] <= kept[i-1] {
			t.Fatalf("row %d after %d", kept[i], kept[i-1])
		}
	}
	if few := thin(rows[:100], parts); len(few) != 100 {
		t.Errorf("%d of 100 rows", len(few))
	}
	if none := thin(nil, parts); len(none) != 0 {
		t.Errorf("%d rows of none", len(none))
	}
}

func TestVector(t *testing.T) {
	text, err := vector{1, -0.25, math.NaN(), math.Inf(1), 123456789012, 1.0 / 3, 1e-9}.MarshalJSON()
	if want := `[1,-0.25,null,null,123456789012,0.3333333,1e-09]`; err != nil || string(text) != want {
		t.Errorf("%s, want %s (%v)", text, want, err)
	}
}
