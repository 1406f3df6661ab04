package dashboard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"io/fs"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pongpg/cmd/internal/pace"
	"pongpg/trainer"
)

// TestRuns lists runs of folders, of folders below them, and by themselves, and only them.
func TestRuns(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"runs/a", "runs/b", "sweeps/s/c", "own"} {
		trained(t, filepath.Join(dir, name), 2)
	}
	if err := os.WriteFile(filepath.Join(dir, "runs", "b", "config.json"), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	s := serving(t, "localhost:0", nil, filepath.Join(dir, "runs"), filepath.Join(dir, "sweeps"), filepath.Join(dir, "own"))
	list := ask[listAnswer](t, s, "/api/runs")
	var names []string
	for _, r := range list.Runs {
		names = append(names, r.Name)
		if r.Last == nil || r.Last.Update != 2 || r.Age < 0 || r.Live || (r.Error != "") != (r.Name == "b") {
			t.Errorf("%+v", r)
		}
	}
	if got := strings.Join(names, " "); got != "a b own s/c" || list.Version != "of the test" {
		t.Errorf("runs %q", got)
	}
	trained(t, filepath.Join(dir, "runs", "later"), 1)
	eventually(t, "a run that begins later", func() bool { return len(ask[listAnswer](t, s, "/api/runs").Runs) == 5 })

	if err := new(Server).Show(Options{Paths: []string{filepath.Join(dir, "nowhere")}}); err == nil || !strings.Contains(err.Error(), "name runs' directories") {
		t.Errorf("a directory that is not there: %v", err)
	}
}

// TestBadConfig damages a run's config.json: the list says so and invents nothing, and of the run there
// is why, with advice, once, and all that can still be had.
func TestBadConfig(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 2)
	for _, text := range []string{"{", "[]", `{"seed": "three"}`} {
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		s := serving(t, "localhost:0", nil, dir)
		r := only(t, s)
		if r.Error != "config.json cannot be read" || r.Recipe != "" || r.Algorithm != "" || r.Seed != nil || r.Last == nil || r.Last.Update != 2 {
			t.Errorf("%s: %+v", text, r)
		}
		about := ask[details](t, s, "/api/runs/"+r.ID)
		if about.Directory != dir || about.Recipe != "" || about.Seed != nil || len(about.Settings) != 0 || strings.Count(about.Error, "restore it") != 1 {
			t.Errorf("%s: %+v", text, about)
		}
		if curve := ask[curveAnswer](t, s, "/api/runs/"+r.ID+"/metrics"); curve.Next != 2 {
			t.Errorf("%s: a curve of %d updates", text, curve.Next)
		}
		if answer, text := get(t, s, "/api/runs/"+r.ID+"/filters.png"); answer.StatusCode != http.StatusOK {
			t.Errorf("no filters: %s", text)
		}
		if _, text := get(t, s, "/metrics"); !strings.Contains(text, `recipe="",seed=""}`) || strings.Contains(text, `seed="0"`) {
			t.Errorf("Prometheus is told what nobody knows: %s", text)
		}
	}
}

// TestAnswers holds each address to what is in the run's directory.
func TestAnswers(t *testing.T) {
	dir := runDir(t)
	tr := trained(t, dir, 7)
	s := serving(t, "localhost:0", nil, dir)
	r := only(t, s)
	if r.Name != "r" || r.Recipe != "fast" || r.Seed == nil || *r.Seed != 3 || r.Checkpoint != "checkpoint-000000007.safetensors" ||
		r.Last.GlobalStep != tr.Progress().GlobalStep || r.Last.GlobalStep != 7*512 || r.Device != "" {
		t.Errorf("%+v", r)
	}
	if err := tr.dir.SetDevice("a slide rule"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what it computes on", func() bool { return only(t, s).Device == "a slide rule" })

	curve := ask[curveAnswer](t, s, "/api/runs/"+r.ID+"/metrics")
	text, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if curve.From != 0 || curve.Next != 7 || len(lines) != 7 || len(curve.Columns) != len(columns) {
		t.Fatalf("%d lines, %+v", len(lines), curve)
	}
	for i, l := range lines {
		var row map[string]*float64
		if err := json.Unmarshal([]byte(l), &row); err != nil {
			t.Fatal(err)
		}
		for name, column := range curve.Columns {
			got, want := column[i], row[name]
			if (got == nil) != (want == nil) || got != nil && math.Abs(*got-*want) > 1e-6*math.Abs(*want) {
				t.Errorf("%s of update %d is %v, want %v", name, i+1, got, want)
			}
		}
	}

	about := ask[struct {
		Directory, Recipe string
		Settings          []setting
	}](t, s, "/api/runs/"+r.ID)
	values := map[string][2]any{}
	for _, x := range about.Settings {
		values[x.Flag] = [2]any{x.Value, x.Recipe}
	}
	recipe, err := trainer.Recipe("fast")
	if err != nil {
		t.Fatal(err)
	}
	if about.Directory != dir || values["hidden"] != [2]any{16., float64(recipe.Hidden)} || values["gamma"] != [2]any{recipe.Gamma, recipe.Gamma} {
		t.Errorf("%+v", about)
	}

	answer, picture := get(t, s, "/api/runs/"+r.ID+"/filters.png")
	image, err := png.Decode(strings.NewReader(picture))
	if err != nil || answer.Header.Get("Content-Type") != "image/png" {
		t.Fatalf("filters: %v, %s", err, answer.Header.Get("Content-Type"))
	}
	if size := image.Bounds(); size.Dx() < 4*80 || size.Dy() < 4*80 { // 16 units
		t.Errorf("the filters' picture is %v", size)
	}
	tr.until(t, 8)
	eventually(t, "filters of the next checkpoint", func() bool {
		_, next := get(t, s, "/api/runs/"+r.ID+"/filters.png")
		return next != picture
	})

	// Where the processors are short the page is told to ask less often.
	drawnOf := func(update int) string { return fmt.Sprintf("checkpoint-%09d.safetensors", update) }
	if got := only(t, s); got.Filters != drawnOf(8) {
		t.Errorf("the page is to ask for the filters of %q", got.Filters)
	}
	x := s.runs.byID(r.ID)
	x.pace = pace.Fixed(2)
	tr.until(t, 9)
	eventually(t, "the next checkpoint", func() bool { return x.checkpoint() == drawnOf(9) })
	now := time.Now()
	if soon, later := x.filters.version(x, now), x.filters.version(x, now.Add(time.Hour)); soon != drawnOf(8) || later != drawnOf(9) {
		t.Errorf("the page is to ask for the filters of %q, and later %q", soon, later)
	}
	x.pace = nil
	tr.until(t, 10)
	eventually(t, "the one after it", func() bool { return x.checkpoint() == drawnOf(10) })
	if got := x.filters.version(x, now.Add(time.Hour)); got != drawnOf(10) {
		t.Errorf("the page is to ask for the filters of %q, and has the time", got)
	}
}

// TestFiltersTitle holds the numbers above the filters to be written as everywhere else.
func TestFiltersTitle(t *testing.T) {
	if got, want := filtersTitle("r", 1234, 18117376), "r, update 1,234, 18,117,376 decisions"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestGrowingCurve asks for what is new while a run trains: the parts are the whole.
func TestGrowingCurve(t *testing.T) {
	dir := runDir(t)
	tr := newTraining(t, dir, 1)
	if err := tr.dir.SetDevice("a slide rule"); err != nil { // before it failed
		t.Fatal(err)
	}
	s := serving(t, "localhost:0", &Live{Dir: dir, Flush: tr.dir.Metrics().Flush, Device: func() string { return "an abacus" }}, dir)
	r := only(t, s)
	if !r.Live || r.Device != "an abacus" || r.Age != -1 || r.Last != nil {
		t.Errorf("before it begins: %+v", r)
	}
	done := make(chan struct{})
	go func() { defer close(done); tr.until(t, 60) }()
	var parts []float64
	generation, next, steps := "", 0, 0
	eventually(t, "all of the curve", func() bool {
		part := ask[curveAnswer](t, s, "/api/runs/"+r.ID+"/metrics?generation="+generation+"&from="+strconv.Itoa(next))
		if generation != "" && (part.Generation != generation || part.From != next) {
			t.Fatalf("asked for rows from %d on of %s, got %+v", next, generation, part)
		}
		if part.Next > next {
			steps++
		}
		generation, next = part.Generation, part.Next
		for _, x := range part.Columns["update"] {
			parts = append(parts, *x)
		}
		return next == 60
	})
	<-done
	for i, x := range parts {
		if x != float64(i+1) {
			t.Fatalf("update %g is number %d", x, i)
		}
	}
	if len(parts) != 60 {
		t.Errorf("%d of 60 updates, in %d steps", len(parts), steps)
	}

	whole := ask[curveAnswer](t, s, "/api/runs/"+r.ID+"/metrics?generation=another&from=3")
	if whole.From != 0 || len(whole.Columns["update"]) != 60 {
		t.Errorf("of another generation: rows from %d on", whole.From)
	}
}

// TestRefused holds addresses that are not there to an error, and nothing else.
func TestRefused(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 1)
	s := serving(t, "localhost:0", nil, dir)
	id := only(t, s).ID
	for path, status := range map[string]int{
		"/api/runs/" + id + "/metrics?from=-1":          400,
		"/api/runs/" + id + "/metrics?from=x":           400,
		"/api/runs/000000000000":                        404,
		"/api/runs/000000000000/metrics":                404,
		"/api/runs/000000000000/filters.png":            404,
		"/api/runs/000000000000/watch":                  426, // no WebSocket, as what follows
		"/api/runs/" + id + "/watch":                    426,
		"/api/runs/" + id + "/play":                     426,
		"/api/runs/" + id + "/checkpoint":               404,
		"/api/runs/" + id + "/..%2fconfig.json":         404,
		"/api/runs/..%2f..%2f..%2fetc%2fpasswd/metrics": 404,
		"/nothing":                   404,
		"/uplot":                     404,
		"/uplot/":                    404,
		"/uplot/..%2f..%2fserver.go": 404,
		"/%2e%2e/%2e%2e/etc/passwd":  404,
		"/api/play":                  426,
	} {
		answer, text := get(t, s, path)
		if answer.StatusCode != status {
			t.Errorf("%s: %s, want %d: %s", path, answer.Status, status, text)
		}
	}
	// As no client would write it.
	c, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(c); err != nil || strings.Contains(b.String(), "root:") || strings.HasPrefix(b.String(), "HTTP/1.1 200") {
		t.Errorf("%v: %s", err, b.String())
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		request, err := http.NewRequest(method, s.address()+"/api/runs", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %s", method, answer.Status)
		}
	}
}

// TestPage holds every file of the page to its headers, to loading nothing from outside, and to
// the security policy: no script or style in the text.
func TestPage(t *testing.T) {
	s := serving(t, "localhost:0", nil, t.TempDir())
	outside := regexp.MustCompile(`https?://[a-z0-9.]+`)
	inline := regexp.MustCompile(`(?i)<script(?:[^>]*)>[^<]|<style|\sstyle=|\son[a-z]+=|javascript:`)
	if list := ask[listAnswer](t, s, "/api/runs"); len(list.Runs) != 0 {
		t.Errorf("runs %+v", list.Runs)
	}
	types := map[string]string{".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
	err := fs.WalkDir(assets, "assets", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || types[filepath.Ext(path)] == "" {
			return err
		}
		address := strings.TrimPrefix(path, "assets")
		if address == "/index.html" {
			address = "/"
		}
		answer, text := get(t, s, address)
		h := answer.Header
		if answer.StatusCode != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), types[filepath.Ext(path)]) || text == "" {
			t.Errorf("%s: %s, %s", address, answer.Status, h.Get("Content-Type"))
		}
		if h.Get("Content-Security-Policy") != policy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", address, h)
		}
		for _, found := range outside.FindAllString(text, -1) {
			// A name that is never loaded, and the address in a comment of the library.
			if found != "http://www.w3.org" && (found != "https://github.com" || !strings.HasPrefix(address, "/uplot/")) {
				t.Errorf("%s names %s", address, found)
			}
		}
		if filepath.Ext(path) == ".html" && inline.MatchString(text) {
			t.Errorf("%s has %q", address, inline.FindString(text))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Error(policy)
	}
}

// TestVendored holds the chart library to the files that were checked in with their sums.
func TestVendored(t *testing.T) {
	sums, err := assets.ReadFile("assets/uplot/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(sums)) {
		fields := strings.Fields(line)
		text, err := assets.ReadFile("assets/uplot/" + fields[1])
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != fields[0] {
			t.Errorf("%s is not the file that was checked in: make dashboard-assets", fields[1])
		}
		checked++
	}
	files, err := assets.ReadDir("assets/uplot")
	if err != nil || len(files) != checked+1 {
		t.Errorf("%d sums for %d files (%v)", checked, len(files), err)
	}
}
