package emu

import (
	"sync"
	"sync/atomic"
)

// teamTile is the number of games that a worker of Step takes at a time.
const teamTile = 16 * VectorLanes

// team is what Step shares with its workers: the work of the current step. It is
// kept in the Vector so that a step allocates nothing.
type team struct {
	work    func() // takes tiles until there are none
	actions []Action
	step    Step
	next    atomic.Int64 // tile
	ended   []bool       // by tile: whether an episode has ended in it
	done    sync.WaitGroup
}

func (t *team) init(v *Vector) {
	t.ended = make([]bool, (v.games+teamTile-1)/teamTile)
	t.work = func() {
		defer t.done.Done()
		for {
			tile := int(t.next.Add(1)) - 1
			if tile >= len(t.ended) {
				return
			}
			lo, hi := v.tile(tile)
			t.ended[tile] = v.advance(lo, hi, t.actions[lo:hi], t.step.slice(lo, hi))
		}
	}
}

// tile returns the games of a tile.
func (v *Vector) tile(tile int) (lo, hi int) {
	return tile * teamTile, min((tile+1)*teamTile, v.games)
}

// Step is StepRange of all games, by as many goroutines as workers says, this one
// among them; less than one counts as one. What comes of it does not depend on their
// number. It must not be called again, nor may StepRange, before it has returned.
func (v *Vector) Step(workers int, actions []Action, s Step, ended []Episode) []Episode {
	t := &v.team
	t.actions, t.step = actions[:v.games], s.slice(0, v.games)
	t.next.Store(0)
	workers = max(min(workers, len(t.ended)), 1)
	t.done.Add(workers)
	for range workers - 1 {
		go t.work()
	}
	t.work()
	t.done.Wait()
	for tile, any := range t.ended {
		if any {
			lo, hi := v.tile(tile)
			ended = v.collect(lo, hi, t.step.slice(lo, hi), ended)
		}
	}
	t.actions, t.step = nil, Step{}
	return ended
}
