package pace

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pongpg/trainer/checkpoint/filelock"
)

// mostPlaces is how many are counted that do the same; more have no place.
const mostPlaces = 32

// place is the place of a program among those of this user on this machine that do the same, or its
// places: files that it has locked. Where there are no such files it knows of nobody else.
type place struct {
	dir  string // of the files; "": there is none
	mine []*os.File
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

// Training has those who look on know, until end is called or the program ends, that it trains, and how
// many processors that takes.
func Training() (end func()) {
	p := newPlace(training)
	p.take(1)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		p.tell(stop)
	}()
	return func() {
		close(stop)
		<-stopped
		p.leave()
	}
}

// told is how often it is told how many processors training takes.
const told = 5 * time.Second

// tell writes into the place, now and then until stop is closed, how many processors the program takes.
func (p *place) tell(stop <-chan struct{}) {
	clock := time.NewTicker(told)
	defer clock.Stop()
	spent, ok := processTime()
	if len(p.mine) > 0 {
		_ = p.mine[0].Truncate(0) // of who had it before
	}
	for since := time.Now(); ok && len(p.mine) > 0; {
		select {
		case <-stop:
			return
		case <-clock.C:
			now, all := time.Now(), spent
			spent, ok = processTime()
			p.say(float64(spent-all) / float64(now.Sub(since)))
			since = now
		}
	}
}

// say writes how many processors a program takes into its place. Where it cannot, it is not known.
func (p *place) say(processors float64) {
	_, _ = p.mine[0].WriteAt(fmt.Appendf(nil, "%9.3f\n", processors), 0)
}

// said returns how many processors a program takes, or false if it has not said so.
func said(file string) (processors float64, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	processors, err = strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	return processors, err == nil && processors > 0
}

// take takes the first places that are free, or gives the last back, until it has n, if there are so many.
func (p *place) take(n int) {
	for len(p.mine) > n {
		last := len(p.mine) - 1
		_ = p.mine[last].Close()
		p.mine = p.mine[:last]
	}
	if p.dir == "" || len(p.mine) == n || os.MkdirAll(p.dir, 0o777) != nil {
		return
	}
	for i := 0; i < mostPlaces && len(p.mine) < n; i++ {
		if f, err := filelock.Lock(p.file(i)); err == nil {
			p.mine = append(p.mine, f)
		}
	}
}

func (p *place) file(i int) string { return filepath.Join(p.dir, strconv.Itoa(i)) }

// leave gives all places back.
func (p *place) leave() { p.take(0) }

// taken returns the files of the places that are taken, its own among them.
func (p *place) taken() (files []string) {
	if p.dir == "" {
		return nil
	}
	for i := range mostPlaces {
		if file := p.file(i); filelock.Held(file) {
			files = append(files, file)
		}
	}
	return files
}

// together returns how many processors those take who have these places: 0 if one of them has not said so.
func together(files []string) (processors float64) {
	for _, file := range files {
		takes, ok := said(file)
		if !ok {
			return 0
		}
		processors += takes
	}
	return processors
}
