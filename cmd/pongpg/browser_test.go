//go:build linux || darwin

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser starts a browser without a window, or skips the test if there is none:
// PONGPG_REQUIRE_BROWSER=1 makes that an error.
func browser(t *testing.T) *page {
	t.Helper()
	if testing.Short() {
		t.Skip("not in a short test")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("PONGPG_REQUIRE_BROWSER") == "1" {
			t.Fatal("no chromium is installed: apt-get install chromium")
		}
		t.Skip("no chromium is installed, so the page is not looked at: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 1000), chromedp.UserDataDir(t.TempDir()))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); cancelAllocator() })
	p := &page{ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	call(t, p, log.Enable, cdp.Empty{})
	return p
}

// page is what the browser shows.
type page struct {
	ctx      context.Context
	mutex    sync.Mutex
	problems []string
}

// hear keeps what the browser complains about, but for how these tests look at pictures.
func (p *page) hear(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, fmt.Sprintf("%s %s:%d %+v", e.ExceptionDetails.Text, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber, e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) && !strings.Contains(e.Entry.Text, "getImageData") {
			p.problems = append(p.problems, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (p *page) complaints() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	all := p.problems
	p.problems = nil
	return all
}

// limit is how long the browser may take for anything.
const limit = time.Minute

func (p *page) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%v; the browser says %q", err, p.complaints())
	}
}

// get returns what an action gives.
func get[T any](t *testing.T, p *page, a chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	x, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatalf("%v; the browser says %q", err, p.complaints())
	}
	return x
}

// call has the browser perform a command.
func call[P, R any](t *testing.T, p *page, command cdp.Command[P, R], with P) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	if _, err := chromedp.Call(ctx, command, with); err != nil {
		t.Fatal(err)
	}
}

// number returns what a script gives.
func (p *page) number(t *testing.T, script string) float64 {
	t.Helper()
	return get(t, p, chromedp.Evaluate[float64](script))
}

// key presses a key, or lets it go.
func (p *page) key(t *testing.T, how input.DispatchKeyEventType, code, key string) {
	t.Helper()
	call(t, p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: how, Code: code, Key: key})
}

// until waits until a script gives a number that will do.
func (p *page) until(t *testing.T, what, script string, will func(float64) bool) float64 {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		x := p.number(t, script)
		if will(x) {
			return x
		}
		if time.Now().After(deadline) {
			p.picture(t, "failed")
			t.Fatalf("%s did not happen in a minute: %g; the browser says %q", what, x, p.complaints())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// picture writes what the page looks like to the directory PONGPG_SCREENSHOTS, for people.
func (p *page) picture(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("PONGPG_SCREENSHOTS")
	if dir == "" {
		return
	}
	png := get(t, p, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o666); err != nil {
		t.Error(err)
	}
}

// pictures writes it on a desk and in a hand, by day and by night.
func (p *page) pictures(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("PONGPG_SCREENSHOTS") == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		for size, width := range map[string]int64{"desktop": 1280, "phone": 390} {
			call(t, p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
			call(t, p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
			p.do(t, chromedp.Sleep(2500*time.Millisecond))
			p.picture(t, name+"-"+size+"-"+theme)
			if wide := p.number(t, "document.documentElement.scrollWidth"); wide > float64(width) {
				t.Errorf("%s: the page is %g wide on a screen of %d", name, wide, width)
			}
		}
	}
	call(t, p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	call(t, p, emulation.ClearDeviceMetricsOverride, cdp.Empty{})
}

// Scripts that say what the page shows.
const (
	shownPoints = `Number(document.querySelector('[data-key=entropy]')?.dataset.points ?? 0)`
	isLost      = `document.getElementById('lost').hidden ? 0 : 1`

	// courtShown is 1 while a game has not begun: a court with a wall and a word of what to press.
	courtShown = `document.getElementById('play').getContext('2d').getImageData(80, 30, 1, 1).data[0] === 236 &&
		getComputedStyle(document.getElementById('play')).filter !== 'none' && document.getElementById('play-hint').offsetHeight > 0 ? 1 : 0`

	// paddleRow is the first row of the right paddle in the person's game, by its green; leftRow
	// that of the left one, by its orange.
	paddleRow = `(() => { if (!document.getElementById('play-hint').hidden) return -1; const d = document.getElementById('play').getContext('2d').getImageData(141, 35, 1, 158).data;
		for (let y = 0; y < 158; y++) if (d[4*y] === 92 && d[4*y+1] === 186) return 35 + y; return -1; })()`
	leftRow = `(() => { if (!document.getElementById('play-hint').hidden) return -1; const d = document.getElementById('play').getContext('2d').getImageData(17, 35, 1, 158).data;
		for (let y = 0; y < 158; y++) if (d[4*y] === 213 && d[4*y+1] === 130) return 35 + y; return -1; })()`

	// screenSum changes with the picture of the policy's game.
	screenSum = `document.getElementById('watch').getContext('2d').getImageData(0, 34, 160, 160).data.reduce((s, v, i) => (31 * s + v + i) % 1000003, 0)`

	// differenceSigns is how many kinds of pixels the difference has: those that are 1, and −1.
	differenceSigns = `(() => { const d = document.getElementById('difference').getContext('2d').getImageData(0, 0, 80, 80).data, kinds = new Set();
		for (let i = 0; i < d.length; i += 4) kinds.add(d[i]); return kinds.has(240) + kinds.has(220); })()`

	// unitNames is how many of the most active units have a name and a bar.
	unitNames = `[...document.querySelectorAll('#units progress')].filter((bar) => bar.value > 0 && /^unit \d+$/.test(bar.previousSibling.textContent)).length`
)

func above(least float64) func(float64) bool { return func(x float64) bool { return x > least } }
func is(want float64) func(float64) bool     { return func(x float64) bool { return x == want } }

// dashboardURL waits for the line that says where a command's dashboard is.
func (r *running) dashboardURL(t testing.TB) string {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case line, ok := <-r.lines:
			if !ok {
				t.Fatalf("ended before it said where the dashboard is: %s", r.stdout.String())
			}
			if words := strings.Fields(line); len(words) == 2 && words[0] == "dashboard" {
				return words[1]
			}
		case <-deadline:
			t.Fatal("did not say where the dashboard is for a minute")
		}
	}
}

// shown is a training that never ends, with a policy that plays at once.
func shownTraining(address string, more ...string) []string {
	return append([]string{"train", "--http", address, "--checkpoint-interval", "300ms", "--updates", "1000000000", "--workers", "1"}, more...)
}

// TestBrowser looks at a run while it trains: the curves grow, the agent plays, a key moves the
// person's paddle, what was there is there again after the page was loaded anew, and a
// server that has gone is said to have.
func TestBrowser(t *testing.T) {
	p := browser(t)
	dir := t.TempDir()
	r := start(t, dir, shownTraining("localhost:0", "--run", "r", "--recipe", "karpathy", "--batch-episodes", "1", "--hidden", "16")...)
	address := r.dashboardURL(t)
	p.do(t, chromedp.Navigate(address))

	seen := p.until(t, "curves", shownPoints, above(2))
	seen = p.until(t, "growing curves", shownPoints, above(seen+2))
	p.number(t, `(document.querySelector('[data-key=entropy] .plot input').focus(), 1)`)
	p.do(t, chromedp.KeyEvent(kb.ArrowLeft))
	held := get(t, p, chromedp.Evaluate[string](where))
	p.until(t, "curves that grow beyond the cursor", shownPoints, above(seen+5))
	p.holds(t, "the cursor stays where the keyboard has moved it, in all charts", fmt.Sprintf(`[...document.querySelectorAll('.where')].every((p) => p.textContent === %q)`, held))
	p.do(t, chromedp.KeyEvent(kb.Escape))
	p.until(t, "an episode", `Number(document.querySelector('#runs td:nth-child(5)').textContent.replace(',', ''))`, above(seen))

	p.do(t, chromedp.ScrollIntoView(chromedp.CSS("#watch")))
	p.until(t, "probabilities", `document.querySelectorAll('#probabilities progress').length`, is(2))
	for range 3 {
		sum := p.number(t, screenSum)
		p.until(t, "a game that goes on", screenSum, func(x float64) bool { return x != sum })
	}
	p.until(t, "a difference of what has come and what has gone", differenceSigns, is(2))
	p.until(t, "units by their names", unitNames, above(0))
	if n := p.number(t, `/^\d+ of 16 hidden units are active/.test(document.getElementById('units-title').textContent) ? 1 : 0`); n != 1 {
		t.Error("no word of how many units are active")
	}
	p.do(t, chromedp.ScrollIntoView(chromedp.CSS("#filters-title")))
	p.until(t, "filters", `document.getElementById('filters').naturalWidth`, above(80))

	p.do(t, chromedp.ScrollIntoView(chromedp.CSS("#play")))
	if p.number(t, courtShown) != 1 {
		t.Error("no court before the game")
	}
	p.do(t, chromedp.Click(chromedp.CSS("#play-start")))
	row := p.until(t, "a game to play", paddleRow, above(0))
	p.key(t, input.DispatchKeyEventTypeRawKeyDown, "ArrowDown", "ArrowDown")
	low := p.until(t, "a paddle that goes down", paddleRow, above(row+10))
	p.key(t, input.DispatchKeyEventTypeKeyUp, "ArrowDown", "ArrowDown")
	p.key(t, input.DispatchKeyEventTypeRawKeyDown, "KeyW", "w")
	p.until(t, "a paddle that goes up", paddleRow, func(x float64) bool { return x >= 0 && x < low-10 })
	p.key(t, input.DispatchKeyEventTypeKeyUp, "KeyW", "w")
	p.leaveGame(t)
	p.playPolicy(t)
	p.pictures(t, "live")
	if all := p.complaints(); len(all) > 0 {
		t.Errorf("the browser says %q", all)
	}

	p.number(t, `(() => { const x = document.getElementById('x'); x.value = 'update'; x.dispatchEvent(new Event('change')); return 1; })()`)
	before := p.number(t, shownPoints)
	p.do(t, chromedp.Reload())
	p.until(t, "the same curves", shownPoints, above(before-1))
	if p.number(t, `document.getElementById('x').value === 'update' && document.getElementById('play-against').value === 'policy' ? 1 : 0`) != 1 {
		t.Error("what was chosen is lost when the page is loaded anew")
	}

	if err := r.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.until(t, "a server that is said to have gone", isLost, is(1))
	if p.number(t, `/^trained here, on cpu .*, when last seen at /.test(document.querySelector('#runs td:nth-child(8)').textContent) ? 1 : 0`) != 1 {
		t.Error("a run is said to be trained by a server that has gone")
	}
	p.picture(t, "lost")
	before = p.number(t, shownPoints)
	if before < 3 {
		t.Errorf("%g points are left of the curves", before)
	}
	wait(t, r.Cmd)
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	again := start(t, dir, shownTraining(at.Host, "--resume", "r")...)
	if got := again.dashboardURL(t); got != address {
		t.Errorf("the dashboard is at %s, asked for %s", got, address)
	}
	p.until(t, "a server that is there again", isLost, is(0))
	p.until(t, "curves that go on", `Number(document.querySelector('#runs td:nth-child(5)').textContent.replace(',', ''))`, above(latestUpdate(t, filepath.Join(dir, "r"))))
	if err := again.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status, out := again.end(t); status != 130 {
		t.Errorf("status %d: %s", status, out)
	}
}

// leaveGame presses the keys that would scroll the page away, and then the one that ends the game,
// and begins another one.
func (p *page) leaveGame(t *testing.T) {
	t.Helper()
	const scrolled = `window.scrollY`
	before := p.number(t, scrolled)
	for _, k := range []string{kb.PageUp, kb.PageDown, kb.Home, kb.End} {
		p.do(t, chromedp.KeyEvent(k))
	}
	p.do(t, chromedp.Sleep(300*time.Millisecond))
	if after := p.number(t, scrolled); after != before {
		t.Errorf("the page goes from %g to %g while somebody plays", before, after)
	}
	p.do(t, chromedp.KeyEvent(kb.Escape))
	p.until(t, "the end of the game", `document.getElementById('play-start').textContent === 'Start' ? 1 : 0`, is(1))
	p.until(t, "the court after it", courtShown, is(1))
	if p.number(t, `document.activeElement.id === 'play-start' ? 1 : 0`) != 1 {
		t.Error("who has left the game is not where another one begins")
	}
	p.do(t, chromedp.KeyEvent(kb.Enter))
	p.until(t, "the next game", paddleRow, above(0))
}

// playPolicy plays against the run's policy, with the keyboard alone.
func (p *page) playPolicy(t *testing.T) {
	t.Helper()
	focus := func(id string) {
		t.Helper()
		p.number(t, fmt.Sprintf(`(() => { document.getElementById('%s').focus(); return 1; })()`, id))
	}
	const ended = `document.getElementById('play-note').textContent.startsWith('The game has ended') ? 1 : 0`
	focus("play-against")
	p.do(t, chromedp.KeyEvent(kb.ArrowDown))
	p.until(t, "the game against the console to end", ended, is(1))
	p.until(t, "the policy to be chosen", `location.hash.includes('against=policy') ? 1 : 0`, is(1))
	focus("play-start")
	p.do(t, chromedp.KeyEvent(kb.Enter))
	row := p.until(t, "a game against the policy", leftRow, above(0))
	p.until(t, "words about the policy", `Number(/after update ([\d,]+)/.exec(document.getElementById('play-note').textContent)?.[1].replaceAll(',', '') ?? -1)`, above(-1))
	p.key(t, input.DispatchKeyEventTypeRawKeyDown, "ArrowUp", "ArrowUp")
	high := p.until(t, "a left paddle that goes up", leftRow, func(x float64) bool { return x >= 0 && x < row-20 })
	p.key(t, input.DispatchKeyEventTypeKeyUp, "ArrowUp", "ArrowUp")
	p.key(t, input.DispatchKeyEventTypeRawKeyDown, "KeyS", "s")
	p.until(t, "a left paddle that goes down", leftRow, above(high+20))
	p.key(t, input.DispatchKeyEventTypeKeyUp, "KeyS", "s")
	p.until(t, "a point", `(/^you (\d+) : (\d+) agent$/.exec(document.getElementById('play-score').textContent) ?? []).slice(1).reduce((s, x) => s + Number(x), 0)`, above(0))
}

func latestUpdate(t *testing.T, dir string) float64 {
	t.Helper()
	return float64(latest(t, dir).Update)
}

// TestBrowserCompares compares runs that have ended, chosen by the keyboard, and plays with the
// buttons of a touch screen.
func TestBrowserCompares(t *testing.T) {
	p := browser(t)
	dir := t.TempDir()
	for _, seed := range []string{"1", "2", "3"} {
		succeed(t, dir, with([]string{"train", "--run", "runs/seed-" + seed, "--updates", "150", "--recipe", "fast"}, append(tiny[:len(tiny)-1:len(tiny)-1], seed)...)...)
	}
	r := start(t, dir, "serve", "runs", "--http", "localhost:0")
	p.do(t, chromedp.Navigate(r.dashboardURL(t)))
	const lines = `document.querySelectorAll('#runs .sample').length`
	p.until(t, "curves", shownPoints, is(150))
	p.until(t, "the device that it was trained on", `/^cpu \(1 worker/.test([...document.querySelectorAll('#about dt')].find((dt) => dt.textContent === 'device')?.nextSibling.textContent ?? '') ? 1 : 0`, is(1))
	if n := p.number(t, lines); n != 1 {
		t.Errorf("%g lines", n)
	}
	p.number(t, `(() => { document.querySelector('[data-run] input:not(:checked)').focus(); return 1; })()`)
	p.do(t, chromedp.KeyEvent(" "))
	p.until(t, "a second line", lines, is(2))
	const named = `document.querySelectorAll('[data-key=entropy] .legend li').length`
	p.until(t, "both in the curves", named, is(2))
	if n := p.number(t, `new Set([...document.querySelectorAll('#runs .sample line')].map((l) => l.getAttribute('stroke-dasharray'))).size`); n != 2 {
		t.Errorf("2 lines have %g kinds of dashes", n)
	}
	p.number(t, `(() => { document.querySelector('[data-run] input:not(:checked)').click(); return 1; })()`)
	p.until(t, "all three", named, is(3))
	p.picture(t, "compared")
	p.do(t, chromedp.Reload())
	p.until(t, "the same three after the page was loaded anew", named, is(3))

	call(t, p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 900, DeviceScaleFactor: 1, Mobile: true})
	call(t, p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	// What moves the buttons must be there: the policy's game above them.
	p.do(t, chromedp.ScrollIntoView(chromedp.CSS("#watch")))
	p.until(t, "a policy that plays", `document.querySelectorAll('#probabilities progress').length`, is(2))
	p.do(t, chromedp.ScrollIntoView(chromedp.CSS("#play-note")))
	touch := func(id string) {
		t.Helper()
		at := get(t, p, chromedp.Evaluate[[2]float64](fmt.Sprintf(`(() => { const r = document.getElementById('%s').getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()`, id)))
		call(t, p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}})
	}
	lift := func() {
		t.Helper()
		call(t, p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
	}
	touch("key-down") // begins the game, too
	first := p.until(t, "a game", paddleRow, above(0))
	low := p.until(t, "a paddle that goes down", paddleRow, above(first+10))
	lift()
	touch("key-up")
	p.until(t, "a paddle that goes up", paddleRow, func(x float64) bool { return x >= 0 && x < low-10 })
	lift()
	p.until(t, "no key that is held", `document.querySelectorAll('button.held').length`, is(0))
	p.picture(t, "touched")
	if all := p.complaints(); len(all) > 0 {
		t.Errorf("the browser says %q", all)
	}
}
