package pace

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Budget is what may go into looking on, as a part of the processors' time that training gets: 2% without
	// what is written for TensorBoard, which takes less than half a percent, and what cannot be foreseen.
	Budget = 0.0125
	// Slowest is the fewest frames that are shown: one of so many.
	Slowest = 15
)

const (
	// window is for how long it is measured what is spent: a checkpoint by default.
	window = 10 * time.Second
	// glance is a first window, so that what is far too much does not last for long.
	glance = 3 * time.Second
	// attention is how often it is looked whether more look on.
	attention = time.Second
	// stays is for how long it is not tried to show more frames after there have been fewer.
	stays = 30 * time.Second
	// forgotten is after how long it counts no more what another number of frames has taken.
	forgotten = 10 * time.Minute
	// slack is how far beside the budget counts as on it.
	slack = 0.05
	// besides is how many times what is done in Do looking on takes in the program that trains, by a profile of
	// it: the rest is in the server's goroutines, which wait for others.
	besides = 1.2
	// farTooMuch is beyond which part of the budget it is too much at a glance.
	farTooMuch = 1.25
	// stands is how long after another checkpoint a run counts as trained.
	stands = time.Minute
)

// Pace says how many frames to show. Unless a training is known of, it is all of them. It may be used
// from many goroutines. A nil Pace shows all frames.
type Pace struct {
	processors int
	spent      func() time.Duration // processors' time so far
	inTraining bool                 // in the program that trains: what is done in Do is spent, and a part besides
	parts      atomic.Int64         // nanoseconds
	fixed      int                  // not 0: what Every returns

	mutex   sync.Mutex
	looking int // games that are shown: entered, and not left
	every   int // one of so many frames is shown
	games   int // that were shown when they were last counted
	known   [Slowest + 1]cost
	slower  time.Time // when frames were last made fewer for what they took

	others *place    // who look on
	among  int       // how many games they show together, its own among them
	shared time.Time // when they were last counted

	trainers *place    // who train; it has none of these
	counted  time.Time // when they were last counted
	trained  time.Time // until then they train
	moved    time.Time // until then a run is trained that has moved on
	training float64   // the processors that training gets; 0: it is not known

	begun   time.Time     // the window; zero: there is none
	already time.Duration // spent before it
	before  time.Duration // that all of the process took
	long    time.Duration // of the window
	asked   time.Time     // when Every was last called
}

// cost is what showing one of so many frames has taken.
type cost struct {
	processors float64   // in the last windows
	at         time.Time // when they ended; zero: it is not known
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
	p.spent = func() time.Duration { return time.Duration(besides * float64(p.parts.Load())) }
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
	defer taking(func(spent time.Duration) { p.parts.Add(int64(spent)) })()
	part()
}

// Took does something, and returns the processor's time that it took, or all time where the system does not
// tell. It must not wait for long for other goroutines.
func Took(something func()) (spent time.Duration) {
	defer taking(func(t time.Duration) { spent = t })()
	something()
	return
}

// taking has a function told, when the one that is returned is called, what the goroutine has taken of the
// processor's time since, also in a panic.
func taking(tell func(spent time.Duration)) (end func()) {
	runtime.LockOSThread()
	began := time.Now()
	before, ok := threadTime()
	return func() {
		after, _ := threadTime()
		runtime.UnlockOSThread()
		if !ok {
			after, before = time.Since(began), 0
		}
		tell(after - before)
	}
}

// Enter says that a game is shown, until leave is called.
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
	switch {
	case p.begun.IsZero() || now.Sub(p.asked) > window:
		p.count(now)
		p.every = p.first(now)
		p.begin(now, glance)
	case p.games == p.looking && now.Sub(p.begun) >= p.long:
		p.count(now)
		p.judge(now, p.learn(now))
		p.begin(now, window)
	case p.games != p.looking || now.Sub(p.shared) >= attention:
		if p.count(now) {
			p.every = max(p.every, p.first(now))
			p.begin(now, glance)
		}
	}
	p.asked = now
	return p.every
}

// trains reports whether somebody trains.
func (p *Pace) trains(now time.Time) bool {
	if p.inTraining {
		return true
	}
	if now.Sub(p.counted) >= window {
		p.counted = now
		trainings := p.trainers.taken()
		p.training = together(trainings)
		if len(trainings) > 0 {
			p.trained = now.Add(window * 3 / 2)
		}
	}
	return now.Before(p.trained) || now.Before(p.moved)
}

// begin begins a window.
func (p *Pace) begin(now time.Time, long time.Duration) {
	p.begun, p.long, p.already = now, long, p.spent()
	if p.inTraining {
		p.before, _ = processTime()
	}
}

// count counts the games that are shown on the machine, and reports whether they have become more, or its
// own are not as many as before: then it is not known any more what they take.
func (p *Pace) count(now time.Time) (changed bool) {
	before := p.among
	p.others.take(p.looking)
	p.among, p.shared = max(len(p.others.taken()), p.looking), now
	if p.games != p.looking {
		p.games, p.known = p.looking, [Slowest + 1]cost{}
		return true
	}
	return p.among > before
}

// budget returns how many processors it may take of those that training gets: for each game as much. Training
// counts as a quarter of all of them at least: it is not kept from more by who looks on if it takes less, as where
// a GPU trains.
func (p *Pace) budget() float64 {
	gets := float64(p.processors)
	if p.training > 0 {
		gets = max(p.training, gets/4)
	}
	return Budget * gets * float64(p.looking) / float64(p.among)
}

// learn returns what a window has taken, and keeps it: checkpoints fall into one or the next, so that it is
// the mean of the last ones. What a glance has taken is not kept, as that may be a checkpoint for the most.
func (p *Pace) learn(now time.Time) (processors float64) {
	long, took := now.Sub(p.begun), p.spent()-p.already
	if p.inTraining {
		all, _ := processTime()
		p.training = float64(all-p.before-took) / float64(long)
	}
	processors = float64(took) / float64(long)
	if p.long < window {
		return processors
	}
	c := &p.known[p.every]
	if now.Sub(c.at) < 2*window {
		processors = (processors + c.processors) / 2
	}
	*c = cost{processors, now}
	return processors
}

// fresh returns what it takes to show one of so many frames, if that is known.
func (p *Pace) fresh(every int, now time.Time) (processors float64, known bool) {
	c := p.known[every]
	return c.processors, now.Sub(c.at) <= forgotten
}

// first returns of how many frames to show one until it is known what they take: of two, or of as many games
// as are shown for each of its own.
func (p *Pace) first(now time.Time) (every int) {
	for every = 1; every < Slowest; every++ {
		takes, known := p.fresh(every, now)
		if known && takes <= p.budget()*(1+slack) || !known && every > 1 && every*p.looking >= p.among {
			break
		}
	}
	return every
}

// judge decides on how many frames are shown from now on, where those that are shown take so much.
func (p *Pace) judge(now time.Time, takes float64) {
	budget, most := p.budget(), 1+slack
	slower := now
	if p.long < window { // of which a checkpoint may be much
		most, slower = farTooMuch, now.Add(window-stays) // fewer frames for one window
	}
	if takes > budget*most {
		// What is spent falls as the number of frames does, or less.
		p.slower = slower
		p.every = min(int(math.Ceil(float64(p.every)*takes/budget/(1+slack))), Slowest)
		return
	}
	if now.Sub(p.slower) < stays {
		return
	}
	for more := 1; more < p.every; more++ {
		if p.fits(more, takes, budget, now) {
			p.every = more
			return
		}
	}
}

// fits reports whether more frames should fit into a budget, where those that are shown take so much: at
// least that, and at most in proportion. After a glance it must be sure.
func (p *Pace) fits(every int, least, budget float64, now time.Time) bool {
	most := least * float64(p.every) / float64(every)
	if most <= budget {
		return true
	}
	if takes, known := p.fresh(every, now); known {
		return takes <= budget
	}
	return p.long == window && (least+3*most)/4 <= budget // of a terminal it is so much
}

// rest ends the window, and gives the place back.
func (p *Pace) rest() {
	p.begun = time.Time{}
	p.others.leave()
}

// Played returns of how many frames one is shown to a person who plays, where it is one of so many to who
// watches: all of them, unless those are few.
func Played(every int) int {
	if every < 4 {
		return 1
	}
	return 2
}
