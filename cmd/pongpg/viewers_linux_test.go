package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/pprof/profile"

	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/terminal/ptytest"
)

// viewers are those who look on while a run trains.
type viewers struct {
	page     bool // a page has the curves, the filters and the agent's game, and somebody plays
	terminal bool // pongpg watch
}

// BenchmarkViewers measures what looking on takes from a training, in two ways.
//
// How much longer a decision takes: of one training, at which they look for some seconds, and then do
// not, in turn. The machine may do other things and become slower or faster: both are measured at
// nearly the same time. Of each pair's ratios the median is reported: of the time that a decision
// takes, and of the processors' time. What TensorBoard shows is written all the time.
//
// And where the processors' time goes (shares), which tells tenths of a percent where the other tells
// percents, but not what is slower for the caches that others have emptied.
func BenchmarkViewers(b *testing.B) {
	pairs, err := strconv.Atoi(os.Getenv("PONGPG_VIEWERS"))
	if err != nil || pairs < 1 {
		b.Skip("takes many minutes; make viewers PAIRS=10 asks for ten pairs")
	}
	// Those who look on are in this process, and are not what is measured: on one of its processors
	// they wake nobody up.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	all := []struct {
		name string
		viewers
	}{
		{"nobody", viewers{}}, // how well the machine can tell
		{"page", viewers{page: true}},
		{"terminal", viewers{terminal: true}},
		{"all", viewers{true, true}},
	}
	for _, who := range all {
		b.Run(who.name, func(b *testing.B) {
			for b.Loop() {
				wall, processor := who.compare(b, pairs)
				b.ReportMetric(wall, "times-as-long")
				b.ReportMetric(processor, "times-the-work")
			}
		})
	}
	b.Run("shares", func(b *testing.B) {
		for _, who := range all[1:] {
			b.Run(who.name, func(b *testing.B) {
				for b.Loop() {
					who.shares(b, time.Duration(pairs)*measuring)
				}
			})
		}
	})
}

// shares reports what everything that looks on takes, in percent of the processors' time that goes
// into training: the page and who plays there, TensorBoard's events, pongpg watch, and all of them. Of
// what the training's process does this is known from a profile of it, of all of its life. And it reports
// how many frames a second the page, who plays, and the terminal are shown.
func (v viewers) shares(b *testing.B, duration time.Duration) {
	path, born := filepath.Join(b.TempDir(), "profile"), time.Now()
	r := newViewedRun(b, v, "--cpuprofile", path)
	defer r.end()
	ctx, cancel := context.WithCancel(b.Context())
	var looking sync.WaitGroup
	r.look(syscall.SIGCONT)
	looked := time.Now()
	if v.page {
		looking.Go(func() { r.page.look(ctx) })
	}
	time.Sleep(settling)
	seen, began := r.seen(), [2]time.Duration{processorOf(b, r.Cmd), processorOf(b, r.watch)}
	decisions, since := r.last().Last.GlobalStep, time.Now()
	time.Sleep(duration)
	speed := float64(r.last().Last.GlobalStep-decisions) / time.Since(since).Seconds()
	frames := r.missed(seen, duration)
	trained, watched := processorOf(b, r.Cmd)-began[0], processorOf(b, r.watch)-began[1]
	cancel()
	looking.Wait()
	looks := time.Since(looked)
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		b.Fatal(err)
	}
	wait(b, r.Cmd)
	spent := profiled(b, path)
	// What was spent while the training was measured.
	measured := func(what string, over time.Duration) time.Duration {
		return time.Duration(float64(spent[what]) * float64(duration) / float64(over))
	}
	page, events := measured("page", looks), measured("events", time.Since(born))
	training := float64(trained-page-events) / 100
	report := func(took time.Duration, unit string) { b.ReportMetric(float64(took)/training, unit) }
	report(page, "%-page")
	report(events, "%-events")
	report(watched, "%-watch")
	report(page+events+watched, "%-all")
	b.ReportMetric(speed/1e6, "M-decisions/s")
	for i, of := range []string{"page", "played", "", "watch"} {
		if of != "" && frames[i] > 0 {
			b.ReportMetric(frames[i], "Hz-"+of)
		}
	}
}

// profiled returns what a profile has of the page, and of TensorBoard's events.
func profiled(b *testing.B, path string) map[string]time.Duration {
	in, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	p, err := profile.Parse(in)
	if err != nil {
		b.Fatal(err)
	}
	of := map[string]string{
		"pongpg/cmd/internal/dashboard.": "page", "net/http.": "page", "github.com/coder/websocket.": "page",
		"pongpg/cmd/internal/journal.": "events",
	}
	what := func(s *profile.Sample) string {
		for _, l := range s.Location {
			for _, line := range l.Line {
				for prefix, w := range of {
					if strings.HasPrefix(line.Function.Name, prefix) {
						return w
					}
				}
			}
		}
		return ""
	}
	spent := map[string]time.Duration{}
	for _, s := range p.Sample {
		spent[what(s)] += time.Duration(s.Value[1]) // nanoseconds
	}
	return spent
}

const (
	// settling is how long before it is measured somebody has looked, or nobody: who begins to look reads
	// a checkpoint.
	settling = 3 * time.Second
	// measuring is for how long it is measured: two checkpoints.
	measuring = 20 * time.Second
)

// compare returns the medians of how many times as long a decision takes with viewers. Which
// comes first turns with each pair.
func (v viewers) compare(b *testing.B, pairs int) (wall, processor float64) {
	r := newViewedRun(b, v)
	defer r.end()
	if v != (viewers{}) {
		r.measure(true) // until it is settled how many frames are shown
		r.measure(true)
	}
	var walls, processors []float64
	for pair := range pairs {
		var each [2]took // without, with
		for i := range each {
			with := (i + pair) % 2
			each[with] = r.measure(with == 1)
		}
		walls = append(walls, each[1].wall/each[0].wall)
		processors = append(processors, each[1].processor/each[0].processor)
		b.Logf("pair %d: %.1f ns a decision alone, %.1f ns with viewers: %.4f times as long; %.1f and %.1f ns of processors: %.4f times",
			pair+1, each[0].wall, each[1].wall, walls[pair], each[0].processor, each[1].processor, processors[pair])
	}
	return median(walls), median(processors)
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// took is what a decision took, in nanoseconds.
type took struct{ wall, processor float64 }

// viewedRun is a training that is looked at now and then.
type viewedRun struct {
	b *testing.B
	viewers
	*running
	address string
	watch   *exec.Cmd // pongpg watch, which stands still while nobody looks; or nil
	page    pageViewer
	shown   *atomic.Int64 // frames, on watch's terminal
}

// newViewedRun begins a training, and returns once it has a checkpoint.
func newViewedRun(b *testing.B, v viewers, flags ...string) *viewedRun {
	dir := b.TempDir()
	r := &viewedRun{b: b, viewers: v}
	r.running = start(b, dir, with([]string{"train", "--run", "r", "--decisions", "1e12", "--http", "localhost:0"}, flags...)...)
	r.address = r.dashboardURL(b)
	r.page.address = r.address
	for r.last().Checkpoint == "" {
		time.Sleep(100 * time.Millisecond)
	}
	if v.terminal {
		p := ptytest.New(b, 160, 60)
		r.shown = p.Discard(beginFrame)
		r.watch = command(dir, []string{"TERM=xterm-256color", "COLORTERM=truecolor"}, "watch", "r")
		r.watch.Stdin, r.watch.Stdout = p.Terminal, p.Terminal
		if err := r.watch.Start(); err != nil {
			b.Fatal(err)
		}
	}
	time.Sleep(settling) // the program has begun
	r.look(syscall.SIGSTOP)
	return r
}

// end ends the training.
func (r *viewedRun) end() {
	_ = r.Process.Kill()
	if r.watch != nil {
		_ = r.watch.Process.Kill()
		_ = r.watch.Wait()
	}
}

// look has pongpg watch stand still or go on.
func (r *viewedRun) look(s syscall.Signal) {
	if r.watch == nil {
		return
	}
	if err := r.watch.Process.Signal(s); err != nil {
		r.b.Fatal(err)
	}
}

// beginFrame is what pongpg watch writes before a frame, of a synchronised update.
const beginFrame = "\x1b[?2026h"

// measure measures what a decision takes, while the viewers look on or do not.
func (r *viewedRun) measure(viewed bool) took {
	ctx, cancel := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	defer looking.Wait()
	defer cancel()
	if viewed {
		r.look(syscall.SIGCONT)
		defer r.look(syscall.SIGSTOP)
		if r.viewers.page {
			looking.Go(func() { r.page.look(ctx) })
		}
	}
	time.Sleep(settling)
	before, processor, seen := r.last(), r.processor(), r.seen()
	time.Sleep(measuring)
	after := r.last()
	decisions := float64(after.Last.GlobalStep - before.Last.GlobalStep)
	t := took{(after.Last.ElapsedSeconds - before.Last.ElapsedSeconds) * 1e9 / decisions, float64(r.processor()-processor) / decisions}
	if viewed {
		r.missed(seen, measuring)
	}
	return t
}

// missed returns what the viewers have seen a second, and fails the benchmark if it is not what they
// should have: what nobody sees costs nothing. Of the fewest frames that are shown where the processors
// are short it is most.
func (r *viewedRun) missed(since [4]int64, duration time.Duration) (rates [4]float64) {
	var wanted [4]float64
	if r.viewers.page {
		wanted = [4]float64{30 / pace.Slowest * 0.7, 30 * 0.7, 0.5}
	}
	if r.terminal {
		wanted[3] = 60 / pace.Slowest * 0.7
	}
	for i, n := range r.seen() {
		rates[i] = float64(n-since[i]) / duration.Seconds()
		if rates[i] < wanted[i] {
			r.b.Errorf("the viewers saw %.1f a second, wanted %.1f (%d: of the agent's game, the person's, answers, the terminal)", rates[i], wanted[i], i)
		}
	}
	return rates
}

// last returns what the dashboard says of the run.
func (r *viewedRun) last() shownRun {
	runs, err := askRuns(r.address)
	if err != nil || len(runs) != 1 {
		r.b.Fatal(runs, err)
	}
	return runs[0]
}

// seen returns how much of everything the viewers have seen.
func (r *viewedRun) seen() (n [4]int64) {
	n = [4]int64{r.page.watched.Load(), r.page.played.Load(), r.page.asked.Load()}
	if r.shown != nil {
		n[3] = r.shown.Load()
	}
	return n
}

// processor returns the processors' time of the training, and of pongpg watch.
func (r *viewedRun) processor() time.Duration {
	return processorOf(r.b, r.Cmd) + processorOf(r.b, r.watch)
}

// processorOf returns the processors' time of a process, or of none.
func processorOf(b *testing.B, c *exec.Cmd) (t time.Duration) {
	if c == nil {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	for _, field := range fields[11:13] { // utime and stime (proc_pid_stat(5)), in hundredths of a second
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		t += time.Duration(n) * 10 * time.Millisecond
	}
	return t
}

// pageViewer does what a page does with one run, and counts what it has seen.
type pageViewer struct {
	address                string
	watched, played, asked atomic.Int64
}

// look looks until ctx is done.
func (p *pageViewer) look(ctx context.Context) {
	var looking sync.WaitGroup
	defer looking.Wait()
	generation, next, filters := "", 0, ""
	for first := true; ctx.Err() == nil; rest(ctx) {
		runs, err := askRuns(p.address)
		if err != nil || len(runs) != 1 {
			continue
		}
		run := "api/runs/" + runs[0].ID
		p.asked.Add(1)
		if first {
			first = false
			looking.Go(func() { p.listen(ctx, run+"/watch", &p.watched) })
			looking.Go(func() { p.listen(ctx, run+"/play", &p.played) })
		}
		var curves struct {
			Generation string
			Next       int
		}
		if text, err := p.get(fmt.Sprintf("%s/metrics?generation=%s&from=%d", run, generation, next)); err == nil && json.Unmarshal(text, &curves) == nil {
			generation, next = curves.Generation, curves.Next
		}
		if runs[0].Filters != filters {
			filters = runs[0].Filters
			_, _ = p.get(run + "/filters.png") // which may not be there yet
		}
	}
}

func (p *pageViewer) get(path string) ([]byte, error) {
	answer, err := http.Get(p.address + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

// listen counts the frames that come, and holds one key and then another for a third of a
// second if they are of a game to play. It begins anew when it is hung up on.
func (p *pageViewer) listen(ctx context.Context, path string, frames *atomic.Int64) {
	for ; ctx.Err() == nil; rest(ctx) {
		c, _, err := websocket.Dial(ctx, p.address+path, nil)
		for n := 0; err == nil; n++ {
			if _, _, err = c.Read(ctx); err == nil {
				frames.Add(1)
			}
			if order := [3]string{"up", "down", "stay"}[n/10%3]; err == nil && frames == &p.played && n%10 == 0 {
				err = c.Write(ctx, websocket.MessageText, []byte(order))
			}
		}
		if c != nil {
			c.CloseNow()
		}
	}
}

// rest waits for the second between two questions of a page.
func rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
}
