package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pongpg/emu"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
)

// TestMain keeps what says that somebody looks on away from the user's cache, and from those who do.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dashboard")
	if err == nil {
		err = os.Setenv("XDG_CACHE_HOME", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// training is a small run.
type training struct {
	*trainer.Trainer
	dir *checkpoint.Run
}

// newTraining begins a run in dir, a hundred updates a second or more.
func newTraining(t *testing.T, dir string, seed uint64) *training {
	t.Helper()
	config, err := trainer.Recipe("fast")
	if err != nil {
		t.Fatal(err)
	}
	config.Seed, config.Envs, config.BatchDecisions, config.Hidden = seed, 16, 512, 16
	b, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trainer.New(config, b)
	if err != nil {
		t.Fatal(err)
	}
	run, err := checkpoint.Create(dir, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close(); b.Close() })
	return &training{tr, run}
}

// until trains to the end of an update, and saves.
func (tr *training) until(t *testing.T, update int64) {
	t.Helper()
	limits := trainer.Limits{Updates: update, UntilReturn: math.NaN()}
	if err := tr.Run(context.Background(), tr.dir, trainer.RunOptions{Limits: limits, CheckpointInterval: time.Hour}); err != nil {
		t.Fatal(err)
	}
}

// trained makes a run of so many updates.
func trained(t *testing.T, dir string, updates int64) *training {
	t.Helper()
	tr := newTraining(t, dir, 3)
	tr.until(t, updates)
	if err := tr.dir.Metrics().Flush(); err != nil {
		t.Fatal(err)
	}
	return tr
}

// serving returns a server of what is in some directories, at an address.
func serving(t *testing.T, address string, live *Live, paths ...string) *Server {
	t.Helper()
	s, err := Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Show(Options{Paths: paths, Live: live, Version: "of the test", Say: func(line string) { t.Log(line) }}); err != nil {
		t.Fatal(err)
	}
	begin(t, s)
	return s
}

// begin has a server serve until the test ends.
func begin(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (s *Server) address() string { return "http://" + s.listener.Addr().String() }

// get asks for a path and returns the answer, and what is in it.
func get(t *testing.T, s *Server, path string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.address()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	answer, err := http.DefaultTransport.RoundTrip(request) // which follows nothing
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// ask asks for JSON.
func ask[T any](t *testing.T, s *Server, path string) T {
	t.Helper()
	answer, text := get(t, s, path)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", path, answer.Status, text)
	}
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v: %s", path, err, text)
	}
	return v
}

// The answers, as a page reads them.
type (
	listAnswer struct {
		Version string
		Runs    []summary
	}
	curveAnswer struct {
		Generation string
		From, Next int
		Columns    map[string][]*float64
		Error      string
	}
)

// only returns the one run that a server lists.
func only(t *testing.T, s *Server) summary {
	t.Helper()
	list := ask[listAnswer](t, s, "/api/runs")
	if len(list.Runs) != 1 {
		t.Fatalf("%d runs: %+v", len(list.Runs), list.Runs)
	}
	return list.Runs[0]
}

// eventually waits until something is so. It may take as long as a busy machine needs.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for began := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatalf("%s: not in a minute", what)
		}
	}
}

// decode is what a page does with a message: the screen and, if it is there, the difference.
func decode(t *testing.T, message []byte, about any) (*emu.Screen, *difference) {
	t.Helper()
	n := 2 + int(message[0])<<8 + int(message[1])
	if err := json.Unmarshal(message[2:n], about); err != nil {
		t.Fatalf("%v: %q", err, message[2:n])
	}
	var s emu.Screen
	rest := decodePicture(t, message[n:], s[:])
	if len(rest) == 0 {
		return &s, nil
	}
	var d difference
	if rest = decodePicture(t, rest, d[:]); len(rest) != 0 {
		t.Fatalf("%d bytes after the pictures", len(rest))
	}
	return &s, &d
}

type difference [emu.ImageSize][emu.ImageSize]emu.RGB

// row is a picture's.
type row interface {
	[emu.ScreenWidth]emu.RGB | [emu.ImageSize]emu.RGB
}

// decodePicture reads a picture, and returns what follows it.
func decodePicture[R row](t *testing.T, rest []byte, to []R) []byte {
	t.Helper()
	next := func(n int) []byte {
		if len(rest) < n {
			t.Fatal("the picture ends early")
		}
		b := rest[:n]
		rest = rest[n:]
		return b
	}
	palette := next(3 * int(next(1)[0]))
	for y := 0; y < len(to); {
		rows, stretches, x := int(next(1)[0]), int(next(1)[0]), 0
		for range stretches {
			stretch := next(2)
			for range stretch[1] {
				to[y][x] = emu.RGB(palette[3*int(stretch[0]):])
				x++
			}
		}
		if x != len(to[y]) {
			t.Fatalf("row %d has %d pixels", y, x)
		}
		for row := 1; row < rows; row++ {
			to[y+row] = to[y]
		}
		y += rows
	}
	return rest
}

// paddle returns the first row of the right, green paddle, or −1, leftPaddle that of the orange
// one.
func paddle(s *emu.Screen) int     { return firstRow(s, 141, emu.RGB{92, 186, 92}) }
func leftPaddle(s *emu.Screen) int { return firstRow(s, 17, emu.RGB{213, 130, 74}) }

func firstRow(s *emu.Screen, x int, colour emu.RGB) int {
	for y := 34; y < 194; y++ {
		if s[y][x] == colour {
			return y
		}
	}
	return -1
}

func runDir(t *testing.T) string { return filepath.Join(t.TempDir(), "r") }
