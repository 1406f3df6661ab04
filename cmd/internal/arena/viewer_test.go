package arena

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/terminal"
	"pongpg/emu"
)

func press(t *testing.T, v *Viewer, keys ...rune) {
	t.Helper()
	for _, key := range keys {
		if err := v.Key(terminal.Key{Code: key}); err != nil {
			t.Fatal(err)
		}
	}
}

func tick(t *testing.T, v *Viewer, passed time.Duration) {
	t.Helper()
	if err := v.Tick(passed); err != nil {
		t.Fatal(err)
	}
}

// TestViewer presses every key and counts the frames that are played.
func TestViewer(t *testing.T) {
	dir, _ := newRun(t, "win")
	m := newMatch(t, dir, nil, 1, false)
	v := &Viewer{Match: m, Speed: 1, Now: time.Now}
	const second = time.Second
	for _, test := range []struct {
		what   string
		keys   string
		passed time.Duration
		times  int
		frames int
	}{
		{"a second in sixtieths", "", second / 60, 61, 60}, // the first is not quite a sixtieth
		{"a stop of the terminal", "", second, 1, 6},
		{"pause", " ", second / 10, 10, 0},
		{"single frames", "...", second / 10, 10, 3},
		{"on again", " ", second / 10, 10, 60},
		{"twice as fast", "+", second / 10, 10, 120},
		{"16 times at most", "++++++++", second / 10, 10, 960},
		{"an eighth at least", "----------", second / 10, 40, 30},
		{"as it was", "===", second / 10, 10, 60},
		{"keys that are none", "xyz", second / 10, 10, 60},
	} {
		before := m.Played
		press(t, v, []rune(test.keys)...)
		for range test.times {
			tick(t, v, test.passed)
		}
		if got := m.Played - before; got < test.frames-1 || got > test.frames+1 {
			t.Errorf("%s: %d frames, want %d", test.what, got, test.frames)
		}
	}
	points := m.Points
	press(t, v, 'n')
	if m.Points != points+1 || m.BetweenPoints() || v.Done() {
		t.Errorf("after the next point: %d points, after %d", m.Points, points)
	}
	if err := v.Key(terminal.Key{Code: 'q', Event: terminal.Released}); err != nil || v.Done() {
		t.Error("a key that is let go quits")
	}
	press(t, v, 'q')
	if !v.Done() || v.Interrupted() {
		t.Error("q does not quit")
	}
	v = &Viewer{Match: m, Speed: 1, Now: time.Now}
	if press(t, v, terminal.Interrupt); !v.Done() || !v.Interrupted() {
		t.Error("Ctrl-C does not")
	}
	v = &Viewer{Match: m, Speed: 16, Limits: Limits{Points: m.Points + 1}, Now: time.Now}
	for range 10_000 {
		if tick(t, v, second/10); v.Done() {
			return
		}
	}
	t.Error("the limit is not reached")
}

// TestFollower trains on while a match is watched: the new agent takes over when the ball is
// gone, the newest if there were more, and errors are shown.
func TestFollower(t *testing.T) {
	dir, save := newRun(t, "win")
	m := newMatch(t, dir, nil, 1, false)
	m.Spare = &Spare{}
	now := time.Unix(0, 0)
	looked := make(chan error, 1)
	fail := error(nil)
	v := &Viewer{Match: m, Speed: 1, Now: func() time.Time { return now }}
	v.Follower = NewFollower(m.Agent.Update, func(update int64, due func(string) bool) (*Agent, error) {
		defer func() { looked <- nil }()
		if fail != nil {
			return nil, fail
		}
		return Newer(dir, update, due, m.Spare)
	}, func() {})
	point := func() { // plays until a point has ended, and it was looked for another agent
		t.Helper()
		for points := m.Points; m.Points == points; {
			if err := v.step(); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case <-looked:
		case <-time.After(time.Minute):
			t.Fatal("nobody looked within a minute")
		}
		for v.Follower.looks { // until it has been told
			agent, err := v.Follower.Found()
			switch {
			case err != nil:
				v.note = err.Error()
			case agent != nil:
				v.note = ""
				if err := m.Offer(agent); err != nil {
					t.Fatal(err)
				}
			}
		}
		now = now.Add(lookInterval)
	}
	serve := func() {
		t.Helper()
		for m.BetweenPoints() {
			if err := v.step(); err != nil {
				t.Fatal(err)
			}
		}
	}
	point()
	serve()
	if m.Agent.Update != 0 || !strings.Contains(text(v.Draw(80, 24)), "update 0 of try") {
		t.Errorf("update %d plays", m.Agent.Update)
	}
	save(1)
	save(12345)
	point()
	first := m.Agent
	if first.Update != 0 {
		t.Error("it takes over before the point has been shown")
	}
	serve()
	if m.Agent.Update != 12345 || !strings.Contains(text(v.Draw(80, 24)), "update 12,345 of try") {
		t.Errorf("update %d plays:\n%s", m.Agent.Update, text(v.Draw(80, 24)))
	}
	fail = errors.New("it is raining")
	point()
	if !strings.Contains(text(v.Draw(80, 24)), "raining") {
		t.Errorf("no word of the error:\n%s", text(v.Draw(80, 24)))
	}
	fail = nil
	save(12346)
	point()
	serve()
	if m.Agent.Update != 12346 || v.note != "" {
		t.Errorf("update %d plays, note %q", m.Agent.Update, v.note)
	}
	if err := v.Follower.Close(); err != nil {
		t.Error(err)
	}
}

// TestNewer reads a run's newest checkpoint only if its name is new.
func TestNewer(t *testing.T) {
	dir, save := newRun(t, "win")
	save(7)
	newest := filepath.Join(dir, "checkpoints", "checkpoint-000000007.safetensors")
	whole, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		what    string
		text    []byte
		update  int64
		want    int64 // −1: none
		skipped int
	}{
		{"another update plays", whole, 0, 7, 0},
		{"nothing plays", whole, -1, 7, 0},
		{"it plays already", whole, 7, -1, 0},
		{"it plays already, and is damaged", nil, 7, -1, 0},
		{"it is damaged, and the one before plays", nil, 0, -1, 0},
		{"it is damaged", nil, -1, 0, 1},
	} {
		if err := os.WriteFile(newest, test.text, 0o666); err != nil {
			t.Fatal(err)
		}
		named := ""
		due := func(name string) bool { named = name; return true }
		a, err := Newer(dir, test.update, due, nil)
		got, skipped := int64(-1), 0
		if a != nil {
			got, skipped = a.Update, len(a.Skipped)
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		if err != nil || got != test.want || skipped != test.skipped {
			t.Errorf("%s: update %d, %d skipped, %v", test.what, got, skipped, err)
		}
		if reads := test.update != 7; reads != (named == "7") {
			t.Errorf("%s: asked is whether %q is due", test.what, named)
		}
		if a, err := Newer(dir, test.update, func(string) bool { return false }, nil); a != nil || err != nil {
			t.Errorf("%s: what is not due is read: %v", test.what, err)
		}
	}
}

// TestFollowerInterval looks once at a time, and not more often than once a second.
func TestFollowerInterval(t *testing.T) {
	calls := make(chan int64, 10)
	dues := 0
	f := NewFollower(3, func(update int64, due func(string) bool) (*Agent, error) {
		if due("a name") {
			dues++
		}
		calls <- update
		return nil, nil
	}, func() {})
	now := time.Unix(100, 0)
	f.Look(now, 1)
	f.Look(now.Add(time.Hour), 1) // while it looks
	<-calls
	for f.looks {
		f.Found()
	}
	f.Look(now.Add(lookInterval/2), 1)
	if f.looks {
		t.Error("it looks again after half a second")
	}
	if f.Look(now.Add(lookInterval), 1); !f.looks || <-calls != 3 {
		t.Error("it does not look again")
	}
	if err := f.Close(); err != nil || len(calls) != 0 {
		t.Error(err, len(calls))
	}
	if dues != 1 {
		t.Errorf("a checkpoint is due %d times", dues)
	}
}

// TestDraw draws on terminals of all sizes, and looks at what is said on one that has room.
func TestDraw(t *testing.T) {
	for _, recipe := range []string{"karpathy", "win"} {
		dir, _ := newRun(t, recipe)
		m := newMatch(t, dir, nil, 1, false)
		v := &Viewer{Match: m, Speed: 0.25, Now: time.Now}
		if all := text(v.Draw(80, 24)); !strings.Contains(all, "opponent 0   0 agent") {
			t.Errorf("before the first frame:\n%s", all)
		}
		for range 301 {
			step(t, m)
		}
		for columns := 1; columns < 230; columns += 19 {
			for rows := 1; rows < 130; rows += 11 {
				if c := v.Draw(columns, rows); c.Columns != columns || c.Rows != rows {
					t.Fatalf("%d×%d cells for %d×%d", c.Columns, c.Rows, columns, rows)
				}
			}
		}
		for _, size := range [][2]int{{80, 24}, {80, 50}, {60, 60}, {40, 50}, {40, 40}, {59, 24}, {34, 35}} {
			all := text(v.Draw(size[0], size[1]))
			for _, want := range []string{"opponent ", " agent", "decision ", "frame 301", "difference", " active", "%"} {
				if !strings.Contains(all, want) {
					t.Errorf("%s on %v: no %q in\n%s", recipe, size, want, all)
				}
			}
		}
		all := text(v.Draw(200, 110))
		wants := []string{"update 0 of try", "episode 1", fmt.Sprintf("frame %d", m.Frame()), "speed 1/4", "hidden units are active", "q quit"}
		for i, action := range m.Agent.Policy.ActionSet() {
			wants = append(wants, fmt.Sprintf("%s ", actionNames[action]), fmt.Sprintf("%.0f%%", 100*m.Decision.Prob[i]))
		}
		for _, want := range wants {
			if !strings.Contains(all, want) {
				t.Errorf("%s: no %q in\n%s", recipe, want, all)
			}
		}
		// The screen is there pixel by pixel.
		var s emu.Screen
		m.Game().Draw(&s)
		c := v.Draw(200, 110)
		for y := range s {
			for x, want := range s[y] {
				if cell := c.At(x, y/2); [2]emu.RGB{cell.Front, cell.Behind}[y%2] != want {
					t.Fatalf("column %d, row %d is %+v, want %v", x, y, cell, want)
				}
			}
		}
	}
	if all := text((&Viewer{Match: alone(t), Speed: 1}).Draw(80, 24)); !strings.Contains(all, "0 you") || !strings.Contains(all, "w s move") || !strings.Contains(all, "+ − speed") {
		t.Errorf("of a person it says\n%s", all)
	}
	dir, _ := newRun(t, "win")
	long := newMatch(t, dir, nil, 1, false)
	long.Agent.Name = "a-run-whose-name-is-longer-than-a-panel-with-seed-3"
	step(t, long)
	long.frames.Frame, long.frames.Decisions = 107_503, 102_513
	v := &Viewer{Match: long, Speed: 1, note: "no newer checkpoint: find checkpoint: open runs/2026-11-20-win-1: permission denied; check who may read and write there"}
	v.paused = true
	all := text(v.Draw(80, 24))
	said := "" // lines that are wrapped are one
	for line := range strings.Lines(all) {
		said += strings.TrimSpace(string([]rune(strings.TrimSuffix(line, "\n"))[46:])) + " "
	}
	for _, want := range []string{"update 0 of a-run-whose…ith-seed-3", "decision 102,513  frame 107,503", "episode 1, paused", v.note} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if v.note = strings.Repeat("an error ", 100); !strings.Contains(text(v.Draw(80, 24)), "…") {
		t.Error("an error is cut without a sign")
	}
	against := newMatch(t, dir, NewPerson(), 1, false)
	if all := text((&Viewer{Match: against, Speed: 1}).Draw(80, 24)); !strings.Contains(all, "you 0   0 agent") || !strings.Contains(all, "w s move") || !strings.Contains(all, "+ − speed") || strings.Contains(all, "space") {
		t.Errorf("of a person against a policy it says\n%s", all)
	}
	if all := text((&Viewer{Match: alone(t), Speed: 1}).Draw(30, 10)); !strings.Contains(all, "30×10 is too small: make it") {
		t.Errorf("on a small terminal it says\n%s", all)
	}
}

// TestDrawAgain draws frame after frame on the same cells, while keys are pressed, agents change and
// the terminal too, and holds them to what is drawn on blank ones.
func TestDrawAgain(t *testing.T) {
	const seed = 7
	random := rand.New(rand.NewPCG(seed, 0))
	dir, save := newRun(t, "win")
	m := newMatch(t, dir, nil, 1, false)
	v := &Viewer{Match: m, Speed: 1, Now: time.Now}
	size := [2]int{160, 60}
	frames := 3000
	if testing.Short() { // as under the race detector
		frames = 1200
	}
	for frame := range frames {
		switch random.IntN(60) {
		case 0:
			size = [][2]int{{160, 60}, {80, 24}, {60, 50}, {20, 10}, {230, 120}}[random.IntN(5)]
		case 1, 2:
			press(t, v, []rune("+- ..p")[random.IntN(6)])
		case 3:
			v.every = random.IntN(3)
			v.note = []string{"", "a note", strings.Repeat("another ", 20)}[random.IntN(3)]
		}
		if frame%(frames/3) == frames/6 {
			save(int64(frame))
			a, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Offer(a); err != nil {
				t.Fatal(err)
			}
		}
		step(t, m)
		got := v.Draw(size[0], size[1])
		alike := *v
		alike.cells = nil
		want := alike.Draw(size[0], size[1])
		for row := range size[1] {
			for column := range size[0] {
				if got, want := got.At(column, row), want.At(column, row); got != want {
					t.Fatalf("seed %d, frame %d: column %d, row %d of %v is %+v, on blank cells %+v", seed, frame, column, row, size, got, want)
				}
			}
		}
	}
	if m.Agent.Update != int64(frames*5/6) || m.Points < frames/300 {
		t.Errorf("after %d points update %d plays", m.Points, m.Agent.Update)
	}
}

// injected is a display whose keys and size a test decides on.
type injected struct {
	keys          chan terminal.Key
	columns, rows int
	shown         []*terminal.Cells
	err           error
}

func (d *injected) Keys() <-chan terminal.Key    { return d.keys }
func (d *injected) Size() (int, int)             { return d.columns, d.rows }
func (d *injected) Show(c *terminal.Cells) error { d.shown = append(d.shown, c); return d.err }

// TestRun runs the loop with an injected display and clock.
func TestRun(t *testing.T) {
	const seconds = 3
	never := func(int) { t.Error("the ticks are to be others") }
	start := time.Unix(0, 0)
	newLoop := func(limits Limits) (*Viewer, *injected, chan time.Time) {
		d := &injected{keys: make(chan terminal.Key, 10), columns: 80, rows: 24}
		return &Viewer{Match: alone(t), Limits: limits, Speed: 1, Now: func() time.Time { return start }}, d, make(chan time.Time, 60*seconds+1)
	}
	v, d, ticks := newLoop(Limits{Frames: 60 * seconds})
	for i := range 60*seconds + 1 {
		ticks <- start.Add(time.Second * time.Duration(i+1) / 60)
	}
	d.keys <- terminal.Key{Code: terminal.Up}
	if err := Run(context.Background(), d, v, ticks, never); err != nil || v.Match.Played != 60*seconds {
		t.Errorf("%d frames were played: %v", v.Match.Played, err)
	}
	if len(d.shown) < 60*seconds || len(d.shown) > 60*seconds+1 || d.shown[0].Columns != 80 {
		t.Errorf("%d pictures", len(d.shown))
	}
	v, d, ticks = newLoop(Limits{})
	d.keys <- terminal.Key{Code: 'q'}
	if err := Run(context.Background(), d, v, ticks, never); err != nil || len(d.shown) != 1 {
		t.Errorf("%v, %d pictures", err, len(d.shown))
	}
	v, d, ticks = newLoop(Limits{})
	close(d.keys)
	if err := Run(context.Background(), d, v, ticks, never); err != nil {
		t.Error(err)
	}
	v, d, ticks = newLoop(Limits{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Run(ctx, d, v, ticks, never); err != nil {
		t.Error(err)
	}
	d.err = errors.New("gone")
	if err := Run(context.Background(), d, v, ticks, never); !errors.Is(err, d.err) {
		t.Error(err)
	}
	// Fewer frames are drawn where processors are short; for a person half of them, at least.
	dir, _ := newRun(t, "win")
	for _, test := range []struct {
		match *Match
		every int
		rate  string
	}{
		{newMatch(t, dir, nil, 1, false), 4, "speed 1, 15 Hz"},
		{newMatch(t, dir, NewPerson(), 1, false), 2, "speed 1, 30 Hz"},
	} {
		v, d, ticks = newLoop(Limits{Frames: 60 * seconds})
		v.Match, v.Pace = test.match, pace.Fixed(4)
		want := 60 * seconds / test.every
		for i := range want + 2 { // the first is a frame after the start, as it is known only then
			ticks <- start.Add(time.Second * time.Duration(test.every*i+1) / 60)
		}
		told := 0
		if err := Run(context.Background(), d, v, ticks, func(frames int) { told = 100*told + frames }); err != nil || v.Match.Played != 60*seconds || told != test.every {
			t.Errorf("%s: %d frames were played, and told was %d: %v", test.rate, v.Match.Played, told, err)
		}
		if n := len(d.shown); n < want || n > want+3 || !strings.Contains(text(d.shown[n-1]), test.rate) {
			t.Errorf("%s: there are %d pictures:\n%s", test.rate, n, text(d.shown[n-1]))
		}
	}
	for speed, want := range map[float64]bool{1: true, 0.125: true, 16: true, 0.1: false, 3: false, 32: false, 0: false} {
		if CheckSpeed(speed) != want {
			t.Errorf("speed %g", speed)
		}
	}
}
