package pace

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"
)

// paced is a Pace on an injected clock, beside a training on two processors. What it takes, for all frames
// and besides, is in parts of the budget.
type paced struct {
	*Pace
	now          time.Time
	frames, rest float64
	passed       time.Duration
	every        int
}

// whole is what may be taken of a second of two processors.
const whole = 2 * Budget * float64(time.Second)

func newPaced(t *testing.T, dir string, frames, rest float64) *paced {
	t.Helper()
	x := &paced{now: time.Unix(1000, 0), frames: frames, rest: rest, every: 1}
	x.Pace = newPace(func() time.Duration { return x.passed })
	x.processors, x.others, x.trainers = 2, &place{dir: dir}, &place{dir: filepath.Join(dir, "training")}
	t.Cleanup(x.Enter())
	return x
}

// look looks on for a while, and returns of how many frames one was shown in the end.
func (x *paced) look(d time.Duration) int {
	for end := x.now.Add(d); x.now.Before(end); {
		passed := time.Duration(x.every) * time.Second / 60
		x.now = x.now.Add(passed)
		x.passed += time.Duration((x.frames/float64(x.every) + x.rest) * whole * passed.Seconds())
		x.every = x.Every(x.now)
	}
	return x.every
}

// TestEvery looks on at a training with frames that take more or less, until it rests at a pace, and
// holds that to the budget.
func TestEvery(t *testing.T) {
	for _, test := range []struct {
		what         string
		frames, rest float64
		every        int
	}{
		{"little", 0.2, 0.03, 1},
		{"nearly all", 0.8, 0.13, 1},
		{"a little more", 1.04, 0.07, 2},
		{"twice as much", 2.2, 0.07, 3},
		{"five times as much", 5, 0.1, 6},
		{"too much in any case", 20, 0, Slowest},
		{"most of it for no frame", 0.2, 2, Slowest},
	} {
		t.Run(test.what, func(t *testing.T) {
			x := newPaced(t, t.TempDir(), test.frames, test.rest)
			if got := x.look(time.Minute); got != 1 {
				t.Errorf("one of %d frames is shown while nothing is trained", got)
			}
			x.Moved(x.now)
			if x.look(stands + time.Second); x.every != 1 {
				t.Errorf("one of %d frames is shown after one step, a minute later", x.every)
			}
			x.Moved(x.now)
			began, already := x.now, x.passed
			for range 30 {
				x.look(10 * time.Second)
				x.Moved(x.now)
			}
			if x.every != test.every {
				t.Errorf("one of %d frames is shown, want %d", x.every, test.every)
			}
			share := float64(x.passed-already) / float64(x.now.Sub(began)) / 2
			if x.every < Slowest && share > Budget*1.2 { // of which the first ten seconds are some
				t.Errorf("%.2f%% of the processors' time", 100*share)
			}
			if x.look(stands + time.Second); x.every != 1 {
				t.Errorf("one of %d frames is shown after the training", x.every)
			}
		})
	}
}

// trains looks on at a training for a while, and returns how often the number of frames changes.
func (x *paced) trains(d time.Duration) (changes int) {
	for end := x.now.Add(d); x.now.Before(end); {
		x.Moved(x.now)
		before := x.every
		if x.look(time.Second) != before {
			changes++
		}
	}
	return changes
}

// TestEveryAgain shows more frames when they have become cheaper, or all who looked on too have gone, and
// does not try again and again what was too much.
func TestEveryAgain(t *testing.T) {
	dir := t.TempDir()
	x := newPaced(t, dir, 1.8, 0)
	if x.trains(time.Minute); x.every != 2 {
		t.Fatalf("one of %d", x.every)
	}
	x.frames = 0.6
	if x.trains(time.Minute); x.every != 1 {
		t.Errorf("one of %d, when they take a third", x.every)
	}
	// Of these 93%, a part does not become less with the frames.
	x.frames, x.rest = 0.8, 0.13
	x.trains(time.Minute)
	other := &place{dir: dir}
	other.take(1)
	if x.trains(time.Minute); x.every != 3 {
		t.Errorf("one of %d, when somebody else looks on", x.every)
	}
	other.leave()
	if x.trains(2 * time.Minute); x.every != 1 {
		t.Errorf("one of %d, when they have gone", x.every)
	}
	// These 110% are too much, and 55% at half of the frames are not.
	x.frames, x.rest = 1.1, 0
	x.trains(time.Minute)
	if changes := x.trains(time.Hour); x.every != 2 || changes < 2 || changes > 12 {
		t.Errorf("one of %d, after %d changes in an hour", x.every, changes)
	}
}

// TestPlaces has several who look on share the budget, also when one ends without a word.
func TestPlaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "places")
	var all []*paced
	for range 3 {
		all = append(all, newPaced(t, dir, 0.85, 0))
	}
	minute := func(of ...*paced) {
		for range 60 {
			for _, x := range of {
				x.trains(time.Second)
			}
		}
	}
	if minute(all[0]); all[0].every != 1 {
		t.Errorf("alone: one of %d", all[0].every)
	}
	if minute(all...); all[0].every != 3 || all[1].every != 3 || all[2].every != 3 {
		t.Errorf("three: one of %d, %d and %d", all[0].every, all[1].every, all[2].every)
	}
	all[2].others.leave() // as the kernel does when a process has ended
	if minute(all[:2]...); all[0].every != 2 || all[1].every != 2 {
		t.Errorf("two: one of %d and %d", all[0].every, all[1].every)
	}
	for range 5 * 60 { // nothing is trained any more
		all[1].look(time.Second)
	}
	if minute(all[0]); all[0].every != 1 || len(all[0].others.taken()) != 1 {
		t.Errorf("alone again: one of %d, %d places", all[0].every, len(all[0].others.taken()))
	}
}

// TestTraining has a program train that is known by its place alone.
func TestTraining(t *testing.T) {
	dir := t.TempDir()
	x := newPaced(t, dir, 2, 0)
	if x.look(time.Minute) != 1 {
		t.Fatalf("one of %d frames without a training", x.every)
	}
	trains := &place{dir: filepath.Join(dir, "training")}
	trains.take(1)
	if x.look(time.Minute); x.every != 2 {
		t.Errorf("one of %d frames beside a training", x.every)
	}
	for _, test := range []struct {
		processors float64
		every      int
	}{{0.99, 4}, {0.1, 8}, {4.1, 1}} { // of 0.1, the other 1.9 have little to do
		trains.say(test.processors)
		if x.look(2 * time.Minute); x.every != test.every {
			t.Errorf("one of %d frames beside a training that takes %v processors", x.every, test.processors)
		}
	}
	trains.leave()
	if x.look(window * 5 / 2); x.every != 1 {
		t.Errorf("one of %d frames after it", x.every)
	}
}

// TestFirst has who begins to look on show no more frames than it may once it is known what they take, if
// somebody else looks on, too, and who did already as soon as that comes.
func TestFirst(t *testing.T) {
	dir := t.TempDir()
	x, y := newPaced(t, dir, 0.9, 0), newPaced(t, dir, 0.9, 0)
	if x.trains(5 * time.Second); x.every != 1 {
		t.Errorf("alone: one of %d", x.every)
	}
	if y.trains(time.Second); y.every != 2 {
		t.Errorf("beside another: one of %d", y.every)
	}
	if x.trains(attention + time.Second); x.every != 2 {
		t.Errorf("when another has come: one of %d", x.every)
	}
	y.Rest()
	if x.trains(3 * window); x.every != 1 {
		t.Errorf("alone again: one of %d", x.every)
	}
	w := newPaced(t, t.TempDir(), 3.5, 0)
	if w.trains(glance + time.Second); w.every != 4 {
		t.Errorf("after a glance at far too much: one of %d", w.every)
	}
	w.frames = 0.9 // it was a checkpoint
	if w.trains(2 * window); w.every != 1 {
		t.Errorf("a glance counts for long: one of %d", w.every)
	}
	z := newPaced(t, dir, 0.2, 0)
	x.others.leave()
	z.trains(time.Minute)
	x.others.take(1)
	if changes := z.trains(time.Minute); changes != 0 {
		t.Errorf("%d changes though it is known that all frames fit", changes)
	}
}

// TestGames has who shows two games have twice as much as who shows one.
func TestGames(t *testing.T) {
	dir := t.TempDir()
	x, y := newPaced(t, dir, 0.6, 0), newPaced(t, dir, 0.6, 0)
	leave := x.Enter()
	both := func() {
		for range 60 {
			x.trains(time.Second)
			y.trains(time.Second)
		}
	}
	if both(); x.every != 1 || y.every != 2 {
		t.Errorf("one of %d where two games are shown, and of %d where it is one", x.every, y.every)
	}
	for range 2 { // as when somebody begins to play again and again
		leave()
		if both(); x.every != 2 || y.every != 2 {
			t.Errorf("one of %d and %d where one game is shown each", x.every, y.every)
		}
		leave = x.Enter()
		if both(); x.every != 1 || y.every != 2 {
			t.Errorf("one of %d and %d where two games are shown again, and one", x.every, y.every)
		}
	}
	leave()
	if both(); x.every != 2 || y.every != 2 {
		t.Errorf("one of %d and %d where one game is shown each", x.every, y.every)
	}
}

// TestTold has a program tell how many processors it takes, and who had its place before not.
func TestTold(t *testing.T) {
	dir := t.TempDir()
	before := &place{dir: dir}
	before.take(1)
	before.say(7)
	for _, want := range []float64{7, 2.5, 10} {
		if files := before.taken(); len(files) != 1 || together(files) != want {
			t.Errorf("%d with %v processors, want %v", len(files), together(files), want)
		}
		before.say(map[float64]float64{7: 2.5, 2.5: 10}[want])
	}
	other := &place{dir: dir}
	other.take(1)
	if files := other.taken(); len(files) != 2 || together(files) != 0 {
		t.Errorf("%d with %v processors, though one has not said so", len(files), together(files))
	}
	before.leave()
	now := &place{dir: dir}
	now.take(1)
	stop := make(chan struct{})
	close(stop)
	now.tell(stop)
	if _, ok := said(now.file(0)); ok {
		t.Error("what the one before took counts")
	}
	(&place{}).tell(stop) // who has no place has nothing to tell
}

// TestPlacesTaken has more look on than there are places, and where there can be none.
func TestPlacesTaken(t *testing.T) {
	dir := t.TempDir()
	var all [mostPlaces + 2]place
	for i := range all {
		all[i].dir = dir
		all[i].take(1)
		all[i].take(1)
		if got, want := len(all[i].taken()), min(i+1, mostPlaces); got != want {
			t.Fatalf("%d places of %d", got, want)
		}
	}
	for i := range all {
		all[i].leave()
	}
	if got := len(all[0].taken()); got != 0 {
		t.Errorf("%d places of nobody", got)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	nowhere := place{dir: filepath.Join(file, "below")}
	if nowhere.take(1); len(nowhere.mine) != 0 || len(nowhere.taken()) != 0 {
		t.Error("a place in a file")
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	if runtime.GOOS == "linux" && newPlace(training).dir != "" {
		t.Error("a place without a cache")
	}
}

// TestOfTraining counts what is done for those who look on, and nothing else; in the program that
// trains, a training is known of.
func TestOfTraining(t *testing.T) {
	if _, ok := threadTime(); !ok {
		t.Skip("this system does not tell")
	}
	work := func(d time.Duration) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		begun, _ := threadTime()
		for now := begun; now-begun < d; now, _ = threadTime() {
		}
	}
	p := OfTraining()
	p.others = &place{dir: t.TempDir()}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { p.Do(func() { work(10 * time.Millisecond) }) })
	}
	p.Do(func() { time.Sleep(500 * time.Millisecond) })
	work(500 * time.Millisecond)
	all.Wait()
	if got := p.spent(); got < 40*time.Millisecond || got > 400*time.Millisecond {
		t.Errorf("%v, want 40 ms and a little", got)
	}
	func() {
		defer func() { _ = recover() }()
		p.Do(func() { work(10 * time.Millisecond); panic("a mistake") })
	}()
	if got := p.spent(); got < 50*time.Millisecond {
		t.Errorf("%v, want 50 ms: a panic takes time, too", got)
	}
	now := time.Now()
	if p.Every(now) != 1 || len(p.others.mine) != 0 {
		t.Error("a place though nobody looks on")
	}
	leave, leaveToo := p.Enter(), p.Enter()
	p.Every(now)
	p.Every(now.Add(time.Second))
	leaveToo()
	if len(p.others.mine) == 0 {
		t.Error("no place while somebody looks on")
	}
	if p.Rest(); len(p.others.mine) != 0 {
		t.Error("a place at rest")
	}
	if p.Every(now.Add(2 * time.Second)); len(p.others.mine) == 0 {
		t.Error("no place after a rest")
	}
	p.Every(now.Add(2*time.Second + glance))
	work(50 * time.Millisecond) // of training
	p.Do(func() { work(20 * time.Millisecond) })
	p.Every(now.Add(window))
	p.Every(now.Add(2*time.Second + glance + window))
	if got, takes := p.training, p.known[1].processors; got < 0.004 || takes < 0.002 || takes > 0.005 {
		t.Errorf("training got %v processors, and %v were taken from it", got, takes)
	}
	if leave(); len(p.others.mine) != 0 {
		t.Error("a place when nobody looks on any more")
	}
}

// TestOfProcess counts what the process does, in any of its threads.
func TestOfProcess(t *testing.T) {
	p := OfProcess()
	if p == nil {
		t.Skip("this system does not tell")
	}
	before := p.spent()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			begun, _ := threadTime()
			for now := begun; now-begun < 20*time.Millisecond; now, _ = threadTime() {
			}
		})
	}
	all.Wait()
	if got := p.spent() - before; got < 40*time.Millisecond {
		t.Errorf("%v of 40 ms", got)
	}
}

// TestNone shows all frames where nothing is known.
func TestNone(t *testing.T) {
	var p *Pace
	done := false
	p.Do(func() { done = true })
	p.Enter()()
	if p.Moved(time.Now()); !done || p.Every(time.Now()) != 1 {
		t.Error("no Pace is not one that shows all")
	}
	if Played(1) != 1 || Played(3) != 1 || Played(4) != 2 || Played(Slowest) != 2 {
		t.Error("another number of frames for who plays")
	}
	p.Rest()
}

// TestDue has a run write a checkpoint every ten seconds, and asks for it every second: as many are read as
// frames are shown, but one of four at least, each in the second in which it is new, and the last one.
func TestDue(t *testing.T) {
	for every := 1; every <= Slowest; every++ {
		var c Checkpoints
		var read []int
		now := time.Unix(1000, 0)
		for second := range 400 {
			newest := min(second, 300) / 10 // after five minutes it trains no more
			if c.Due(strconv.Itoa(newest), every, now.Add(time.Duration(second)*time.Second)) {
				if read = append(read, newest); second%10 != 0 && newest < 30 {
					t.Errorf("one of %d: checkpoint %d is read after %d seconds", every, newest, second)
				}
			}
		}
		if n := len(read); n < 30/min(every, 4)+1 || n > 30/min(every, 4)+2 || read[n-1] != 30 {
			t.Errorf("one of %d: read are %v", every, read)
		}
	}
}
