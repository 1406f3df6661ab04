package pace

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Budget is what part of the time of all processors may go into looking on: 2% without what is written
	// for TensorBoard, which takes less than half a percent.
	Budget = 0.015
	// Slowest is the fewest frames that are shown: one of so many.
	Slowest = 4
)

const (
	window = 10 * time.Second // for which it is measured what is spent: a checkpoint by default
	// again is how long after it has shown fewer frames a Pace tries more.
	again = 30 * time.Second
	// slack is how far beside the budget counts as on it.
	slack = 0.05
	// stands is after how long without another checkpoint a run is no longer trained, at least.
	stands = time.Minute
)

// Pace says how many frames to show. Unless a training is known of, it is all of them. It may be used
// from many goroutines. A nil Pace shows all frames.
type Pace struct {
	processors int
	spent      func() time.Duration // processors' time so far
	training   bool                 // in the program that trains: what is done in Do is spent, in parts
	parts      atomic.Int64         // nanoseconds
	fixed      int                  // not 0: what Every returns

	mutex   sync.Mutex
	others  *place    // who look on
	trains  *place    // who train; it has none
	asks    time.Time // when it was last asked for them
	looking int       // entered, and not left
	moved   time.Time // when a training has last moved on; zero: none has
	trained time.Time // until then one is known of
	every   int       // one of so many frames is shown
	slower  time.Time // when they were last made fewer

	begun   time.Time     // the window; zero: there is none
	already time.Duration // spent before it
	before  float64       // part of the processors' time in the one before, with as many frames; NaN: there was none
	asked   time.Time     // when Every was last called
}

// Fixed returns a Pace at which one of so many frames is shown whatever it takes, for tests of those who
// look on.
func Fixed(every int) *Pace {
	p := newPace(nil)
	p.fixed = every
	return p
}

// OfProcess returns the Pace of a program that only looks on: whatever it does counts.
func OfProcess() *Pace {
	if _, ok := processTime(); !ok {
		return nil
	}
	return newPace(func() time.Duration {
		t, _ := processTime()
		return t
	})
}

// OfTraining returns the Pace of those who look on in the program that trains: only what is done in Do
// counts.
func OfTraining() *Pace {
	if _, ok := threadTime(); !ok {
		return nil
	}
	p := newPace(nil)
	p.spent = func() time.Duration { return time.Duration(p.parts.Load()) }
	p.training = true
	return p
}

func newPace(spent func() time.Duration) *Pace {
	return &Pace{spent: spent, processors: runtime.GOMAXPROCS(0), others: newPlace(lookingOn), trains: newPlace(training), every: 1, before: math.NaN()}
}

// Do does a part of what looking on takes. It must not wait for long for other goroutines.
func (p *Pace) Do(part func()) {
	if p == nil || !p.training {
		part()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, _ := threadTime()
	defer func() {
		after, _ := threadTime()
		p.parts.Add(int64(after - before))
	}()
	part()
}

// Enter says that somebody looks on, until leave is called.
func (p *Pace) Enter() (leave func()) {
	if p == nil {
		return func() {}
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.looking++
	return func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		if p.looking--; p.looking == 0 {
			p.rest()
		}
	}
}

// Moved says that a training has moved on, as far as one can see: it may be one that has no place on this
// machine, as in a container.
func (p *Pace) Moved(now time.Time) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	apart := time.Duration(0)
	if !p.moved.IsZero() {
		apart = min(now.Sub(p.moved), time.Hour)
	}
	p.moved, p.trained = now, latest(p.trained, now.Add(max(stands, 3*apart)))
}

// Every returns of how many frames one is to be shown now: 1 … Slowest. It is to be asked for each
// that is, or more often.
func (p *Pace) Every(now time.Time) int {
	if p == nil {
		return 1
	}
	if p.fixed > 0 {
		return p.fixed
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.looking == 0 || !p.trainedAt(now) {
		p.rest()
		p.every = 1
		return 1
	}
	long := now.Sub(p.begun)
	switch {
	case p.begun.IsZero() || now.Sub(p.asked) > window:
		p.begin(now, math.NaN())
	case long >= window:
		share := float64(p.spent()-p.already) / float64(long) / float64(p.processors)
		before := p.every
		p.every = p.next(now, share)
		if p.every != before {
			share = math.NaN()
		}
		p.begin(now, share)
	}
	p.asked = now
	return p.every
}

// trainedAt reports whether somebody trains.
func (p *Pace) trainedAt(now time.Time) bool {
	if !p.training && now.Sub(p.asks) >= window {
		p.asks = now
		if p.trains.count() > 0 {
			p.trained = latest(p.trained, now.Add(window*3/2))
		}
	}
	return p.training || now.Before(p.trained)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Played returns of how many frames one is shown to a person who plays, where it is one of so many to who
// watches: all of them, unless the fewest are not few enough.
func Played(every int) int {
	if every < Slowest {
		return 1
	}
	return 2
}

// Apart returns how long apart, at least, checkpoints are to be read where one of so many frames is shown:
// if not all are, as much less often as frames, of checkpoints that come at the default interval.
func Apart(every int) time.Duration {
	if every <= 1 {
		return 0
	}
	return time.Duration(every) * 10 * time.Second
}

// begin begins a window.
func (p *Pace) begin(now time.Time, before float64) {
	p.others.take()
	p.begun, p.already, p.before = now, p.spent(), before
}

// next returns of how many frames one is shown next, after a window in which a share of the processors'
// time was spent.
func (p *Pace) next(now time.Time, share float64) int {
	if !math.IsNaN(p.before) {
		share = (share + p.before) / 2 // checkpoints fall into one window or the other
	}
	// What is spent falls as the number of frames does, or more slowly.
	wanted := float64(p.every) * share / (Budget / float64(max(p.others.count(), 1)))
	switch {
	case wanted > float64(p.every)*(1+slack):
		p.slower = now
		return min(int(math.Ceil(wanted/(1+slack))), Slowest)
	case now.Sub(p.slower) >= again:
		return max(min(int(math.Ceil(wanted/(1-slack))), p.every), 1)
	}
	return p.every
}

// rest ends the window, and gives the place back, if nobody looks on or nothing is trained.
func (p *Pace) rest() {
	p.begun = time.Time{}
	p.others.leave()
}
