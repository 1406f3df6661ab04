//go:build linux || darwin

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint/filelock"
)

// shownRun is a run in a dashboard's list.
type shownRun struct {
	ID, Name, Device, Checkpoint, Filters string
	Live                                  bool
	Last                                  trainer.Metrics
}

// askRuns asks a dashboard for its runs.
func askRuns(address string) ([]shownRun, error) {
	var list struct{ Runs []shownRun }
	answer, err := http.Get(address + "api/runs")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	err = json.NewDecoder(answer.Body).Decode(&list)
	return list.Runs, err
}

// shownRuns returns a dashboard's runs.
func shownRuns(t *testing.T, address string) []shownRun {
	t.Helper()
	runs, err := askRuns(address)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// TestServe shows runs that have ended, until it is told to stop.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	for _, run := range []string{"runs/a", "runs/b"} {
		succeed(t, dir, with([]string{"train", "--run", run, "--updates", "3"}, tiny...)...)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			notIgnored(t, signal)
			r := start(t, dir, "serve", "runs", "--http", "localhost:0")
			runs := shownRuns(t, r.dashboardURL(t))
			if len(runs) != 2 || runs[0].Name != "a" || runs[1].Name != "b" || runs[1].Last.Update != 3 || runs[0].Live {
				t.Errorf("%+v", runs)
			}
			if err := r.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if status, out := r.end(t); status != 0 {
				t.Errorf("status %d: %s", status, out)
			}
		})
	}
}

// disturb does what no page does: it opens connections, more than there may be, and says what
// means nothing, too much, and too often. Another one takes nothing of what it asked for.
func disturb(t *testing.T, address string, paths []string) {
	t.Helper()
	at := strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/")
	send := func(text string) {
		t.Helper()
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		_, _ = io.WriteString(c, text) // which may be hung up on
	}
	send("\x16\x03\x01\x00\xff" + strings.Repeat("\x00", 1000))
	send("GET /" + strings.Repeat("x", 1<<16) + " HTTP/1.1\r\n\r\n")
	send("GET /" + paths[0] + " HTTP/1.1\r\nHost: " + at + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\xff\xff\xff\xff")
	for _, path := range paths {
		slow, _, err := websocket.Dial(context.Background(), address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { slow.CloseNow() })
		for _, text := range []string{"jump", strings.Repeat("up", 1<<20)} {
			c, _, err := websocket.Dial(context.Background(), address+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow()
			_ = c.Write(context.Background(), websocket.MessageText, []byte(text)) // which may be hung up on
		}
	}
	for range 250 {
		send("GET / HTTP/1.1\r\n")
	}
}

// TestTrainShown trains while somebody watches, plays and asks, and somebody else disturbs: the
// updates are there to see before a checkpoint is, and what is learned is the same, bit for bit.
func TestTrainShown(t *testing.T) {
	dir := t.TempDir()
	rare := with(tiny, "--checkpoint-interval", "1h") // for both: the best is looked for at checkpoints
	r := start(t, dir, with([]string{"train", "--run", "shown", "--updates", "1000000", "--http", "localhost:0", "--status-interval", "100ms"}, rare...)...)
	address := r.dashboardURL(t)
	runs := shownRuns(t, address)
	if len(runs) != 1 || !runs[0].Live || !strings.HasPrefix(runs[0].Device, "cpu (1 worker") {
		t.Fatalf("%+v", runs)
	}
	paths := []string{"api/play", "api/runs/" + runs[0].ID + "/watch", "api/runs/" + runs[0].ID + "/play"}
	for _, path := range paths[:2] { // the third needs a checkpoint
		c, _, err := websocket.Dial(context.Background(), address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseNow()
		if _, _, err := c.Read(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for began := time.Now(); shownRuns(t, address)[0].Last.Update < 50; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("no 50 updates in a minute")
		}
	}
	hasPlace(t, "training")
	hasPlace(t, "looking-on")
	disturb(t, address, paths)
	for len(r.lines) > 0 { // of before
		<-r.lines
	}
	r.until(t, "update ") // the connections are all taken, and it goes on
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	status, out := r.end(t)
	reached := latest(t, filepath.Join(dir, "shown")).Update
	if status != 130 || reached < 50 {
		t.Fatalf("status %d after update %d: %s", status, reached, out)
	}
	succeed(t, dir, with([]string{"train", "--run", "alone", "--updates", fmt.Sprint(reached)}, rare...)...)
	sameState(t, filepath.Join(dir, "shown"), filepath.Join(dir, "alone"))
}

// hasPlace waits until somebody has a place among those who do something.
func hasPlace(t *testing.T, what string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return // the cache is not where XDG_CACHE_HOME says
	}
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(10 * time.Millisecond) {
		places, err := filepath.Glob(filepath.Join(cacheDir(), "pongpg", "*", what, "*"))
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(places, filelock.Held) {
			return
		}
	}
	t.Errorf("nobody says within a minute that this is done: %s", what)
}

// TestAddressTaken refuses to begin a run that could not be shown.
func TestAddressTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	for _, line := range [][]string{with([]string{"train", "--run", "r"}, tiny...), {"serve", "."}} {
		pongpg(t, dir, append(line, "--http", taken.Addr().String())...).fail(t, statusError, "address already in use", "choose another address")
	}
	if left := files(t, dir); left != nil {
		t.Errorf("left behind: %q", left)
	}
}
