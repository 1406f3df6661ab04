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

// paced is a Pace on an injected clock, of who takes so much of two processors' time for each frame and
// besides, at 60 frames a second.
type paced struct {
	*Pace
	now                 time.Time
	frame, rest, passed time.Duration // rest is a second's
	every               int
}

func newPaced(t *testing.T, dir string, frame, rest time.Duration) *paced {
	t.Helper()
	x := &paced{now: time.Unix(1000, 0), frame: frame, rest: rest, every: 1}
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
		x.passed += x.frame + time.Duration(float64(x.rest)*passed.Seconds())
		x.every = x.Every(x.now)
	}
	return x.every
}

// TestEvery looks on at a training with frames that take more or less, until it rests at a pace, and
// holds that to the budget: 30 ms a second of two processors' time.
func TestEvery(t *testing.T) {
	for _, test := range []struct {
		what        string
		frame, rest time.Duration
		every       int
	}{
		{"little", 100 * time.Microsecond, time.Millisecond, 1},
		{"nearly all", 400 * time.Microsecond, 4 * time.Millisecond, 1},
		{"a little more", 520 * time.Microsecond, 2 * time.Millisecond, 2},
		{"twice as much", 1100 * time.Microsecond, 2 * time.Millisecond, 3},
		{"too much in any case", 5 * time.Millisecond, 0, Slowest},
		{"most of it for no frame", 100 * time.Microsecond, 60 * time.Millisecond, Slowest},
	} {
		t.Run(test.what, func(t *testing.T) {
			x := newPaced(t, t.TempDir(), test.frame, test.rest)
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
	x := newPaced(t, dir, 900*time.Microsecond, 0)
	if x.trains(time.Minute); x.every != 2 {
		t.Fatalf("one of %d", x.every)
	}
	x.frame = 300 * time.Microsecond
	if x.trains(time.Minute); x.every != 1 {
		t.Errorf("one of %d, when they take a third", x.every)
	}
	// Of these 28 ms a second, of 30, a part does not become less with the frames.
	x.frame, x.rest = 400*time.Microsecond, 4*time.Millisecond
	x.trains(time.Minute)
	other := &place{dir: dir}
	other.take()
	if x.trains(time.Minute); x.every != 3 {
		t.Errorf("one of %d, when somebody else looks on", x.every)
	}
	other.leave()
	if x.trains(2 * time.Minute); x.every != 1 {
		t.Errorf("one of %d, when they have gone", x.every)
	}
	// These 32 ms are too much, and 20 at half of the frames are not.
	x.rest = 8 * time.Millisecond
	x.trains(time.Minute)
	if changes := x.trains(time.Hour); x.every != 2 || changes < 2 || changes > 12 {
		t.Errorf("one of %d, after %d changes in an hour", x.every, changes)
	}
}

// TestPlaces has several who look on share the budget, also when one ends without a word.
func TestPlaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "places")
	const frame = 400 * time.Microsecond // 24 ms a second, of 30
	var all []*paced
	for range 3 {
		all = append(all, newPaced(t, dir, frame, 0))
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
	if minute(all[0]); all[0].every != 1 || all[0].others.count() != 1 {
		t.Errorf("alone again: one of %d, %d places", all[0].every, all[0].others.count())
	}
}

// TestTraining has a program train that is known by its place alone.
func TestTraining(t *testing.T) {
	dir := t.TempDir()
	x := newPaced(t, dir, time.Millisecond, 0)
	if x.look(time.Minute) != 1 {
		t.Fatalf("one of %d frames without a training", x.every)
	}
	trains := &place{dir: filepath.Join(dir, "training")}
	trains.take()
	if x.look(time.Minute); x.every != 2 {
		t.Errorf("one of %d frames beside a training", x.every)
	}
	trains.leave()
	if x.look(window * 5 / 2); x.every != 1 {
		t.Errorf("one of %d frames after it", x.every)
	}
}

// TestPlacesTaken has more look on than there are places, and where there can be none.
func TestPlacesTaken(t *testing.T) {
	dir := t.TempDir()
	var all [mostPlaces + 2]place
	for i := range all {
		all[i].dir = dir
		all[i].take()
		all[i].take()
		if got, want := all[i].count(), min(i+1, mostPlaces); got != want {
			t.Fatalf("%d places of %d", got, want)
		}
	}
	for i := range all {
		all[i].leave()
	}
	if got := all[0].count(); got != 0 {
		t.Errorf("%d places of nobody", got)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	nowhere := place{dir: filepath.Join(file, "below")}
	if nowhere.take(); nowhere.mine != nil || nowhere.count() != 0 {
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
	p.Do(func() { time.Sleep(100 * time.Millisecond) })
	runtime.LockOSThread()
	work(100 * time.Millisecond)
	runtime.UnlockOSThread()
	all.Wait()
	if got := p.spent(); got < 40*time.Millisecond || got > 90*time.Millisecond {
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
	if p.Every(now) != 1 || p.others.mine != nil {
		t.Error("a place though nobody looks on")
	}
	leave, leaveToo := p.Enter(), p.Enter()
	p.Every(now)
	p.Every(now.Add(time.Second))
	leaveToo()
	if p.others.mine == nil {
		t.Error("no place while somebody looks on")
	}
	if p.Rest(); p.others.mine != nil {
		t.Error("a place at rest")
	}
	if p.Every(now.Add(2 * time.Second)); p.others.mine == nil {
		t.Error("no place after a rest")
	}
	if leave(); p.others.mine != nil {
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
	if Played(1) != 1 || Played(Slowest-1) != 1 || Played(Slowest) != 2 {
		t.Error("another number of frames for who plays")
	}
	p.Rest()
}

// TestDue has a run write a checkpoint every ten seconds, and asks for it every second: as many are read as
// frames are shown, each in the second in which it is new, and the last one.
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
		if n := len(read); n < 30/every+1 || n > 30/every+2 || read[n-1] != 30 {
			t.Errorf("one of %d: read are %v", every, read)
		}
	}
}
