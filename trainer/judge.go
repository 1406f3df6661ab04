package trainer

import "pongpg/emu"

// judge finds out what a rollout's decisions were worth beside their return: what return was
// to be expected, and whether the decision had a part in it. It sees the images of the
// observations, and nothing else of the games.
type judge struct {
	baseline baseline
	expects  bool // what a baseline expects is taken off
	byHit    bool // a won point counts for decisions up to the agent's last hit of the ball

	// Of each row of the batch: the situation, plus noPart where the decision had none.
	situation []uint16
	noPart    []bool // of each game, while its rows are walked from the last to the first
}

// noPart marks a decision after the last hit of a point that was won.
const noPart = 1 << 15

func newJudge(r *Rollout, expects, byHit bool) *judge {
	return &judge{
		expects: expects, byHit: byHit,
		baseline:  baseline{parts: make([]situationSums, len(r.tiles))},
		situation: make([]uint16, r.Batch.Rows()),
		noPart:    make([]bool, r.Games),
	}
}

// live looks at the live rows of a tile, whose returns are known (discount).
func (j *judge) live(r *Rollout, t *tile) {
	p := t.player
	clear(j.noPart[p.lo:p.hi])
	sums := &j.baseline.parts[t.index]
	for step := r.Steps - 1; step >= 0; step-- {
		lo, hi := r.rows(step, p.lo, p.hi)
		reward, end := r.Reward[lo:hi], r.EpisodeEnd[lo:hi]
		for i := range reward {
			g := p.lo + i
			switch {
			case reward[i] != 0:
				j.noPart[g] = j.byHit && reward[i] > 0
			case end[i]:
				j.noPart[g] = false
			}
			if r.Known[lo+i] {
				j.row(r, sums, lo+i, g)
			}
		}
	}
}

// carried looks at rows lo to hi (exclusive), which game g carries into the rollout, after
// live.
func (j *judge) carried(r *Rollout, t *tile, g, lo, hi int) {
	for row := hi - 1; row >= lo; row-- {
		j.row(r, &j.baseline.parts[t.index], row, g)
	}
}

// row looks at one row: the game's rows after it have been looked at.
func (j *judge) row(r *Rollout, sums *situationSums, row, g int) {
	s := look(r.host.x[row*emu.ObservationWidth:])
	if s.approaching() { // a hit by the agent can only come after it
		j.noPart[g] = false
	}
	situation := uint16(0)
	if j.expects {
		situation = s.situation()
		sums.add(situation, float64(r.host.advantage[row]))
	}
	if j.noPart[g] {
		situation |= noPart
	}
	j.situation[row] = situation
}

// assess turns the returns of rows lo to hi (exclusive), which are in the advantages, into
// how much better they are than expected; 0 where the decision had no part in it.
func (j *judge) assess(r *Rollout, lo, hi int) {
	for row := lo; row < hi; row++ {
		switch s := j.situation[row]; {
		case !r.Known[row]:
		case s&noPart != 0:
			r.host.advantage[row] = 0
		case j.expects:
			r.host.advantage[row] -= j.baseline.mean[s]
		}
	}
}
