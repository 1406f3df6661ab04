package dashboard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"pongpg/cmd/internal/arena"
	"pongpg/emu"
	"pongpg/trainer/checkpoint"
)

// dial opens a WebSocket.
func dial(t *testing.T, s *Server, path string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(context.Background(), s.address()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return c
}

// read reads a message, or returns the error that ended the connection.
func read(t *testing.T, c *websocket.Conn) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	kind, message, err := c.Read(ctx)
	if err == nil && kind != websocket.MessageBinary {
		t.Fatalf("a message of kind %v", kind)
	}
	return message, err
}

// frame reads a frame and what is said of it.
func frame[T any](t *testing.T, c *websocket.Conn) (T, *emu.Screen) {
	t.Helper()
	message, err := read(t, c)
	if err != nil {
		t.Fatal(err)
	}
	var about T
	screen, _ := decode(t, message, &about)
	return about, screen
}

// TestScreen sends pictures of a whole game and compares them.
func TestScreen(t *testing.T) {
	g := emu.NewGame()
	var s emu.Screen
	longest := 0
	for i := 0; !g.Over(); i++ {
		g.Draw(&s)
		message := appendMessage(nil, fmt.Appendf(nil, `{"frame":%d}`, i), g.Bands(nil))
		var about struct{ Frame int }
		if got, more := decode(t, message, &about); *got != s || about.Frame != i || more != nil {
			t.Fatalf("frame %d comes as another one", i)
		}
		longest = max(longest, len(message))
		g.Step(emu.MinimalActions[i/7%6])
	}
	if longest > 600 {
		t.Errorf("a frame takes %d bytes", longest)
	}
}

// TestWatch looks at how a policy plays: games of the run's preset, by the newest checkpoint.
func TestWatch(t *testing.T) {
	dir := runDir(t)
	tr := newTraining(t, dir, 5)
	s := serving(t, "localhost:0", nil, dir)
	path := "/api/runs/" + only(t, s).ID + "/watch"
	c := dial(t, s, path)
	eventually(t, "words that there is no checkpoint", func() bool {
		a, _ := frame[about](t, c)
		if a.Update != -1 || len(a.Actions) > 0 {
			t.Fatalf("before there is a checkpoint: %+v", a)
		}
		return strings.Contains(a.Problem, "no checkpoint yet")
	})
	tr.until(t, 3)
	decisions := int32(0)
	eventually(t, "decisions", func() bool {
		a, screen := frame[about](t, c)
		if a.Update < 0 {
			return false
		}
		if a.Update != 3 || len(a.Actions) != 2 || a.Actions[0] != "down" || a.Actions[1] != "up" {
			t.Fatalf("%+v", a)
		}
		if a.Taken >= 0 && (len(a.Prob) != 2 || math.Abs(float64(a.Prob[0]+a.Prob[1])-1) > 1e-6) {
			t.Fatalf("probabilities %v", a.Prob)
		}
		if screen[100][80] == (emu.RGB{}) {
			t.Fatal("no picture")
		}
		if a.Decision < decisions {
			t.Fatalf("decision %d after %d", a.Decision, decisions)
		}
		decisions = a.Decision
		return decisions > 20
	})
	tr.until(t, 4)
	eventually(t, "the next policy, after a point", func() bool {
		a, _ := frame[about](t, c)
		return a.Update == 4 && a.Agent+a.Enemy > 0
	})
	if err := c.Write(context.Background(), websocket.MessageText, []byte("up")); err != nil {
		t.Fatal(err)
	}
	var err error
	for err == nil {
		_, err = read(t, c)
	}
	if websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("after a message: %v", err)
	}
	eventually(t, "nothing is played for nobody", func() bool { return s.stages.count() == 0 })
}

// TestWatchedDecision holds what is sent of every frame of two points to the match: the difference
// that was decided on, and the most active units; and each message to being small.
func TestWatchedDecision(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 1)
	a, err := arena.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	g := newStage(nil, nil, nil)
	if err := g.take(a, nil); err != nil {
		t.Fatal(err)
	}
	defer g.match.Close()
	longest, signs := 0, map[emu.RGB]int{}
	for frame := 0; g.match.Points < 2; frame++ {
		message := g.message()
		longest = max(longest, len(message))
		var said about
		_, seen := decode(t, message, &said)
		if frame == 0 {
			if seen != nil || len(said.Units) > 0 {
				t.Fatalf("before the first decision: %+v", said)
			}
		} else {
			checkDecision(t, g.match, said, seen)
			for _, row := range seen {
				for _, pixel := range row {
					signs[pixel]++
				}
			}
		}
		if _, err := g.match.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if len(signs) != 3 {
		t.Errorf("the differences have the colours %v, want three", signs)
	}
	if longest > 1000 {
		t.Errorf("a frame takes %d bytes", longest)
	}
	t.Logf("at most %d bytes", longest)
}

// checkDecision compares what is said of a decision with what it was.
func checkDecision(t *testing.T, m *arena.Match, said about, seen *difference) {
	t.Helper()
	want, hidden := m.Difference(), m.Decision.Hidden
	for y := range emu.ImageSize {
		for x := range emu.ImageSize {
			if seen[y][x] != want.At(x, y) {
				t.Fatalf("column %d, row %d of the difference is %v, want %v", x, y, seen[y][x], want.At(x, y))
			}
		}
	}
	active := 0
	for _, h := range hidden {
		if h > 0 {
			active++
		}
	}
	if said.Hidden != len(hidden) || said.Active != active || len(said.Units) != len(said.Activities) {
		t.Fatalf("%+v of the units %v", said, hidden)
	}
	named := slices.DeleteFunc(slices.Clone(said.Units), func(unit int) bool { return unit < 0 })
	if len(named) != min(active, len(said.Units)) {
		t.Fatalf("units %v of %v", said.Units, hidden)
	}
	least := float32(math.Inf(1))
	for i, unit := range said.Units {
		if unit >= 0 {
			least = min(least, hidden[unit])
		}
		if unit >= 0 && (hidden[unit] <= 0 || math.Abs(said.Activities[i]-float64(hidden[unit])) > 0.0051) {
			t.Fatalf("unit %d is %g, said to be %g", unit, hidden[unit], said.Activities[i])
		}
	}
	for unit, h := range hidden {
		if h > least && !slices.Contains(named, unit) {
			t.Fatalf("unit %d is missing among %v of %v", unit, named, hidden)
		}
	}
}

// TestWatchedOverflow watches a policy whose weights are so large that its numbers are none: the page is
// told, and when it hangs up nothing is played for nobody.
func TestWatchedOverflow(t *testing.T) {
	dir := runDir(t)
	tr := newTraining(t, dir, 5)
	f, err := tr.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	w := f.Tensor("w1")
	weights, random := make([]float32, w.Shape[0]*w.Shape[1]), rand.New(rand.NewPCG(1, 0))
	for i := range weights {
		weights[i] = math.MaxFloat32 * float32(2*random.IntN(2)-1)
	}
	*w = checkpoint.NewTensor(w.Name, weights, w.Shape...)
	if err := tr.dir.Save(0, f, false); err != nil {
		t.Fatal(err)
	}
	s := serving(t, "localhost:0", nil, dir)
	c := dial(t, s, "/api/runs/"+only(t, s).ID+"/watch")
	eventually(t, "words that it cannot be shown", func() bool {
		a, screen := frame[about](t, c)
		return strings.Contains(a.Problem, "cannot be shown") && a.Taken == -1 && screen[100][80] != (emu.RGB{})
	})
	c.CloseNow()
	eventually(t, "nothing is played for nobody", func() bool { return s.stages.count() == 0 })
	s.stages.wait()
}

// TestStagePanics watches what cannot be played: who watches is told that it is a mistake, and who
// comes after them gets another stage, which plays.
func TestStagePanics(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 1)
	s := serving(t, "localhost:0", nil, dir)
	r := s.runs.list()[0]
	box := newMailbox()
	g := &stage{run: r, say: func(string) {}, match: &arena.Match{}, watching: map[*mailbox]bool{box: true}}
	s.stages.mutex.Lock()
	s.stages.open[r] = g
	g.begin(context.Background(), s)
	s.stages.mutex.Unlock()
	for range box.newest { // until it is closed
	}
	if !errors.Is(box.why, errMistake) {
		t.Errorf("who watches is told %v", box.why)
	}
	c := dial(t, s, "/api/runs/"+r.id+"/watch")
	eventually(t, "a game", func() bool {
		a, _ := frame[about](t, c)
		return a.Decision > 0
	})
}

// pipes is a listener of connections that hold nothing back: what one end does not read, the
// other cannot write.
type pipes struct {
	ends   chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.ends:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// TestSlowClient watches with one who takes nothing and one who does: the second sees the game,
// and the first is hung up on.
func TestSlowClient(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 1)
	s, err := Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Show(Options{Paths: []string{dir}}); err != nil {
		t.Fatal(err)
	}
	p := &pipes{ends: make(chan net.Conn), closed: make(chan struct{})}
	s.listener, s.writeTimeout = p, 500*time.Millisecond
	begin(t, s)
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		p.ends <- there
		return here, nil
	}}}
	path := "http://localhost/api/runs/" + s.runs.list()[0].id + "/watch"
	dial := func() *websocket.Conn {
		c, _, err := websocket.Dial(context.Background(), path, &websocket.DialOptions{HTTPClient: client})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	watching := func() int {
		s.stages.mutex.Lock()
		defer s.stages.mutex.Unlock()
		n := 0
		for _, a := range s.stages.open {
			n += len(a.watching)
		}
		return n
	}
	slow, fast := dial(), dial()
	defer slow.CloseNow()
	defer fast.CloseNow()
	eventually(t, "two who watch", func() bool { return watching() == 2 })
	for range 30 {
		frame[about](t, fast)
	}
	eventually(t, "the slow one is hung up on", func() bool {
		frame[about](t, fast)
		return watching() == 1
	})
	for range 10 {
		frame[about](t, fast)
	}
}

// TestMailbox holds what nobody has taken to be replaced, and the last to be there after the end.
func TestMailbox(t *testing.T) {
	box := newMailbox()
	for i := range byte(100) {
		box.put([]byte{i})
	}
	box.close(nil)
	if got := <-box.newest; got[0] != 99 {
		t.Errorf("message %d", got[0])
	}
	if got, more := <-box.newest; more {
		t.Errorf("after the last comes message %d", got[0])
	}
}

// TestBadOrders holds whoever says what means nothing, too much or too often to the end of
// their own connection, and nobody else's.
func TestBadOrders(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 1)
	s := serving(t, "localhost:0", nil, dir)
	against := "/api/runs/" + only(t, s).ID + "/play"
	good := dial(t, s, against)
	for _, test := range []struct {
		what  string
		kind  websocket.MessageType
		text  string
		times int
		want  websocket.StatusCode
	}{
		{"no order", websocket.MessageText, "jump", 1, websocket.StatusPolicyViolation},
		{"nothing", websocket.MessageText, "", 1, websocket.StatusPolicyViolation},
		{"in capitals", websocket.MessageText, "UP", 1, websocket.StatusPolicyViolation},
		{"no text", websocket.MessageBinary, "up", 1, websocket.StatusPolicyViolation},
		{"as long as may be", websocket.MessageText, strings.Repeat("u", mostMessage), 1, websocket.StatusPolicyViolation},
		{"too long", websocket.MessageText, strings.Repeat("u", mostMessage+1), 1, websocket.StatusMessageTooBig},
		{"far too long", websocket.MessageText, strings.Repeat("up", 1<<20), 1, websocket.StatusMessageTooBig},
		{"too often", websocket.MessageText, "up", 20 * mostOrders, websocket.StatusPolicyViolation},
	} {
		t.Run(test.what, func(t *testing.T) {
			c := dial(t, s, against)
			go func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				for range test.times {
					if c.Write(ctx, test.kind, []byte(test.text)) != nil {
						return
					}
				}
			}()
			var err error
			for err == nil {
				_, err = read(t, c)
			}
			// A server that hangs up on what it has not read may be heard to do only that.
			lost := errors.Is(err, io.EOF) || strings.Contains(err.Error(), "reset") || strings.Contains(err.Error(), "broken pipe")
			if got := websocket.CloseStatus(err); got != test.want && !(lost && len(test.text)*test.times > 1000) {
				t.Errorf("ends with %v, want %v", err, test.want)
			}
			frame[aboutMatch](t, good)
		})
	}
	eventually(t, "one game is left", func() bool { return len(s.matches) == 1 })
}

// TestFull holds games to as many as there may be.
func TestFull(t *testing.T) {
	dir := t.TempDir()
	for i := range mostStages + 1 {
		trained(t, dir+"/"+string(rune('a'+i)), 1)
	}
	s := serving(t, "localhost:0", nil, dir)
	var open []*websocket.Conn
	full := func(path string) {
		t.Helper()
		if code, text := reason(t, dial(t, s, path)); code != websocket.StatusTryAgainLater || !strings.Contains(text, "already") {
			t.Errorf("%s is not full: %v: %s", path, code, text)
		}
	}
	list := ask[listAnswer](t, s, "/api/runs").Runs
	paths := []string{"/api/play", "/api/runs/" + list[0].ID + "/play"}
	for i := range mostMatches {
		c := dial(t, s, paths[i%2])
		frame[aboutMatch](t, c)
		open = append(open, c)
	}
	full(paths[0])
	full(paths[1])
	open[0].CloseNow()
	eventually(t, "room for another game", func() bool { return len(s.matches) == mostMatches-1 })
	frame[aboutMatch](t, dial(t, s, paths[0]))
	for _, r := range list[:mostStages] {
		frame[about](t, dial(t, s, "/api/runs/"+r.ID+"/watch"))
	}
	full("/api/runs/" + list[mostStages].ID + "/watch")
	frame[about](t, dial(t, s, "/api/runs/"+list[0].ID+"/watch")) // which is played already
}
