package pace

import (
	"os"
	"path/filepath"
	"strconv"

	"pongpg/trainer/checkpoint/filelock"
)

// mostPlaces is how many programs are counted that do the same; more have no place.
const mostPlaces = 16

// place is the place of a program among those of this user on this machine that do the same: a file that
// it has locked. Where there are no such files it knows of nobody else.
type place struct {
	dir  string   // of the files; "": there is none
	mine *os.File // nil: it has none
}

// What programs do that have places.
const (
	lookingOn = "looking-on"
	training  = "training"
)

// newPlace returns a place among those who do the same, which has not been taken.
func newPlace(what string) *place {
	cache, err := os.UserCacheDir()
	if err != nil {
		return &place{}
	}
	host, err := os.Hostname()
	if err != nil {
		return &place{}
	}
	return &place{dir: filepath.Join(cache, "pongpg", host, what)} // the cache may be many machines'
}

// Training has those who look on know, until end is called or the program ends, that it trains.
func Training() (end func()) {
	p := newPlace(training)
	p.take()
	return p.leave
}

// take takes the first place that is free, if there is one, unless it has one.
func (p *place) take() {
	if p.dir == "" || p.mine != nil {
		return
	}
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return
	}
	for i := range mostPlaces {
		if f, err := filelock.Lock(p.file(i)); err == nil {
			p.mine = f
			return
		}
	}
}

func (p *place) file(i int) string { return filepath.Join(p.dir, strconv.Itoa(i)) }

// leave gives the place back.
func (p *place) leave() {
	if p.mine != nil {
		_ = p.mine.Close()
		p.mine = nil
	}
}

// count returns how many places are taken, its own among them.
func (p *place) count() (taken int) {
	if p.dir == "" {
		return 0
	}
	for i := range mostPlaces {
		if filelock.Held(p.file(i)) {
			taken++
		}
	}
	return taken
}
