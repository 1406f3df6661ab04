//go:build linux || darwin

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// shownRun is a run in a dashboard's list.
type shownRun struct {
	ID, Name, Device, Checkpoint string
	Live                         bool
	Last                         struct{ Update int64 }
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
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		r := start(t, dir, "serve", "runs", "--http", "localhost:0")
		runs := shownRuns(t, r.dashboardURL(t))
		if len(runs) != 2 || runs[0].Name != "a" || runs[1].Name != "b" || runs[1].Last.Update != 3 || runs[0].Live {
			t.Errorf("%+v", runs)
		}
		if err := r.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if status, out := r.end(t); status != 0 {
			t.Errorf("%v: status %d: %s", signal, status, out)
		}
	}
}

// TestTrainShown trains while somebody watches, plays and asks: the updates are there to see
// before a checkpoint is, and what is learned is the same, bit for bit.
func TestTrainShown(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir, with([]string{"train", "--run", "shown", "--updates", "1000000", "--http", "localhost:0"}, with(tiny, "--checkpoint-interval", "1h")...)...)
	address := r.dashboardURL(t)
	runs := shownRuns(t, address)
	if len(runs) != 1 || !runs[0].Live || !strings.HasPrefix(runs[0].Device, "cpu (1 worker") {
		t.Fatalf("%+v", runs)
	}
	for _, path := range []string{"api/play", "api/runs/" + runs[0].ID + "/watch"} {
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
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	status, out := r.end(t)
	reached := latest(t, filepath.Join(dir, "shown")).Update
	if status != 130 || reached < 50 {
		t.Fatalf("status %d after update %d: %s", status, reached, out)
	}
	succeed(t, dir, with([]string{"train", "--run", "alone", "--updates", fmt.Sprint(reached)}, tiny...)...)
	sameState(t, filepath.Join(dir, "shown"), filepath.Join(dir, "alone"))
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
