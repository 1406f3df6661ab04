package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"pongpg/cmd/internal/arena"
	"pongpg/cmd/internal/pace"
	"pongpg/emu"
)

// order says what is held.
func order(t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := c.Write(context.Background(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// TestPlay plays with keys, against the console's opponent and against a policy: the person's
// paddle, and no other, follows them. When none is held it comes to rest, and not at the edge,
// where it would stand in any case.
func TestPlay(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 3)
	s := serving(t, "localhost:0", nil, dir)
	for _, test := range []struct {
		path   string
		update int64
		of     func(*emu.Screen) int
	}{
		{"/api/play", -1, paddle},
		{"/api/runs/" + only(t, s).ID + "/play", 3, leftPaddle},
	} {
		t.Run(test.path, func(t *testing.T) {
			c := dial(t, s, test.path)
			reach := func(what string, is func(int) bool) (at int) {
				t.Helper()
				eventually(t, what, func() bool {
					a, screen := frame[aboutMatch](t, c)
					if a.Over || a.Update != test.update || a.Left > 20 || a.Right > 20 {
						t.Fatalf("%+v", a)
					}
					at = test.of(screen)
					return at >= 0 && is(at)
				})
				return at
			}
			began := reach("a paddle", func(int) bool { return true })
			rest := func() (at int) {
				frames := 0
				return reach("a halt", func(y int) bool {
					if y != at {
						at, frames = y, 0
					}
					frames++
					return frames == 10 // the right paddle glides
				})
			}
			order(t, c, "up")
			reach("up", func(y int) bool { return y <= began-20 })
			top := rest()
			// A machine that is busy for the third of a second that the way up takes says "stay" too late.
			for try := 1; ; try++ {
				order(t, c, "down")
				reach("down", func(y int) bool { return y >= top+100 })
				order(t, c, "up+fire")
				reach("up from below", func(y int) bool { return y <= top+90 })
				order(t, c, "stay")
				if at := rest(); at > top {
					break
				}
				if try == 5 {
					t.Fatalf("the paddle always goes on to the edge, row %d", top)
				}
			}
		})
	}
	eventually(t, "no game is left", func() bool { return len(s.matches) == 0 })
}

// TestMatch holds a person's game to the game itself, to its end, which is said.
func TestMatch(t *testing.T) {
	m, err := newMatch(nil)
	if err != nil {
		t.Fatal(err)
	}
	want, said := emu.NewGame(), aboutMatch{}
	held := []string{"down", "up", "stay", "fire", "up+fire", "down+fire"}
	actions := []emu.Action{emu.Left, emu.Right, emu.Noop, emu.Fire, emu.RightFire, emu.LeftFire}
	for i := 0; !want.Over(); i++ {
		if said.Over {
			t.Fatalf("frame %d: over at %+v", i, want)
		}
		if err := m.order(held[i/20%len(held)]); err != nil {
			t.Fatal(err)
		}
		if err := m.step(); err != nil {
			t.Fatal(err)
		}
		want.Step(actions[i/20%len(held)])
		message, err := m.message()
		if err != nil {
			t.Fatal(err)
		}
		screen, more := decode(t, message, &said)
		drawn := emu.Screen{}
		if want.Over() {
			want.Step(emu.Noop) // the last point is shown
		}
		want.Draw(&drawn)
		if *screen != drawn || more != nil || said.Left != want.EnemyScore || said.Right != want.AgentScore {
			t.Fatalf("frame %d: another picture, or %+v instead of %+v", i, said, want)
		}
	}
	if !said.Over {
		t.Errorf("the game ends with %+v", said)
	}
}

// TestMatchEnds plays a game that is nearly over to its end, which is the last that is said. Of the
// frames before, none is left out but for a tick that was late.
func TestMatchEnds(t *testing.T) {
	m := matchPoint(t)
	var last aboutMatch
	before, sent := m.game.Played, 0
	if err := m.play(context.Background(), func(message []byte) {
		decode(t, message, &last)
		sent++
	}); err != nil {
		t.Fatal(err)
	}
	if played := m.game.Played - before; sent > played || 6*sent < played || sent == 0 {
		t.Errorf("%d of %d frames are sent", sent, played)
	}
	if !last.Over || last.Left != 21 || last.Right != m.game.Game().AgentScore {
		t.Errorf("the last that is said is %+v", last)
	}
}

// TestElapsed has ticks come in time, late and after a long stop.
func TestElapsed(t *testing.T) {
	began := time.Unix(0, 0)
	e, at, played := elapsed{last: began}, began, 0
	for i := range 600 { // ten seconds, of which every tick is up to 5 ms late and every tenth does not come
		if i%10 == 9 {
			continue
		}
		at = began.Add(time.Duration(i+1)*frameTime + time.Duration(i%6)*time.Millisecond)
		n := e.times(at, frameTime)
		if want := min(1+max(0, 1-i%10), 2); n != want && i > 0 {
			t.Errorf("tick %d: %d frames, want %d", i, n, want)
		}
		played += n
	}
	if played != 599 {
		t.Errorf("%d frames in 599 frames' time", played)
	}
	if n := e.times(at.Add(time.Minute), frameTime); n != 7 {
		t.Errorf("%d frames after a minute, want those of a tenth of a second and one", n)
	}
}

// TestSlowly plays a person's game, and one that is watched, where the processors are short: fewer frames
// are sent, and the game is as fast as ever.
func TestSlowly(t *testing.T) {
	m := matchPoint(t)
	m.pace = pace.Fixed(4)
	before, sent, began := m.game.Played, 0, time.Now()
	if err := m.play(context.Background(), func([]byte) { sent++ }); err != nil {
		t.Fatal(err)
	}
	played, took := m.game.Played-before, time.Since(began)
	if sent < played/2 || sent > played/2+2 {
		t.Errorf("%d of %d frames are sent, want half", sent, played)
	}
	if should := time.Duration(played) * frameTime; took < should-should/10-mostLate {
		t.Errorf("%d frames take %v, want %v", played, took, should)
	}
	dir := runDir(t)
	trained(t, dir, 1)
	s := serving(t, "localhost:0", nil, dir)
	s.pace = pace.Fixed(4)
	c := dial(t, s, "/api/runs/"+only(t, s).ID+"/watch")
	frames := make(map[int]int)
	previous := int32(-1)
	eventually(t, "thirty frames", func() bool {
		a, _ := frame[about](t, c)
		if a.Update >= 0 {
			if a.Rate != 7 {
				t.Fatalf("%+v", a)
			}
			if previous >= 0 && a.Decision >= previous {
				frames[int(a.Decision-previous)]++
			}
			previous = a.Decision
		}
		return len(frames) > 0 && frames[2]+frames[3]+frames[4] >= 20
	})
	if frames[0]+frames[1] > 5 {
		t.Errorf("decisions from frame to frame: %v", frames)
	}
}

// TestMatchHangsUp plays a game that is nearly over with a person who takes nothing of it and does
// not hang up: its place is free, and when at last the frames are taken, the end is among them, and
// said to be one.
func TestMatchHangsUp(t *testing.T) {
	m := matchPoint(t)
	s := &Server{matches: make(chan struct{}, mostMatches), writeTimeout: time.Minute}
	c := playWith(t, s, m)
	eventually(t, "a free place", func() bool { return len(s.matches) == 0 })
	var last aboutMatch
	code, _ := until(t, c, func(message []byte) { decode(t, message, &last) })
	if code != websocket.StatusNormalClosure || !last.Over || last.Left != 21 {
		t.Errorf("the game ends with %v after %+v", code, last)
	}
}

// TestMatchPanics plays a match that cannot be played: the person is told that it is a mistake, and
// the place is free.
func TestMatchPanics(t *testing.T) {
	said := make(chan string, 10)
	s := &Server{matches: make(chan struct{}, mostMatches), writeTimeout: time.Minute}
	s.options.Say = func(line string) { said <- line }
	c := playWith(t, s, &match{game: &arena.Match{}})
	if code, text := reason(t, c); code != websocket.StatusTryAgainLater || text != errMistake.Error() {
		t.Errorf("the person is told %v: %s", code, text)
	}
	eventually(t, "a free place", func() bool { return len(s.matches) == 0 })
	if line := <-said; !strings.HasPrefix(line, "dashboard: a game: ") || !strings.Contains(line, "report it") {
		t.Errorf("said is %q", line)
	}
}

// TestServeWaits has a server end while a match takes its place: it ends after it.
func TestServeWaits(t *testing.T) {
	s, err := Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Show(Options{}); err != nil {
		t.Fatal(err)
	}
	s.matches <- struct{}{}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	select {
	case err := <-done:
		t.Fatalf("the server ends before a match does: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	<-s.matches
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// matchPoint returns a match that the opponent has nearly won.
func matchPoint(t *testing.T) *match {
	t.Helper()
	m, err := newMatch(nil)
	if err != nil {
		t.Fatal(err)
	}
	for m.game.Game().EnemyScore < 20 || m.game.BetweenPoints() {
		if err := m.step(); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// playWith has a server play a match, which takes a place, and returns the person's connection.
func playWith(t *testing.T, s *Server, m *match) *websocket.Conn {
	t.Helper()
	s.matches <- struct{}{}
	var serving sync.WaitGroup
	at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		s.playMatch(r.Context(), accept(w, r), m)
	}))
	t.Cleanup(func() { at.Close(); serving.Wait() })
	c, _, err := websocket.Dial(context.Background(), at.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return c
}

// reason returns with what words a server closes a connection.
func reason(t *testing.T, c *websocket.Conn) (websocket.StatusCode, string) {
	t.Helper()
	return until(t, c, func([]byte) {})
}

// until is reason, but has every message before seen.
func until(t *testing.T, c *websocket.Conn, see func(message []byte)) (websocket.StatusCode, string) {
	t.Helper()
	message, err := read(t, c)
	for ; err == nil; message, err = read(t, c) {
		see(message)
	}
	var closed websocket.CloseError
	if !errors.As(err, &closed) {
		t.Fatalf("ended without a word: %v", err)
	}
	return closed.Code, closed.Reason
}

// TestNoPolicy asks for games against policies that are not there: the page is told why, in
// words, and may try again.
func TestNoPolicy(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("é", 80) // more than fits
	newTraining(t, filepath.Join(dir, "begun"), 1)
	newTraining(t, filepath.Join(dir, long), 1)
	trained(t, filepath.Join(dir, "torn"), 1)
	torn := filepath.Join(dir, "torn", "checkpoints")
	all, err := os.ReadDir(torn)
	if err != nil || len(all) == 0 {
		t.Fatal(err)
	}
	for _, entry := range all {
		if err := os.Truncate(filepath.Join(torn, entry.Name()), 100); err != nil {
			t.Fatal(err)
		}
	}
	s := serving(t, "localhost:0", nil, dir)
	words := map[string]string{"begun": "begun has no checkpoint yet: wait for the first", "torn": "checkpoints can be used", long: "é…"}
	for _, r := range ask[listAnswer](t, s, "/api/runs").Runs {
		code, text := reason(t, dial(t, s, "/api/runs/"+r.ID+"/play"))
		if code != websocket.StatusTryAgainLater || !strings.Contains(text, words[r.Name]) || len(text) > mostReason || !utf8.ValidString(text) {
			t.Errorf("%s: %v: %s", r.Name, code, text)
		}
	}
	for _, path := range []string{"/api/runs/000000000000/play", "/api/runs/000000000000/watch"} {
		if code, text := reason(t, dial(t, s, path)); code != websocket.StatusTryAgainLater || !strings.Contains(text, "no such run any more") {
			t.Errorf("%s: %v: %s", path, code, text)
		}
	}
	// The page may hear why before the server has cleared the game away.
	eventually(t, "no game is left of those that never began", func() bool { return len(s.matches) == 0 })
}

// TestReadOnce damages a checkpoint whose policy plays: its filters are those that were read with it,
// until it is forgotten.
func TestReadOnce(t *testing.T) {
	keep := func(time time.Duration) (before time.Duration) {
		loading.Lock()
		defer loading.Unlock()
		before, loading.keptFor = loading.keptFor, time
		return before
	}
	before := keep(time.Hour) // as long as this takes, however slow the machine is
	defer keep(before)
	dir := runDir(t)
	trained(t, dir, 1)
	s := serving(t, "localhost:0", nil, dir)
	id := only(t, s).ID
	frame[aboutMatch](t, dial(t, s, "/api/runs/"+id+"/play"))
	damage(t, dir)
	if answer, text := get(t, s, "/api/runs/"+id+"/filters.png"); answer.StatusCode != http.StatusOK {
		t.Errorf("the checkpoint is read again: %s", text)
	}
	loading.Lock()
	loading.forget.Reset(0) // the hour is over
	loading.Unlock()
	eventually(t, "nothing is kept for ever", func() bool {
		loading.Lock()
		defer loading.Unlock()
		return loading.found == nil
	})
	if code, text := reason(t, dial(t, s, "/api/runs/"+id+"/play")); code != websocket.StatusTryAgainLater || !strings.Contains(text, "checkpoints can be used") {
		t.Errorf("a damaged checkpoint plays: %v: %s", code, text)
	}
}

// TestMatchFreed plays as many games against a policy as can be, and hangs up: what their
// policies took is free again.
func TestMatchFreed(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 1)
	s := serving(t, "localhost:0", nil, dir)
	path := "/api/runs/" + only(t, s).ID + "/play"
	used := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := used()
	var open []*websocket.Conn
	for range mostMatches {
		c := dial(t, s, path)
		frame[aboutMatch](t, c)
		open = append(open, c)
	}
	playing := used() - before
	for _, c := range open {
		c.CloseNow()
	}
	eventually(t, "nobody plays", func() bool { return len(s.matches) == 0 })
	eventually(t, "the policies are gone", func() bool { return used()-before < playing/4 })
	if playing < mostMatches*6400*4 { // a unit's weights
		t.Errorf("%d policies take %d bytes, which are not theirs alone", mostMatches, playing)
	}
}

// damage cuts a run's checkpoints off.
func damage(t *testing.T, dir string) {
	t.Helper()
	checkpoints, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
	if err != nil || len(checkpoints) == 0 {
		t.Fatal(err, len(checkpoints))
	}
	for _, path := range checkpoints {
		if err := os.Truncate(path, 100); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSaved has a server told of the checkpoint that the live run saves: nothing of it is read.
func TestSaved(t *testing.T) {
	dir := runDir(t)
	tr := trained(t, dir, 2)
	f, err := tr.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	damage(t, dir)
	live := &Live{Dir: dir, Device: func() string { return "cpu" }, Flush: func() error { return nil }}
	s := serving(t, "localhost:0", live, dir)
	filters := "/api/runs/" + only(t, s).ID + "/filters.png"
	if answer, text := get(t, s, filters); answer.StatusCode != http.StatusNotFound || !strings.Contains(text, "checkpoints can be used") {
		t.Errorf("a damaged checkpoint has filters: %s: %s", answer.Status, text)
	}
	s.Saved(1, f) // which is not the newest
	if answer, text := get(t, s, filters); answer.StatusCode != http.StatusNotFound {
		t.Errorf("another checkpoint is shown as the newest: %s: %s", answer.Status, text)
	}
	s.Saved(2, f)
	if answer, text := get(t, s, filters); answer.StatusCode != http.StatusOK {
		t.Errorf("what was saved is read again: %s: %s", answer.Status, text)
	}
	loading.Lock()
	defer loading.Unlock()
	s.Saved(2, f) // waits for nobody
}
