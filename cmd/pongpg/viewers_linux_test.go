package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"pongpg/cmd/internal/terminal/ptytest"
)

// viewers are those who look on while a run trains.
type viewers struct {
	events   bool // what TensorBoard shows is written
	page     bool // a page has the curves, the filters and the agent's game, and somebody plays
	terminal bool // pongpg watch
}

// BenchmarkViewers measures how much longer a training takes while it is looked at: the same
// run, with and without, in turn, so that what else the machine does falls on both. Of each
// pair's ratios the median is reported: of the time, and of the processors' time, which
// tells more where the machine has other work.
func BenchmarkViewers(b *testing.B) {
	pairs, err := strconv.Atoi(os.Getenv("PONGPG_VIEWERS"))
	if err != nil || pairs < 1 {
		b.Skip("takes many minutes; make viewers PAIRS=6 asks for six pairs of runs")
	}
	// Those who look on are in this process, and are not what is measured: on one of its processors
	// they wake nobody up.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, who := range []struct {
		name string
		viewers
	}{
		{"nobody", viewers{}}, // how well the machine can tell
		{"events", viewers{events: true}},
		{"page", viewers{page: true}},
		{"terminal", viewers{terminal: true}},
		{"all", viewers{true, true, true}},
	} {
		b.Run(who.name, func(b *testing.B) {
			for b.Loop() {
				wall, processor := who.compare(b, pairs)
				b.ReportMetric(wall, "times-as-long")
				b.ReportMetric(processor, "times-the-work")
			}
		})
	}
}

// took is what a run took, in seconds.
type took struct{ wall, processor float64 }

// compare returns the medians of how many times as long a run takes with viewers. The order
// turns with each pair, so that a machine that becomes slower, or faster, is even with both.
func (v viewers) compare(b *testing.B, pairs int) (wall, processor float64) {
	var walls, processors []float64
	for pair := range pairs {
		var all [2]took // without, with
		for i := range all {
			with := (i + pair) % 2
			all[with] = [2]viewers{{}, v}[with].train(b)
		}
		walls = append(walls, all[1].wall/all[0].wall)
		processors = append(processors, all[1].processor/all[0].processor)
		b.Logf("pair %d: %.2f s alone, %.2f s with viewers: %.4f times as long; %.2f and %.2f s of processors: %.4f times",
			pair+1, all[0].wall, all[1].wall, walls[pair], all[0].processor, all[1].processor, processors[pair])
	}
	return median(walls), median(processors)
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// viewedDecisions is how long the runs are: some checkpoints, at the usual interval.
const viewedDecisions = 60_000_000

// train trains a run while the viewers look on, and returns the time that it took, as
// metrics.jsonl has it: without the start of the program. Of the processors' time, that of pongpg
// watch counts too.
func (v viewers) train(b *testing.B) took {
	b.Helper()
	dir := b.TempDir()
	args := []string{"train", "--run", "r", "--decisions", fmt.Sprint(viewedDecisions), fmt.Sprint("--tensorboard=", v.events)}
	if v.page {
		args = append(args, "--http", "localhost:0")
	}
	r := start(b, dir, args...)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var page pageViewer
	var watching time.Duration
	shown := new(atomic.Int64)
	var looking sync.WaitGroup
	if v.page {
		page.address = r.dashboardURL(b)
		looking.Go(func() { page.look(ctx) })
	}
	if v.terminal {
		p := ptytest.New(b, 160, 60)
		shown = p.Discard()
		looking.Go(func() { watching = watchOn(ctx, p, dir) })
	}
	if status, out := r.end(b); status != 0 {
		b.Fatalf("status %d: %s", status, out)
	}
	cancel()
	looking.Wait()
	state := r.ProcessState
	t := took{trainedFor(b, filepath.Join(dir, "r")), (state.UserTime() + state.SystemTime() + watching).Seconds()}
	// What nobody saw costs nothing: 30 frames a second, once there is a checkpoint, and some
	// time to find it.
	if least := int64(20 * (t.wall - 5)); v.page && (page.watched.Load() < least || page.played.Load() < least || page.asked.Load() < least/30) {
		b.Errorf("in %.1f s the page saw %d frames of the agent's game, %d of the person's, and asked %d times", t.wall, page.watched.Load(), page.played.Load(), page.asked.Load())
	}
	// A frame is a hundred bytes and more; a pongpg watch that ends at once shows less in a second.
	if least := int64(1000 * (t.wall - 5)); v.terminal && shown.Load() < least {
		b.Errorf("in %.1f s the terminal was shown %d bytes", t.wall, shown.Load())
	}
	if events, err := filepath.Glob(filepath.Join(dir, "r", "events.out.tfevents.*")); err != nil || len(events) > 0 != v.events {
		b.Errorf("the events are %q, %v; wanted: %v", events, err, v.events)
	}
	return t
}

// trainedFor returns how long a run has trained, in seconds.
func trainedFor(b *testing.B, run string) float64 {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(run, "metrics.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	var last struct {
		Seconds float64 `json:"elapsed_seconds"`
	}
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil {
		b.Fatal(err)
	}
	return last.Seconds
}

// watchOn has pongpg watch the run r in dir on a terminal, from its first checkpoint on, and
// returns the processors' time that this takes.
func watchOn(ctx context.Context, p *ptytest.Pty, dir string) (processor time.Duration) {
	for ctx.Err() == nil {
		c := command(dir, []string{"TERM=xterm-256color", "COLORTERM=truecolor"}, "watch", "r")
		c.Stdin, c.Stdout = p.Terminal, p.Terminal
		if err := c.Start(); err != nil {
			return processor
		}
		stop := context.AfterFunc(ctx, func() { _ = c.Process.Kill() })
		_ = c.Wait() // at once where there is no checkpoint yet
		stop()
		processor += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		rest(ctx)
	}
	return processor
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
	generation, next, checkpoint := "", 0, ""
	for ; ctx.Err() == nil; rest(ctx) {
		runs, err := askRuns(p.address)
		if err != nil || len(runs) != 1 {
			continue
		}
		run := "api/runs/" + runs[0].ID
		if p.asked.Add(1) == 1 {
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
		if runs[0].Checkpoint != checkpoint {
			checkpoint = runs[0].Checkpoint
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
