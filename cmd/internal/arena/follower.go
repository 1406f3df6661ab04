package arena

import (
	"time"

	"pongpg/cmd/internal/pace"
)

// Follower looks for newer checkpoints of a run that is being trained, in the background. It
// is used from one goroutine.
type Follower struct {
	newer  Newest
	due    pace.Checkpoints // of the goroutine that looks, or of the caller if none does
	guard  func()           // deferred where it looks
	found  chan found
	looks  bool
	begun  time.Time
	update int64 // the latest that has been found
}

// found is what a look came to.
type found struct {
	agent *Agent
	err   error
}

// lookInterval is between two looks at least.
const lookInterval = time.Second

// Newest returns a run's newest agent, or nil if that is of an update, or its checkpoint, which has a name, is
// not due.
type Newest func(update int64, due func(name string) bool) (*Agent, error)

// NewFollower returns a Follower that asks newer for an agent beyond an update, the first
// time the given one. guard is deferred in the goroutine that calls it.
func NewFollower(update int64, newer Newest, guard func()) *Follower {
	return &Follower{newer: newer, guard: guard, update: update, found: make(chan found, 1)}
}

// Look begins to look, unless it does already or has just done so. Who shows one of so many frames
// has as much fewer checkpoints read.
func (f *Follower) Look(now time.Time, every int) {
	if f.looks || now.Sub(f.begun) < lookInterval {
		return
	}
	f.looks, f.begun = true, now
	update := f.update
	go func() {
		defer f.guard()
		agent, err := f.newer(update, func(name string) bool { return f.due.Due(name, every, now) })
		f.found <- found{agent, err}
	}()
}

// Found returns what was found since it was last called, if anything; it does not wait.
func (f *Follower) Found() (*Agent, error) {
	select {
	case x := <-f.found:
		f.looks = false
		if x.agent != nil {
			f.update = x.agent.Update
		}
		return x.agent, x.err
	default:
		return nil, nil
	}
}

// Close waits for a look that is under way, and closes the agent that it found.
func (f *Follower) Close() error {
	if !f.looks {
		return nil
	}
	f.looks = false
	if x := <-f.found; x.agent != nil {
		return x.agent.Close()
	}
	return nil
}
