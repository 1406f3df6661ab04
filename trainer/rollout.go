package trainer

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// tileGames is how many games are played at a time: enough for an operation on them
// to be worth its call, few enough for all that they touch but the weights to
// stay in the first-level cache. Results do not depend on it but for the order in
// which the moments of the returns are summed.
const tileGames = 64

// Rollout is the decisions of games that are always in play: the same number of
// each game, episodes running on from one rollout to the next. Row t·games+g of
// every array is decision t of game g.
type Rollout struct {
	Steps, Games int
	Batch        Batch
	Reward       []int8            // [rows]
	EpisodeEnd   []bool            // [rows] the episode ended with this decision
	Known        []bool            // [rows] the decision's return is known
	Episodes     []FinishedEpisode // those that ended, by step, then by game

	host      hostBatch
	truncated []bool
	vector    *emu.Vector
	tiles     []tile
}

// FinishedEpisode is an episode and the step of the rollout that it ended with.
type FinishedEpisode struct {
	Step int
	emu.Episode
}

// tile is a few games of a rollout, which one worker plays.
type tile struct {
	player  *player
	ended   []emu.Episode
	done    []FinishedEpisode
	returns moments
	run     [tileGames]float64
	known   [tileGames]bool
}

// newRollout returns rollouts of games games. Their first observations, like all
// that follow, are those of the vector, which must be at the first decision of its
// games.
func newRollout(b compute.Backend, policy *Policy, vector *emu.Vector, seed uint64, steps int) *Rollout {
	games := vector.Games()
	rows := steps * games
	r := &Rollout{
		Steps: steps, Games: games,
		Batch:  newBatch(b, rows+games, policy), // and the next rollout's first observations
		Reward: make([]int8, rows), EpisodeEnd: make([]bool, rows), Known: make([]bool, rows),
		truncated: make([]bool, rows),
		vector:    vector,
	}
	r.host = newHostBatch(b, r.Batch)
	for g := range games {
		r.host.x[(rows+g)*emu.ObservationWidth] = emu.EndOfRow
	}
	for lo := 0; lo < games; lo += tileGames {
		hi := min(lo+tileGames, games)
		r.tiles = append(r.tiles, tile{player: newPlayer(b, policy, seed, vector, lo, hi)})
	}
	return r
}

// rows returns the rows of decision t of games lo to hi.
func (r *Rollout) rows(t, lo, hi int) (from, to int) { return t*r.Games + lo, t*r.Games + hi }

// Collect plays Steps decisions of every game on workers goroutines, and computes
// the returns, discounted by gamma, into the advantages. It returns their moments.
func (r *Rollout) Collect(workers int, gamma float64) moments {
	inParallel(workers, len(r.tiles), func(_, i int) { r.play(&r.tiles[i], gamma) })
	r.Episodes = r.Episodes[:0]
	var all moments
	for i := range r.tiles {
		r.Episodes = append(r.Episodes, r.tiles[i].done...)
		all = all.plus(r.tiles[i].returns)
	}
	slices.SortFunc(r.Episodes, func(a, b FinishedEpisode) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Game, b.Game))
	})
	return all
}

// play plays a tile's games.
func (r *Rollout) play(t *tile, gamma float64) {
	p := t.player
	t.done = t.done[:0]
	first, last := r.host.slice(r.rows(0, p.lo, p.hi)), r.host.slice(r.rows(r.Steps, p.lo, p.hi))
	copy(first.x, last.x)
	for step := range r.Steps {
		lo, hi := r.rows(step, p.lo, p.hi)
		p.decide(r.Batch.Slice(lo, hi), r.host.slice(lo, hi))
		next := r.host.slice(r.rows(step+1, p.lo, p.hi))
		t.ended = p.step(emu.Step{
			Observation: next.x, Reward: r.Reward[lo:hi],
			Terminated: r.EpisodeEnd[lo:hi], Truncated: r.truncated[lo:hi],
		}, t.ended[:0])
		for _, e := range t.ended {
			r.EpisodeEnd[lo+e.Game-p.lo] = true
			t.done = append(t.done, FinishedEpisode{step, e})
		}
	}
	r.discount(t, gamma)
}

// discount writes each decision's return, the discounted reward of its point, to
// the advantages: the running sum starts anew at every reward. The decisions after
// a game's last reward have no return yet: they get 0, and are not Known.
func (r *Rollout) discount(t *tile, gamma float64) {
	p := t.player
	n := p.hi - p.lo
	clear(t.known[:])
	t.returns = moments{}
	for step := r.Steps - 1; step >= 0; step-- {
		lo, hi := r.rows(step, p.lo, p.hi)
		advantage := r.host.advantage[lo:hi]
		reward, end, known := r.Reward[lo:hi], r.EpisodeEnd[lo:hi], r.Known[lo:hi]
		for g := range n {
			run := float64(gamma * t.run[g])
			if reward[g] != 0 {
				run, t.known[g] = float64(reward[g]), true
			} else if end[g] {
				t.known[g] = false
			}
			t.run[g] = run
			known[g] = t.known[g]
			if !t.known[g] {
				run = 0
			}
			advantage[g] = float32(run)
			if t.known[g] {
				t.returns = t.returns.with(run)
			}
		}
	}
}

// inParallel calls work(worker, i) for every i < n on workers goroutines, each i
// once.
func inParallel(workers, n int, work func(worker, i int)) {
	workers = min(workers, n)
	if workers <= 1 {
		for i := range n {
			work(0, i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(worker, i)
			}
		})
	}
	wait.Wait()
}
