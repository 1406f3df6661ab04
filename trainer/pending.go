package trainer

import (
	"fmt"

	"pongpg/emu"
)

// pending is the latest decisions of each game whose return is not known yet, oldest
// first. When the point is over they are carried into the batch of that update.
// The policy has moved a little since they were made; leaving them out would
// teach from short points only, which is worse by far (docs/recipes.md).
type pending struct {
	horizon int
	x       []uint16 // [games][horizon][emu.ObservationWidth]
	action  []uint8  // [games][horizon]
	length  []int32  // [games]
}

func newPending(games, horizon int) *pending {
	return &pending{
		horizon: horizon,
		x:       make([]uint16, games*horizon*emu.ObservationWidth),
		action:  make([]uint8, games*horizon),
		length:  make([]int32, games),
	}
}

// game returns the decisions of game g.
func (p *pending) game(g int) (x []uint16, action []uint8) {
	n := int(p.length[g])
	at := g * p.horizon
	return p.x[at*emu.ObservationWidth : (at+n)*emu.ObservationWidth], p.action[at : at+n]
}

// room makes room for n more decisions of game g, dropping the oldest as needed, and
// returns where they go. n must not be above the horizon.
func (p *pending) room(g, n int) (x []uint16, action []uint8) {
	px, pa := p.game(g)
	if drop := len(pa) + n - p.horizon; drop > 0 {
		copy(px, px[drop*emu.ObservationWidth:])
		copy(pa, pa[drop:])
		p.length[g] -= int32(drop)
	}
	old := int(p.length[g])
	p.length[g] += int32(n)
	px, pa = p.game(g)
	return px[old*emu.ObservationWidth:], pa[old:]
}

// pack returns the decisions of all games, one after the other.
func (p *pending) pack() (x []uint16, action []uint8) {
	for g := range p.length {
		gx, ga := p.game(g)
		x, action = append(x, gx...), append(action, ga...)
	}
	return x, action
}

// unpack is the inverse of pack, for games that have length decisions each. It is an
// error if they are not as many.
func (p *pending) unpack(length []int32, x []uint16, action []uint8) error {
	for g, n := range length {
		if n < 0 || int(n) > p.horizon || int(n) > len(action) {
			return fmt.Errorf("%d pending decisions of game %d in the checkpoint, of at most %d, and %d are left", n, g, p.horizon, len(action))
		}
		p.length[g] = n
		gx, ga := p.game(g)
		copy(gx, x)
		copy(ga, action)
		x, action = x[len(gx):], action[n:]
	}
	if len(action) > 0 {
		return fmt.Errorf("%d pending decisions in the checkpoint are of no game", len(action))
	}
	return nil
}

// countCarried notes how many pending decisions of each of a tile's games have a known
// return now, and returns their sum.
func (r *Rollout) countCarried(t *tile) int {
	n := 0
	for g := t.player.lo; g < t.player.hi; g++ {
		r.carriedOf[g] = 0
		if r.Known[g] {
			r.carriedOf[g] = r.pending.length[g]
		}
		n += int(r.carriedOf[g])
	}
	return n
}

// carry moves the pending decisions of a tile's games whose return is known to the
// carried rows, and puts those of this rollout that have none in their place. The first live
// decision's return, if it is known, is theirs too, discounted further.
func (r *Rollout) carry(t *tile, gamma float64, worker int) {
	at := t.from
	for g := t.player.lo; g < t.player.hi; g++ {
		if r.Known[g] {
			x, action := r.pending.game(g)
			h := r.host.slice(at, at+len(action))
			copy(h.x, x)
			copy(h.action, action)
			run := r.run[g] // of decision 0
			for i := len(action) - 1; i >= 0; i-- {
				run = float64(gamma * run)
				h.advantage[i] = float32(run)
				r.returns[g] = r.returns[g].with(run)
			}
			if r.judge != nil {
				r.judge.carried(r, g, at, at+len(action), worker)
			}
			at += len(action)
		}
		r.keepPending(g)
	}
}

// keepPending makes the decisions of game g after its last reward or episode's end
// the pending ones; all of the rollout's, after those that were, if there was none.
func (r *Rollout) keepPending(g int) {
	from := r.Steps
	for from > 0 {
		if row := (from-1)*r.Games + g; r.Reward[row] != 0 || r.EpisodeEnd[row] {
			break
		}
		from--
	}
	if from > 0 {
		r.pending.length[g] = 0
	}
	from = max(from, r.Steps-r.pending.horizon)
	x, action := r.pending.room(g, r.Steps-from)
	const width = emu.ObservationWidth
	for i := range action {
		row := (from+i)*r.Games + g
		copy(x[i*width:], r.host.x[row*width:(row+1)*width])
		action[i] = r.host.action[row]
	}
}
