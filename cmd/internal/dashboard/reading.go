package dashboard

import (
	"sync"
	"time"

	"pongpg/trainer/checkpoint"
)

// loading is held while a checkpoint is read: one at a time, so that training keeps its
// processors.
var loading = reading{keptFor: 5 * time.Second}

// reading is the checkpoint that was read last, or saved. It is kept for a while, as a page wants a run's
// game and its filters within a second or two.
type reading struct {
	sync.Mutex
	keptFor time.Duration // twenty megabytes are too many to have for ever

	run    *run
	newest int64 // the update of the run's newest checkpoint then, by its name
	found  *checkpoint.Found
	forget *time.Timer
}

// of returns what was read of a run whose newest checkpoint is that of an update, or nil.
func (l *reading) of(r *run, newest int64) *checkpoint.Found {
	if l.run != r || l.newest != newest {
		return nil
	}
	return l.found
}

// Saved says that the live run saves a checkpoint, which must stay as it is: who looks on soon
// afterwards is shown this one, and nothing is read. It waits for nobody.
func (s *Server) Saved(update int64, f *checkpoint.File) {
	for _, x := range s.runs.list() {
		if x.live != nil && loading.TryLock() { // else others are read: this one will be, too
			loading.keep(x, update, &checkpoint.Found{Path: x.name, Update: update, MetricsOffset: -1, File: f})
			loading.Unlock()
		}
	}
}

// keep keeps what was read of a run.
func (l *reading) keep(r *run, newest int64, found *checkpoint.Found) {
	if l.forget != nil {
		l.forget.Stop()
	}
	l.run, l.newest, l.found = r, newest, found
	l.forget = time.AfterFunc(l.keptFor, func() {
		l.Lock()
		defer l.Unlock()
		if l.found == found {
			l.run, l.found = nil, nil
		}
	})
}
