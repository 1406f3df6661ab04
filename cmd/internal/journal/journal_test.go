package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pongpg/cmd/internal/tfevents"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
)

// must ends the test at an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// update returns the metrics of an update of 100 decisions.
func update(n int64) trainer.Metrics {
	m := blank
	m.Update, m.GlobalStep, m.ElapsedSeconds, m.Episodes = n, 100*n, float64(n), 3*n
	m.Entropy, m.GradientNorm, m.WeightNorm, m.DeadUnits = 0.5, 0.25, 14, 0
	m.SPS, m.LearningRate, m.Blur, m.KL = 1e6/float64(n), 1e-7, 3, 0.1
	if n > 2 {
		m.EpisodicReturn = trainer.Optional(-20.5 + float64(n))
	}
	return m
}

// state returns a checkpoint whose weights tell it from others.
func state(t testing.TB, recipe string, hidden int, seed uint64) *checkpoint.File {
	t.Helper()
	c, err := trainer.Recipe(recipe)
	must(t, err)
	c.Hidden, c.Envs, c.BatchDecisions, c.Seed, c.Schedule = hidden, 16, 512, seed, ""
	b, err := cpu.New(cpu.Options{Workers: 1})
	must(t, err)
	defer b.Close()
	run, err := trainer.New(c, b)
	must(t, err)
	f, err := run.Checkpoint()
	must(t, err)
	return f
}

// life is a run on disk as the trainer would have it.
type life struct {
	t   *testing.T
	dir string
	run *checkpoint.Run
	*Journal
}

func begin(t *testing.T) *life {
	t.Helper()
	l := &life{t: t, dir: filepath.Join(t.TempDir(), "r")}
	var err error
	l.run, err = checkpoint.Create(l.dir, struct{}{})
	must(t, err)
	l.open(0, true)
	return l
}

func (l *life) open(at int64, tensorboard bool) {
	l.t.Helper()
	m := update(at)
	var err error
	l.Journal, err = Open(l.run, m, tensorboard)
	must(l.t, err)
	if l.events != nil {
		l.events.rest = 0
	}
}

// updates does updates from, to (inclusive), and saves after the last.
func (l *life) updates(from, to int64) {
	l.t.Helper()
	for n := from; n <= to; n++ {
		must(l.t, l.run.Metrics().Append(update(n)))
		must(l.t, l.Update(update(n)))
	}
	l.save(to)
}

func (l *life) save(at int64) {
	l.t.Helper()
	f := state(l.t, "fast", 5, uint64(at)+1)
	must(l.t, l.Save(f, update(at)))
	must(l.t, l.run.Save(at, f, false))
}

// crash ends it as kill -9 would, and resume goes on from the checkpoint after an update.
func (l *life) crash() {
	l.t.Helper()
	must(l.t, l.table.file.Close())
	if l.events != nil {
		must(l.t, l.events.file.close())
	}
	must(l.t, l.run.Close())
}

func (l *life) resume(at int64, tensorboard bool) {
	l.t.Helper()
	var err error
	l.run, err = checkpoint.OpenForResume(l.dir)
	must(l.t, err)
	found, err := l.run.Latest()
	must(l.t, err)
	if found.Update != at {
		l.t.Fatalf("the latest checkpoint is of update %d, want %d", found.Update, at)
	}
	must(l.t, l.run.Rewind(found))
	l.open(at, tensorboard)
}

// shows checks that both files show the updates up to n and the pictures at these steps.
func (l *life) shows(n int64, pictures ...int64) {
	l.t.Helper()
	b, err := os.ReadFile(filepath.Join(l.dir, tableName))
	must(l.t, err)
	var want strings.Builder
	want.WriteString(strings.Join(header(), ",") + "\n")
	for u := int64(1); u <= n; u++ {
		m := update(u)
		want.WriteString(strings.Join(row(&m), ",") + "\n")
	}
	if string(b) != want.String() {
		l.t.Errorf("metrics.csv is\n%swant\n%s", b, want.String())
	}
	files, err := filepath.Glob(filepath.Join(l.dir, "events.out.tfevents.*"))
	must(l.t, err)
	if len(files) != 1 {
		l.t.Fatalf("the files of events are %q", files)
	}
	b, err = os.ReadFile(files[0])
	must(l.t, err)
	var steps, shown []int64
	size, last := 0, int64(0)
	payloads := tfevents.Records(b)
	for i, payload := range payloads {
		e, err := tfevents.Parse(payload)
		must(l.t, err)
		size += len(tfevents.AppendRecord(nil, payload))
		if e.Step < last {
			l.t.Errorf("step %d after %d", e.Step, last)
		}
		last = e.Step
		switch {
		case e.Scalars:
			steps = append(steps, e.Step)
		case e.Pictures:
			shown = append(shown, e.Step)
		case i > 1:
			l.t.Errorf("record %d is neither", i)
		}
	}
	for u := int64(1); u <= n; u++ {
		if len(steps) != int(n) || steps[u-1] != 100*u {
			l.t.Fatalf("scalars at %v", steps)
		}
	}
	if size != len(b) || len(payloads) < 2 || !bytes.Contains(payloads[0], []byte("brain.Event:2")) {
		l.t.Errorf("%d of %d bytes are records", size, len(b))
	}
	if !slices.Equal(shown, pictures) {
		l.t.Errorf("pictures at %v, want %v", shown, pictures)
	}
}

// TestCrash kills a run between and within everything; it shows what its checkpoint knows, once.
func TestCrash(t *testing.T) {
	l := begin(t)
	l.save(0)
	l.updates(1, 4)
	l.shows(4, 0, 400)

	// Updates after the checkpoint that others have seen already, and a half of one more.
	for n := int64(5); n <= 7; n++ {
		must(t, l.Update(update(n)))
	}
	must(t, l.Flush())
	l.crash()
	append2 := func(name, text string) {
		t.Helper()
		f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = f.WriteString(text)
		must(t, err)
		must(t, f.Close())
	}
	events, err := filepath.Glob(filepath.Join(l.dir, "events*"))
	must(t, err)
	append2(events[0], "half a record")
	append2(filepath.Join(l.dir, tableName), "8,80")
	l.resume(4, true)
	l.shows(4, 0, 400)
	l.updates(5, 9)
	l.shows(9, 0, 400, 900)

	// A checkpoint that was shown and never saved.
	f := state(t, "fast", 5, 77)
	must(t, l.run.Metrics().Append(update(10)))
	must(t, l.Update(update(10)))
	must(t, l.Save(f, update(10)))
	l.crash()
	l.resume(9, true)
	l.shows(9, 0, 400, 900)

	// What was in files that are gone comes back from metrics.jsonl, but for pictures.
	l.crash()
	must(t, os.Remove(filepath.Join(l.dir, tableName)))
	events, err = filepath.Glob(filepath.Join(l.dir, "events*"))
	must(t, err)
	must(t, os.Truncate(events[0], 40))
	l.resume(9, true)
	l.shows(9)

	// Two files of events, as a crash while they are made anew may leave them.
	l.updates(10, 12)
	l.crash()
	events, err = filepath.Glob(filepath.Join(l.dir, "events*"))
	must(t, err)
	b, err := os.ReadFile(events[0])
	must(t, err)
	must(t, os.WriteFile(filepath.Join(l.dir, "events.out.tfevents.1000000000.pongpg"), b, 0o666))
	l.resume(12, true)
	l.shows(12, 1200)
	must(t, l.Close())
	must(t, l.run.Close())
}

// TestWithout: without TensorBoard there is no file of events, one that is there is cut all
// the same, and later it has what happened meanwhile.
func TestWithout(t *testing.T) {
	l := begin(t)
	l.save(0)
	l.updates(1, 3)
	l.updates(4, 4)
	must(t, l.Update(update(5)))
	must(t, l.Save(state(t, "fast", 5, 77), update(5)))
	l.crash()
	l.resume(4, false)
	l.shows(4, 0, 300, 400)
	l.updates(5, 6)
	l.crash()
	l.resume(6, true)
	l.shows(6, 0, 300, 400)
	l.crash()
	events, err := filepath.Glob(filepath.Join(l.dir, "events*"))
	must(t, err)
	must(t, os.Remove(events[0]))
	l.resume(6, false)
	l.updates(7, 7)
	if events, err = filepath.Glob(filepath.Join(l.dir, "events*")); err != nil || events != nil {
		t.Errorf("there is %q, %v", events, err)
	}
	l.crash()
}

// TestAgain: a run that begins again at update 0 shows nothing twice.
func TestAgain(t *testing.T) {
	l := begin(t)
	l.save(0)
	must(t, l.Update(update(1)))
	l.crash()
	l.resume(0, true)
	l.save(0)
	l.shows(0, 0)
	l.updates(1, 1)
	l.shows(1, 0, 100)
	l.crash()
}

// TestRest: checkpoints in quick succession are not shown, but for the last.
func TestRest(t *testing.T) {
	l := begin(t)
	l.events.rest = time.Hour
	l.save(0)
	l.updates(1, 2)
	l.updates(3, 4)
	l.shows(4, 0)
	must(t, l.Close())
	l.shows(4, 0, 400)
	must(t, l.run.Close())
}

// TestRestPart: it rests for as long as makes what it took a small part of the processors' time.
func TestRestPart(t *testing.T) {
	l := begin(t)
	l.events.rest = 1
	l.save(0)
	if !time.Now().Before(l.events.next) {
		t.Error("does not rest")
	}
	l.crash()
}

// TestComplete: what a run that was killed at its very end lacks is made up for, and nothing else is changed.
func TestComplete(t *testing.T) {
	complete := func(l *life, n int64) (changed bool) {
		t.Helper()
		all := func() (list []string) {
			entries, err := os.ReadDir(l.dir)
			must(t, err)
			for _, e := range entries {
				if b, err := os.ReadFile(filepath.Join(l.dir, e.Name())); err == nil {
					list = append(list, e.Name(), string(b))
				}
			}
			return list
		}
		before := all()
		must(t, Complete(l.run, update(n), state(t, "fast", 5, uint64(n)+1)))
		return !slices.Equal(all(), before)
	}
	table := func(l *life) string { return filepath.Join(l.dir, tableName) }
	for _, test := range []struct {
		what    string
		harm    func(l *life)
		changes bool
	}{
		{"nothing", func(*life) {}, false},
		{"the last line", func(l *life) {
			b, err := os.ReadFile(table(l))
			must(t, err)
			must(t, os.Truncate(table(l), int64(bytes.LastIndexByte(b[:len(b)-1], '\n')+1)))
		}, true},
		{"the table", func(l *life) { must(t, os.Remove(table(l))) }, true},
		{"a part of the events", func(l *life) {
			events, err := filepath.Glob(filepath.Join(l.dir, "events*"))
			must(t, err)
			info, err := os.Stat(events[0])
			must(t, err)
			must(t, os.Truncate(events[0], info.Size()/2))
		}, true},
	} {
		l := begin(t)
		l.save(0)
		l.updates(1, 3)
		must(t, l.Close())
		l.shows(3, 0, 300)
		test.harm(l)
		if got := complete(l, 3); got != test.changes {
			t.Errorf("without %s: changed is %v", test.what, got)
		}
		if test.what != "a part of the events" { // the picture of 0 may be gone
			l.shows(3, 0, 300)
		}
		if complete(l, 3) {
			t.Errorf("without %s: what has been completed is changed", test.what)
		}
		must(t, l.run.Close())
	}
	l := begin(t)
	l.save(0)
	for n := int64(1); n <= 2; n++ {
		must(t, l.run.Metrics().Append(update(n)))
		must(t, l.Update(update(n)))
	}
	must(t, l.Flush())
	must(t, l.run.Save(2, state(t, "fast", 5, 3), false))
	must(t, l.run.Metrics().Flush())
	if !complete(l, 2) { // as when it is killed before the journal has the checkpoint
		t.Error("the last checkpoint is not shown")
	}
	l.shows(2, 0, 200)
	must(t, l.run.Metrics().Append(update(3)))
	must(t, l.run.Metrics().Flush())
	if complete(l, 2) {
		t.Error("the journal of a run that has gone on is changed")
	}
	l.crash()
}

// TestThinned: checkpoints that show much the same are left out.
func TestThinned(t *testing.T) {
	l := begin(t)
	var want []int64
	for n := int64(0); n <= 200; n++ {
		f := state(t, "fast", 1, 1)
		must(t, l.Save(f, update(n)))
		if n <= 50 || float64(n*100) >= 1.02*float64(want[len(want)-1]) {
			want = append(want, 100*n)
		}
	}
	l.shows(0, want...)
	if len(want) >= 150 {
		t.Errorf("%d pictures of 201 checkpoints", len(want))
	}
	l.crash()
}

// TestRow holds the table to what JSON has, number by number.
func TestRow(t *testing.T) {
	m := update(5)
	m.Entropy, m.GradientNorm, m.WeightNorm, m.DeadUnits = 1.0/3, 5e-324, math.MaxFloat64, 0
	text, err := json.Marshal(m)
	must(t, err)
	object := map[string]*float64{}
	must(t, json.Unmarshal(text, &object))
	texts := row(&m)
	if len(texts) != len(object) || len(header()) != len(object) {
		t.Fatalf("%d columns, %d names, %d fields", len(texts), len(header()), len(object))
	}
	at := 0
	for i, name := range header() {
		x, there := object[name]
		place := strings.Index(string(text), `"`+name+`"`)
		if !there || place < at {
			t.Errorf("column %d is %s", i, name)
		}
		at = place
		want := ""
		if x != nil {
			want = fmt.Sprint(*x)
		}
		var got float64
		if texts[i] != "" {
			_, err = fmt.Sscan(texts[i], &got)
			must(t, err)
		}
		if (texts[i] == "") != (want == "") || x != nil && got != *x {
			t.Errorf("%s is %q, want %s", name, texts[i], want)
		}
	}
}

// TestUnreadable goes on without lines that are no JSON, and says how many. What a line of an
// older program lacks is empty.
func TestUnreadable(t *testing.T) {
	l := begin(t)
	l.save(0)
	l.updates(1, 2)
	l.crash()
	path := filepath.Join(l.dir, "metrics.jsonl")
	b, err := os.ReadFile(path)
	must(t, err)
	old := []byte(`{"update":1,"global_step":100}`)
	first := bytes.IndexByte(b, '\n')
	must(t, os.WriteFile(path, slices.Concat(old, bytes.Repeat([]byte(" "), first-len(old)), []byte("\n"), bytes.Repeat([]byte("?"), len(b)-first-2), []byte("\n")), 0o666))
	l.resume(2, true)
	if len(l.Warnings) != 1 || !strings.Contains(l.Warnings[0], "1 line of ") || !strings.Contains(l.Warnings[0], path) {
		t.Errorf("the warnings are %q", l.Warnings)
	}
	b, err = os.ReadFile(filepath.Join(l.dir, tableName))
	must(t, err)
	want := strings.Join(header(), ",") + "\n1,100,,0,"
	if !strings.HasPrefix(string(b), want) || bytes.Count(b, []byte("\n")) != 2 {
		t.Errorf("metrics.csv is %s", b)
	}
	l.crash()
}

// TestFullDisk: what cannot be written is an error, and leaves no half line.
func TestFullDisk(t *testing.T) {
	l := begin(t)
	l.save(0)
	l.updates(1, 2)
	must(t, l.table.file.Close())
	must(t, l.events.file.close())
	must(t, l.Update(update(3)))
	if err := l.Flush(); err == nil || !strings.Contains(err.Error(), "--resume") {
		t.Errorf("the error is %v", err)
	}
	l.shows(2, 0, 200)
}

// BenchmarkUpdate is what an update takes.
func BenchmarkUpdate(b *testing.B) {
	run, err := checkpoint.Create(filepath.Join(b.TempDir(), "r"), struct{}{})
	must(b, err)
	j, err := Open(run, update(0), true)
	must(b, err)
	m := update(3)
	b.ReportAllocs()
	for b.Loop() {
		must(b, j.Update(m))
	}
	must(b, j.Close())
}

// BenchmarkSave is what a checkpoint takes, beside itself, of the post's policy and of twice
// as many pixels.
func BenchmarkSave(b *testing.B) {
	for _, recipe := range []string{"fast", "win"} {
		b.Run(recipe, func(b *testing.B) {
			run, err := checkpoint.Create(filepath.Join(b.TempDir(), "r"), struct{}{})
			must(b, err)
			j, err := Open(run, update(0), true)
			must(b, err)
			f := state(b, recipe, 200, 1)
			for n := int64(1); b.Loop(); n++ {
				j.events.last = -1
				must(b, j.Save(f, update(n)))
			}
			must(b, j.Close())
		})
	}
}
