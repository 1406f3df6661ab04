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
	// window is for how long it is measured what is spent: a checkpoint by default.
	window = 10 * time.Second
	// stays is for how long it is not tried to show more frames after there have been fewer.
	stays = 30 * time.Second
	// forgotten is after how long it counts no more what another number of frames has taken.
	forgotten = 10 * time.Minute
	// slack is how far beside the budget counts as on it.
	slack = 0.05
	// stands is how long after another checkpoint a run counts as trained.
	stands = time.Minute
)

// Pace says how many frames to show. Unless a training is known of, it is all of them. It may be used
// from many goroutines. A nil Pace shows all frames.
type Pace struct {
	processors int
	spent      func() time.Duration // processors' time so far
	inTraining bool                 // in the program that trains: what is done in Do is spent, in parts
	parts      atomic.Int64         // nanoseconds
	fixed      int                  // not 0: what Every returns

	mutex   sync.Mutex
	looking int    // entered, and not left
	others  *place // who look on
	every   int    // one of so many frames is shown
	known   [Slowest + 1]cost
	slower  time.Time // when frames were last made fewer

	trainers *place    // who train; it has none of these
	counted  time.Time // when they were last counted
	trained  time.Time // until then they train
	moved    time.Time // until then a run is trained that has moved on

	begun   time.Time     // the window; zero: there is none
	already time.Duration // spent before it
	asked   time.Time     // when Every was last called
}

// cost is what showing one of so many frames has taken, of all processors' time.
type cost struct {
	share float64   // in the last windows
	at    time.Time // when they ended; zero: it is not known
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
	p.inTraining = true
	return p
}

func newPace(spent func() time.Duration) *Pace {
	return &Pace{
		processors: runtime.GOMAXPROCS(0), spent: spent, every: 1,
		others: newPlace(lookingOn), trainers: newPlace(training),
	}
}

// Do does a part of what looking on takes. It must not wait for long for other goroutines.
func (p *Pace) Do(part func()) {
	if p == nil || !p.inTraining {
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

// Rest gives the place of those who look on back until Every is called again, as when a game is paused.
func (p *Pace) Rest() {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.rest()
}

// Moved says that a run had another checkpoint at some time: it was trained then, be it by somebody who has
// no place here, as in a container.
func (p *Pace) Moved(at time.Time) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.moved = at.Add(stands)
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
	if !p.trains(now) {
		p.rest()
		p.every = 1
		return 1
	}
	if p.looking == 0 {
		return p.every
	}
	switch long := now.Sub(p.begun); {
	case p.begun.IsZero() || now.Sub(p.asked) > window:
		p.begin(now)
	case long >= window:
		p.learn(now, float64(p.spent()-p.already)/float64(long)/float64(p.processors))
		p.judge(now)
		p.begin(now)
	}
	p.asked = now
	return p.every
}

// trains reports whether somebody trains.
func (p *Pace) trains(now time.Time) bool {
	if p.inTraining || now.Before(p.moved) {
		return true
	}
	if now.Sub(p.counted) >= window {
		p.counted = now
		if p.trainers.count() > 0 {
			p.trained = now.Add(window * 3 / 2)
		}
	}
	return now.Before(p.trained)
}

// begin begins a window.
func (p *Pace) begin(now time.Time) {
	p.others.take()
	p.begun, p.already = now, p.spent()
}

// learn keeps what a window has taken: checkpoints fall into one or the next, so that it is the mean of
// the last ones.
func (p *Pace) learn(now time.Time, share float64) {
	c := &p.known[p.every]
	if now.Sub(c.at) < 2*window {
		share = (share + c.share) / 2
	}
	*c = cost{share, now}
}

// judge decides on how many frames are shown from now on.
func (p *Pace) judge(now time.Time) {
	budget := Budget / float64(max(p.others.count(), 1))
	share := p.known[p.every].share
	if share > budget*(1+slack) {
		// What is spent falls as the number of frames does, or less.
		p.slower = now
		p.every = min(int(math.Ceil(float64(p.every)*share/budget/(1+slack))), Slowest)
		return
	}
	if p.every == 1 || now.Sub(p.slower) < stays {
		return
	}
	more := p.known[p.every-1]
	most := share * float64(p.every) / float64(p.every-1) // that it can take
	if now.Sub(more.at) > forgotten || more.share <= budget || most <= budget {
		p.every--
	}
}

// rest ends the window, and gives the place back.
func (p *Pace) rest() {
	p.begun = time.Time{}
	p.others.leave()
}

// Played returns of how many frames one is shown to a person who plays, where it is one of so many to who
// watches: all of them, unless the fewest are not few enough.
func Played(every int) int {
	if every < Slowest {
		return 1
	}
	return 2
}
