package trainer

import "pongpg/emu"

// judge finds out what a rollout's decisions were worth beside their return: what return was
// to be expected, and which point the decision had a part in. It sees the images of the
// observations, and nothing else of the games.
type judge struct {
	baseline baseline
	expects  bool // what a baseline expects is taken off
	byHit    bool // a won point counts for decisions up to the agent's last hit of the ball,
	next     bool // and those after it have a part in the next point
	gamma    float64

	// Of each row of the batch.
	situation []uint16
	part      []bool // the return is known, and the decision had a part in it

	// Of each game, while its rows are walked from the last to the first.
	afterHit []bool    // of the point, which was won, the agent has no hit after this row
	worth    []float64 // the return of the decision after this row
	hasWorth []bool    // there is one, and it had a part in it
}

func newJudge(r *Rollout, c *Config) *judge {
	rows := r.Batch.Rows()
	return &judge{
		expects: c.Baseline == "situation", byHit: c.Credit != "point", next: c.Credit == "next", gamma: c.Gamma,
		situation: make([]uint16, rows), part: make([]bool, rows),
		afterHit: make([]bool, r.Games), worth: make([]float64, r.Games), hasWorth: make([]bool, r.Games),
	}
}

// live looks at the live rows of a tile, whose returns are known (discount), on a worker.
func (j *judge) live(r *Rollout, t *tile, worker int) {
	p := t.player
	clear(j.afterHit[p.lo:p.hi])
	clear(j.hasWorth[p.lo:p.hi])
	sums := j.sums(worker)
	for step := r.Steps - 1; step >= 0; step-- {
		lo, hi := r.rows(step, p.lo, p.hi)
		reward, end := r.Reward[lo:hi], r.EpisodeEnd[lo:hi]
		for i := range reward {
			g := p.lo + i
			if reward[i] != 0 || end[i] {
				j.afterHit[g] = j.byHit && reward[i] > 0
			}
			if end[i] {
				j.hasWorth[g] = false
			}
			j.part[lo+i] = r.Known[lo+i] && j.row(r, sums, lo+i, g)
		}
	}
}

// carried looks at rows lo to hi (exclusive), which game g carries into the rollout, after
// live.
func (j *judge) carried(r *Rollout, g, lo, hi, worker int) {
	sums := j.sums(worker)
	for row := hi - 1; row >= lo; row-- {
		j.part[row] = j.row(r, sums, row, g)
	}
}

// sums returns where a worker adds up returns; nil if there is no baseline.
func (j *judge) sums(worker int) *situationSums {
	if !j.expects {
		return nil
	}
	return &j.baseline.parts[worker]
}

// row looks at one row, whose point is over: the game's rows after it have been looked at. It
// reports whether the decision had a part in the return, which may be another than that of its
// point now.
func (j *judge) row(r *Rollout, sums *situationSums, row, g int) (part bool) {
	s := look(r.host.x[row*emu.ObservationWidth:])
	if s.approaching() { // a hit by the agent can only come after it
		j.afterHit[g] = false
	}
	advantage := &r.host.advantage[row]
	part = !j.afterHit[g]
	if !part && j.next && j.hasWorth[g] {
		*advantage, part = float32(j.gamma*j.worth[g]), true
	}
	j.worth[g], j.hasWorth[g] = float64(*advantage), part
	if part && j.expects {
		j.situation[row] = s.situation(j.afterHit[g])
		sums.add(j.situation[row], j.worth[g])
	}
	return part
}

// assess turns the returns of rows lo to hi (exclusive), which are in the advantages, into
// how much better they are than expected; 0 where the decision had no part in it. It
// returns the moments of those that had.
func (j *judge) assess(r *Rollout, lo, hi int) (worth moments) {
	for row := lo; row < hi; row++ {
		advantage := &r.host.advantage[row]
		if !j.part[row] {
			*advantage = 0
			continue
		}
		if j.expects {
			*advantage -= j.baseline.mean[j.situation[row]]
		}
		worth = worth.with(float64(*advantage))
	}
	return worth
}
