//go:build linux || darwin

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// copies makes copies of a run, each ten updates shorter than the one before.
func copies(t *testing.T, from, to string, n int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(from, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i := range n {
		dir := filepath.Join(to, fmt.Sprintf("copy-%02d", i+1))
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "metrics.jsonl"), bytes.Join(lines[:len(lines)-1-10*i], nil), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// holds fails the test unless a script gives true.
func (p *page) holds(t *testing.T, what, script string) {
	t.Helper()
	if p.number(t, fmt.Sprintf("(%s) ? 1 : 0", script)) != 1 {
		t.Errorf("not so: %s", what)
	}
}

// TestBrowserTwelve compares as many runs as can be, of which each is named with its values, and looks
// alike when the page is loaded anew; one with a damaged config.json is among them.
func TestBrowserTwelve(t *testing.T) {
	p := browser(t)
	dir := t.TempDir()
	runs := filepath.Join(dir, "runs")
	succeed(t, dir, with([]string{"train", "--run", "one", "--updates", "150", "--recipe", "fast"}, tiny...)...)
	copies(t, filepath.Join(dir, "one"), runs, 13)
	succeed(t, dir, "train", "--run", "runs/win", "--recipe", "win", "--time", "1s", "--hidden", "16", "--workers", "1")
	copies(t, filepath.Join(dir, "one"), filepath.Join(dir, "bad"), 1)
	bad := filepath.Join(runs, "bad") // the newest
	if err := os.Rename(filepath.Join(dir, "bad", "copy-01"), bad); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bad, "config.json"), []byte("{\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := start(t, dir, "serve", "runs", "--http", "localhost:0")
	p.do(t, chromedp.Navigate(r.dashboardURL(t)))
	p.until(t, "curves", shownPoints, above(0))
	p.badConfig(t)
	p.twelve(t)
	p.pictures(t, "twelve")
	p.alongCurves(t)
	p.styles(t)
	p.flags(t)
	if all := p.complaints(); len(all) > 0 {
		t.Errorf("the browser says %q", all)
	}
}

// showRun has the page show the run whose name ends so.
func (p *page) showRun(t *testing.T, name string) {
	t.Helper()
	p.number(t, fmt.Sprintf(`(() => { const s = document.getElementById('shown'); s.value = [...s.options].find((o) => o.text.endsWith('%s')).value;
		s.dispatchEvent(new Event('change')); return 1; })()`, name))
	p.until(t, name+" to be shown", fmt.Sprintf(`[...document.querySelectorAll('#about dd')].some((dd) => dd.textContent.endsWith('/%s')) ? 1 : 0`, name), is(1))
}

// badConfig looks at a run whose config.json is damaged: it is said where it matters, and nowhere else.
func (p *page) badConfig(t *testing.T) {
	t.Helper()
	p.holds(t, "a run that can be read is shown first", `document.getElementById('shown').selectedOptions[0].text !== 'bad'`)
	p.until(t, "its settings", `document.querySelectorAll('#settings tbody tr').length`, above(20))
	p.holds(t, "the list says which run cannot be read", `[...document.querySelectorAll('#runs tbody tr')].filter((tr) =>
		tr.children[7].textContent.includes('config.json cannot be read')).map((tr) => tr.children[1].textContent + tr.children[6].textContent).join() === 'bad–'`)
	p.showRun(t, "bad")
	p.holds(t, "why and what to do is said once", `document.getElementById('about-problem').textContent.split('restore it').length === 2`)
	p.holds(t, "nothing of the run before is left", `document.getElementById('flags').hidden && document.querySelectorAll('#settings tbody tr').length === 0 &&
		![...document.querySelectorAll('#about dt')].some((dt) => dt.textContent === 'recipe')`)
	p.holds(t, "there is a connection", `document.getElementById('lost').hidden && document.getElementById('state').textContent.startsWith('15 runs')`)
	p.showRun(t, "copy-01")
	p.holds(t, "of a run that can be read there is no problem", `document.getElementById('about-problem').hidden`)
	p.holds(t, "when it ends is said in words", `[...document.querySelectorAll('#about dt')].find((dt) => dt.textContent === 'ends').nextSibling.textContent === 'after 150 updates'`)
}

// Scripts of comparisons.
const (
	tick   = `[...document.querySelectorAll('#runs tbody tr')].find((tr) => tr.children[1].textContent === '%s').querySelector('input').click()`
	looks  = `[...document.querySelectorAll('#runs tbody tr')].map((tr) => tr.dataset.run + tr.children[0].innerHTML).join()`
	legend = `[...document.querySelectorAll('[data-key=entropy] .legend li')]`
	where  = `document.querySelector('[data-key=entropy] .where').textContent`
)

// twelve ticks as many runs as can be compared. Each keeps how it looks; a place that is free again is
// the next one's.
func (p *page) twelve(t *testing.T) {
	t.Helper()
	p.number(t, `(() => { for (const box of document.querySelectorAll('#runs input:checked')) box.click(); return 1; })()`)
	for i := range 12 {
		p.number(t, fmt.Sprintf("(%s, 1)", fmt.Sprintf(tick, fmt.Sprintf("copy-%02d", 12-i)))) // not in the table's order
	}
	const lines = `document.querySelectorAll('#runs .sample').length`
	p.until(t, "twelve lines", lines, is(12))
	p.until(t, "their values", legend+`.filter((li) => /\d/.test(li.querySelector('.number').textContent)).length`, is(12))
	p.holds(t, "all are named", legend+`.map((li) => li.children[1].textContent).sort().join() === Array.from({ length: 12 }, (_, i) => 'copy-' + String(i + 1).padStart(2, '0')).join()`)
	p.holds(t, "there is no room for a thirteenth", `document.querySelectorAll('#runs input:disabled').length === 3 && document.getElementById('full').textContent.includes('12 runs')`)
	p.holds(t, "the legend's lines are the list's", legend+`.every((li) => [...document.querySelectorAll('#runs tbody tr')].some((tr) =>
		tr.children[1].textContent === li.children[1].textContent && tr.querySelector('.sample')?.outerHTML === li.querySelector('.sample').outerHTML))`)
	again := func(what string) {
		t.Helper()
		p.number(t, `(sessionStorage.setItem('looks', `+looks+`), 1)`)
		p.do(t, chromedp.Reload())
		p.until(t, what, `sessionStorage.getItem('looks') === `+looks+` && `+lines+` > 0 ? 1 : 0`, is(1))
	}
	again("the same looks after the page was loaded anew")
	p.number(t, fmt.Sprintf("(%s, 1)", fmt.Sprintf(tick, "copy-11"))) // the second place
	p.until(t, "a free place", lines, is(11))
	again("the same looks beside a free place")
	p.number(t, fmt.Sprintf("(%s, 1)", fmt.Sprintf(tick, "copy-13")))
	p.until(t, "twelve lines again", lines, is(12))
	p.holds(t, "the free place is taken", `decodeURIComponent(location.hash).split('runs=')[1].split('&')[0].split(',')[1] ===
		[...document.querySelectorAll('#runs tbody tr')].find((tr) => tr.children[1].textContent === 'copy-13').dataset.run`)
	again("the same looks with another run in the free place")
	p.until(t, "their values again", legend+`.filter((li) => /\d/.test(li.querySelector('.number').textContent)).length`, is(12))
}

// alongCurves moves along the curves by the keyboard, and looks at what screen readers are told.
func (p *page) alongCurves(t *testing.T) {
	t.Helper()
	p.holds(t, "every chart has a name, of what it shows, against what, and the latest values", `[...document.querySelectorAll('.panel')].every((panel) => {
		const canvas = panel.querySelector('canvas'), name = canvas.getAttribute('aria-label') ?? '';
		return canvas.getAttribute('role') === 'img' && name.startsWith(panel.querySelector('h3').textContent) && name.includes('against decisions; latest: copy-01'); })`)
	p.holds(t, "tables have captions", `[...document.querySelectorAll('table')].every((table) => table.caption?.textContent)`)
	p.holds(t, "no two controls have the same name", `(() => { const names = [...document.querySelectorAll('select')].map((s) => s.labels[0].firstChild.textContent.trim());
		return names.every(Boolean) && new Set(names).size === names.length; })()`)
	p.holds(t, "the latest values", where+` === 'latest'`)

	p.number(t, `(document.querySelector('[data-key=entropy] .plot input').focus(), 1)`)
	said := func() string {
		t.Helper()
		return get(t, p, chromedp.Evaluate[string](`document.activeElement.getAttribute('aria-valuetext')`))
	}
	latest := said()
	p.do(t, chromedp.KeyEvent(kb.ArrowLeft))
	p.holds(t, "the cursor is near the end of the longest run", where+`.startsWith('at 76')`)
	p.holds(t, "the cursor is in the other charts, too", `document.querySelector('[data-key=sps] .where').textContent === `+where)
	p.holds(t, "runs that have ended before have no value there", legend+`.filter((li) => li.querySelector('.number').textContent === '–').length === 11`)
	if now := said(); now == latest {
		t.Errorf("after a step, the slider says %q still", now)
	}
	p.do(t, chromedp.KeyEvent(kb.Home))
	p.holds(t, "all runs have a value at the first update", where+` === 'at 512 decisions' && `+legend+`.every((li) => li.querySelector('.number').textContent !== '–')`)
	first := said()
	p.do(t, chromedp.KeyEvent(kb.ArrowRight))
	p.holds(t, "a step is an update", where+` === 'at 1.02 k decisions'`)
	p.do(t, chromedp.KeyEvent(kb.End))
	p.holds(t, "the end is the last update", where+` === 'at 76.8 k decisions'`)
	p.do(t, chromedp.KeyEvent(kb.Escape))
	p.holds(t, "Escape goes back to the latest values", where+` === 'latest' && document.querySelector('[data-key=sps] .where').textContent === 'latest'`)
	if now := said(); now != latest || now == first {
		t.Errorf("after Escape, the slider says %q, before %q", now, latest)
	}
}

// styles looks at how lines look, by day and by night: they can be told apart without colours, and
// none is faint.
func (p *page) styles(t *testing.T) {
	t.Helper()
	for _, theme := range []string{"light", "dark"} {
		call(t, p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
		p.number(t, `(window.looks = null, import(new URL('styles.js', location.href)).then((m) => { window.looks = Array.from({ length: m.styles }, (_, i) => m.line(i)); }), 1)`)
		p.until(t, "styles", `window.looks?.length ?? 0`, is(12))
		p.holds(t, "marks are all different, and any two lines differ in two things", `window.looks.every((a, i) => window.looks.every((b, j) => i <= j ||
			(a.mark + a.filled !== b.mark + b.filled && (a.mark !== b.mark) + (a.dash.join() !== b.dash.join()) + (a.stroke !== b.stroke) >= 2)))`)
		p.holds(t, "no line is faint", `(() => {
			const light = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
				.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0.05);
			const back = light(getComputedStyle(document.documentElement).getPropertyValue('--card').trim());
			return window.looks.every(({ stroke }) => Math.max(light(stroke), back) / Math.min(light(stroke), back) >= 3); })()`)
	}
	call(t, p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
}

// flags looks at the table of all flags, on a desk and in a hand: nothing is cut off, and nothing
// is missing.
func (p *page) flags(t *testing.T) {
	t.Helper()
	p.showRun(t, "win") // which has a long schedule
	p.holds(t, "when it ends is said in words", `[...document.querySelectorAll('#about dt')].find((dt) => dt.textContent === 'ends').nextSibling.textContent === 'after 1 s of training'`)
	p.number(t, `(document.getElementById('flags').open = true, 1)`)
	for _, width := range []int64{1280, 390} {
		call(t, p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
		p.until(t, "all flags within the screen", `(() => { const place = document.getElementById('settings').parentElement; return place.scrollWidth <= place.clientWidth ? 1 : 0; })()`, is(1))
		p.holds(t, "every flag has a meaning that is in sight", `[...document.querySelectorAll('#settings tbody tr')].every((tr) => {
			const box = tr.children[3].getBoundingClientRect(); return box.width > 200 && box.height > 10 && box.right <= innerWidth; })`)
		p.picture(t, fmt.Sprintf("flags-%d", width))
	}
}
