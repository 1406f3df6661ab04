package pace

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"pongpg/trainer/checkpoint/filelock"
)

// mostPlaces is how many programs that look on are counted; more have no place.
const mostPlaces = 16

// place is the place of a program that looks on, among those of this user on this machine: a file that
// it has locked. Where there are no such files it knows of nobody else.
type place struct {
	dir  string   // of the files; "": there is none
	mine *os.File // nil: it has none
}

// newPlace returns a place that has not been taken.
func newPlace() *place {
	cache, err := os.UserCacheDir()
	if err != nil {
		return &place{}
	}
	return &place{dir: filepath.Join(cache, "pongpg", "looking-on")}
}

// take takes the first place that is free, unless it has one.
func (p *place) take() {
	if p.dir == "" || p.mine != nil {
		return
	}
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		p.dir = ""
		return
	}
	for i := range mostPlaces {
		f, err := filelock.Lock(p.file(i))
		if err == nil {
			p.mine = f
			return
		}
		if !errors.Is(err, filelock.ErrHeld) {
			p.dir = ""
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

// count returns how many places are taken, its own among them: 1 at least.
func (p *place) count() int {
	taken := 0
	for i := range mostPlaces {
		if p.dir == "" {
			break
		}
		f, err := filelock.Lock(p.file(i))
		if errors.Is(err, filelock.ErrHeld) {
			taken++
		}
		if err == nil {
			_ = f.Close()
		}
	}
	return max(taken, 1)
}
