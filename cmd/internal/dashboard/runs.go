package dashboard

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"pongpg/cmd/internal/arena"
	"pongpg/cmd/internal/pace"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

const (
	mostRuns       = 1000            // that are listed
	deepest        = 3               // folders below one that was named, in which runs are looked for
	searchInterval = 2 * time.Second // between looks for new runs
)

// runs finds the runs in some directories, again and again. It may be used from many
// goroutines.
type runs struct {
	paths []string
	live  *Live
	pace  *pace.Pace

	mutex    sync.Mutex
	searched time.Time
	known    map[string]*run // by directory
	listed   []*run
}

// newRuns returns the runs in paths, which must be directories. p is told when one is trained.
func newRuns(paths []string, live *Live, p *pace.Pace) (*runs, error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is a file", path)
		}
		if err != nil {
			return nil, fmt.Errorf("find runs: %w; name runs' directories, or folders of them", err)
		}
	}
	return &runs{paths: paths, live: live, pace: p, known: map[string]*run{}}, nil
}

// list returns the runs that there are, by name.
func (r *runs) list() []*run {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if now := time.Now(); r.listed == nil || now.Sub(r.searched) >= searchInterval {
		r.search()
		r.searched = now
	}
	return r.listed
}

// byID returns a run that is listed, or nil.
func (r *runs) byID(id string) *run {
	list := r.list()
	at := slices.IndexFunc(list, func(x *run) bool { return x.id == id })
	if at < 0 {
		return nil
	}
	return list[at]
}

func (r *runs) search() {
	found := map[string]*run{}
	for _, path := range r.paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			continue // the working directory has gone
		}
		// What may not be read is passed over.
		_ = filepath.WalkDir(absolute, func(dir string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil || !entry.IsDir():
				return nil
			case len(found) >= mostRuns:
				return fs.SkipAll
			}
			opened, err := checkpoint.Open(dir)
			if err == nil {
				found[dir] = r.run(dir, opened, r.name(absolute, dir))
			}
			below := strings.TrimPrefix(strings.TrimPrefix(dir, absolute), string(filepath.Separator))
			if err == nil || below != "" && strings.Count(below, string(filepath.Separator)) >= deepest-1 {
				return fs.SkipDir
			}
			return nil
		})
	}
	r.known = found
	r.listed = make([]*run, 0, len(found))
	for _, x := range found {
		r.listed = append(r.listed, x)
	}
	slices.SortFunc(r.listed, func(a, b *run) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.dir.Dir(), b.dir.Dir())) })
}

// name returns what a run in a folder is called: its path below it, or its own name if it was
// named itself.
func (r *runs) name(folder, dir string) string {
	if relative, err := filepath.Rel(folder, dir); err == nil && relative != "." {
		return filepath.ToSlash(relative)
	}
	return filepath.Base(dir)
}

// run returns the run in dir, which may be known.
func (r *runs) run(dir string, opened *checkpoint.Run, name string) *run {
	if known := r.known[dir]; known != nil {
		return known
	}
	sum := sha256.Sum256([]byte(dir))
	x := &run{id: hex.EncodeToString(sum[:6]), name: name, dir: opened, pace: r.pace, tail: tail{path: opened.MetricsPath()}}
	if r.live != nil {
		if absolute, err := filepath.Abs(r.live.Dir); err == nil && absolute == dir {
			x.live, x.tail.flush = r.live, r.live.Flush
		}
	}
	return x
}

// run is a run that is shown.
type run struct {
	id   string // in addresses: of the directory's path, and so the same for every server
	name string
	dir  *checkpoint.Run
	live *Live // nil unless this process trains it
	tail tail
	pace *pace.Pace

	filters filterPicture

	mutex  sync.Mutex
	looked time.Time // for what follows
	newest string
	device string // "" if the run does not say
	stored stored
	failed error // what is wrong with config.json
}

// stored is config.json.
type stored struct {
	trainer.Config
	Init   string          `json:"init"`
	Limits json.RawMessage `json:"limits"`
}

// directoryInterval is how long what is in a run's directory counts as known.
const directoryInterval = time.Second

// look reads what is in the directory, if it has not just been read.
func (r *run) look() {
	now := time.Now()
	if now.Sub(r.looked) < directoryInterval {
		return
	}
	before := r.newest
	r.looked, r.newest, r.stored = now, "", stored{Config: trainer.StoredBefore()}
	if paths, err := r.dir.Checkpoints(); err == nil && len(paths) > 0 {
		newest := paths[len(paths)-1]
		r.newest = filepath.Base(newest)
		if info, err := os.Stat(newest); err == nil && before != "" && r.newest != before {
			r.pace.Moved(info.ModTime())
		}
	}
	r.device = r.dir.Device()
	text, err := r.dir.Config()
	if err == nil {
		if err = json.Unmarshal(text, &r.stored); err != nil {
			err = fmt.Errorf("read configuration: config.json of %s: %w; restore it from a copy", r.name, err)
		}
	}
	if r.failed = err; err != nil {
		r.stored = stored{} // what it does not say is not known either
	}
}

// checkpoint returns the name of the newest checkpoint, or "".
func (r *run) checkpoint() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.look()
	return r.newest
}

// computesOn returns what the run computes on, or did last; "" if nobody knows.
func (r *run) computesOn() string {
	if r.live != nil {
		return r.live.Device()
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.look()
	return r.device
}

// config returns config.json, or nothing and why that cannot be read.
func (r *run) config() (stored, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.look()
	return r.stored, r.failed
}

// latest returns the newest checkpoint that reads well, which nobody may change. loading must be
// held.
func (r *run) latest() (*checkpoint.Found, error) {
	newest := r.dir.Newest()
	if found := loading.of(r, newest); found != nil {
		return found, nil
	}
	found, err := r.dir.Latest()
	if err == nil {
		loading.keep(r, newest, found)
	}
	return found, r.explain(err)
}

// agent returns that checkpoint's policy, ready to play in a backend of its own, which the
// caller must close; nil if it is that of an update. −1 is no update. It has the memory of a spare
// one, if there is one.
func (r *run) agent(update int64, spare *arena.Spare) (*arena.Agent, error) {
	loading.Lock()
	defer loading.Unlock()
	if update >= 0 && r.dir.Newest() == update {
		return nil, nil
	}
	found, err := r.latest()
	if err != nil || found.Update == update {
		return nil, err
	}
	return arena.FromCheckpoint(r.dir.Dir(), found, spare)
}

// explain returns an error for those who look at a page.
func (r *run) explain(err error) error {
	if errors.Is(err, checkpoint.ErrNoCheckpoint) {
		return fmt.Errorf("%s has no checkpoint yet: wait for the first, or choose another run", r.name)
	}
	return err
}
