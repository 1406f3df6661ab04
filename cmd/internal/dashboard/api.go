package dashboard

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"strings"
	"time"

	"pongpg/trainer"
)

//go:embed assets
var assets embed.FS

// stretches is into how many parts a curve is thinned: more than a panel has columns.
const stretches = 600

// routes returns who answers what.
func (s *Server) routes() *http.ServeMux {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // it is embedded
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", onlyFiles(files))
	mux.HandleFunc("GET /api/runs", s.serveRuns)
	mux.HandleFunc("GET /api/runs/{id}", s.serveRun)
	mux.HandleFunc("GET /api/runs/{id}/metrics", s.serveMetrics)
	mux.HandleFunc("GET /api/runs/{id}/filters.png", s.serveFilters)
	mux.HandleFunc("GET /api/runs/{id}/watch", s.serveWatch)
	mux.HandleFunc("GET /api/runs/{id}/play", s.servePlay)
	mux.HandleFunc("GET /api/play", s.servePlay)
	mux.HandleFunc("GET /metrics", s.servePrometheus)
	return mux
}

// onlyFiles serves files, but no lists of them.
func onlyFiles(files fs.FS) http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Clean(r.URL.Path)[1:]
		if info, err := fs.Stat(files, name); name != "" && (err != nil || info.IsDir()) {
			http.Error(w, "there is no such page: open /", http.StatusNotFound)
			return
		}
		server.ServeHTTP(w, r)
	})
}

var errGone = errors.New("there is no such run any more: reload the page")

// run returns the run that a request is about, or answers that there is none.
func (s *Server) run(w http.ResponseWriter, r *http.Request) *run {
	x := s.runs.byID(r.PathValue("id"))
	if x == nil {
		http.Error(w, errGone.Error(), http.StatusNotFound)
	}
	return x
}

// reply answers with JSON.
func reply(w http.ResponseWriter, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // to a browser that may have gone
}

// summary is a run in the list.
type summary struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Recipe     string           `json:"recipe,omitempty"`
	Algorithm  string           `json:"algorithm,omitempty"`
	Seed       *uint64          `json:"seed,omitempty"`
	Live       bool             `json:"live"`             // trained by the process that answers
	Device     string           `json:"device,omitempty"` // that it computes on, or did last
	Age        float64          `json:"age"`              // seconds since something was measured; −1: nothing was
	Checkpoint string           `json:"checkpoint,omitempty"`
	Filters    string           `json:"filters,omitempty"` // the checkpoint of which to ask for them
	Last       *trainer.Metrics `json:"last,omitempty"`
	Error      string           `json:"error,omitempty"` // what is wrong with its files
}

// errConfig is all that the list says of a config.json; why is with the run.
var errConfig = errors.New("config.json cannot be read")

func (s *Server) serveRuns(w http.ResponseWriter, _ *http.Request) {
	list := struct {
		Version string    `json:"version"`
		Runs    []summary `json:"runs"`
	}{s.options.Version, []summary{}}
	s.pace.Do(func() {
		for _, x := range s.runs.list() {
			list.Runs = append(list.Runs, x.summary())
		}
	})
	reply(w, list)
}

func (r *run) summary() summary {
	out := summary{ID: r.id, Name: r.name, Live: r.live != nil, Device: r.computesOn(), Checkpoint: r.checkpoint(), Age: -1}
	out.Filters = r.filters.version(r, time.Now())
	rows, _, date, err := r.tail.rowsNow()
	if n := len(rows); n > 0 {
		last := rows[n-1]
		clean(&last)
		out.Last, out.Age = &last, time.Since(date).Seconds()
	}
	c, configErr := r.config()
	if configErr != nil {
		err = errors.Join(errConfig, err)
	} else {
		out.Recipe, out.Algorithm, out.Seed = c.Recipe, c.Algorithm, &c.Seed
	}
	if err != nil {
		out.Error = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return out
}

// clean makes numbers that a line of metrics lacks 0, as JSON knows none of them: those that
// may be missing for good reasons are Optional.
func clean(m *trainer.Metrics) {
	for _, x := range []*float64{&m.SPS, &m.Entropy, &m.KL, &m.GradientNorm, &m.WeightNorm, &m.DeadUnits, &m.LearningRate} {
		if *x != *x {
			*x = 0
		}
	}
}

// setting is a hyperparameter of a run.
type setting struct {
	Flag   string `json:"flag"`
	Value  any    `json:"value"`
	Recipe any    `json:"recipe"` // what it is in the run's recipe; null if there is no such recipe
	Help   string `json:"help"`
}

// details are what is known of a run that does not change while it trains.
type details struct {
	Directory string          `json:"directory"`
	Recipe    string          `json:"recipe,omitempty"`
	Seed      *uint64         `json:"seed,omitempty"`
	Init      string          `json:"init,omitempty"`
	Limits    json.RawMessage `json:"limits,omitempty"`
	Settings  []setting       `json:"settings"`
	Error     string          `json:"error,omitempty"` // why there is no more than the directory
}

// serveRun answers with what a run was asked to do, or, if that cannot be read, with why.
func (s *Server) serveRun(w http.ResponseWriter, r *http.Request) {
	x := s.run(w, r)
	if x == nil {
		return
	}
	out := details{Directory: x.dir.Dir(), Settings: []setting{}}
	c, err := x.config()
	if err != nil {
		out.Error = err.Error()
		reply(w, out)
		return
	}
	out.Recipe, out.Seed, out.Init, out.Limits = c.Recipe, &c.Seed, c.Init, c.Limits
	recipe, err := trainer.Recipe(c.Recipe)
	known := err == nil
	for _, field := range reflect.VisibleFields(reflect.TypeFor[trainer.Config]()) {
		flag := field.Tag.Get("flag")
		if flag == "" {
			continue
		}
		one := setting{Flag: flag, Help: field.Tag.Get("help"), Value: reflect.ValueOf(c.Config).FieldByIndex(field.Index).Interface()}
		if known {
			one.Recipe = reflect.ValueOf(recipe).FieldByIndex(field.Index).Interface()
		}
		out.Settings = append(out.Settings, one)
	}
	reply(w, out)
}

// serveMetrics answers with a run's curves from row from of a generation on, or all of them
// if the generation is over.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	x := s.run(w, r)
	if x == nil {
		return
	}
	from := 0
	if text := r.URL.Query().Get("from"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			http.Error(w, "from must be a whole number from 0 on", http.StatusBadRequest)
			return
		}
		from = n
	}
	rows, generation, _, err := x.tail.rowsNow()
	out := struct {
		Generation string            `json:"generation"`
		From       int               `json:"from"` // the first row's number: what a page had of another generation is void
		Next       int               `json:"next"` // to ask from
		Columns    map[string]vector `json:"columns"`
		Error      string            `json:"error,omitempty"`
	}{Generation: generation, Next: len(rows), Columns: map[string]vector{}}
	if r.URL.Query().Get("generation") == generation && from <= len(rows) {
		out.From = from
	}
	if err != nil {
		out.Error = err.Error()
	}
	rows = rows[out.From:]
	s.pace.Do(func() {
		kept := thin(rows, stretches)
		for _, c := range columns {
			v := make(vector, len(kept))
			for i, row := range kept {
				v[i] = c.of(&rows[row])
			}
			out.Columns[c.name] = v
		}
	})
	reply(w, out)
}
