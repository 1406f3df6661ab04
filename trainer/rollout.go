package trainer

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// Where operations run in the call, maxTile is the largest number of games that are
// played at a time: enough for an operation on them to be worth its call, few enough for
// all that they touch but the weights to stay in the first-level cache.
//
// Beside a device, tiles are in flight together: while one waits for its actions, others'
// games are played. Two suffice; with more games a tile is as many as a processor plays,
// 10 ns each, in about the time that a device takes to answer.
const (
	maxTile      = 64
	maxAsyncTile = 1024
)

// tileGames returns how many games are played at a time, whole blocks of them: two tiles
// or more for each worker, or just two if the backend runs beside them. Results do not
// depend on it.
func tileGames(games int, b compute.Backend) int {
	tiles, most := 2*b.Workers(), maxTile
	if b.Async() {
		tiles, most = 2, maxAsyncTile
	}
	each := (games + tiles - 1) / tiles
	blocks := (each + emu.VectorLanes - 1) / emu.VectorLanes
	return min(blocks*emu.VectorLanes, most)
}

// Rollout is decisions of games that are always in play: the same number of each
// game, episodes running on from one rollout to the next. Row t·games+g of its
// arrays is decision t of game g: these are the live rows. After them come the
// carried rows: decisions of earlier rollouts whose return became known in this one.
type Rollout struct {
	Steps, Games int   // Steps may be changed between rollouts, to less than newRollout's or back
	Batch        Batch // live rows, then carried ones

	Known      []bool // of each row: the return is known, as that of carried rows always is
	Reward     []int8 // of each live row's decision
	EpisodeEnd []bool // of each live row: the episode ended with it

	Carried   int               // number of carried rows
	carriedOf []int32           // of each game, whose rows follow each other
	Episodes  []FinishedEpisode // those that ended, by step, then by game

	host      hostBatch
	next      []uint16 // [games][emu.ObservationWidth] first observations of the next rollout
	truncated []bool   // of live rows
	vector    *emu.Vector
	pending   *pending
	tiles     []tile
	judge     *judge    // of what decisions were worth beside the return; nil: nothing else
	returns   []moments // of each game, of this rollout's known returns
	run       []float64 // of each game: the running return, while it is discounted
	known     []bool    // of each game: run is a return
}

// FinishedEpisode is an episode and the step of the rollout that it ended with.
type FinishedEpisode struct {
	Step int
	emu.Episode
}

// tile is some games of a rollout, which one goroutine plays.
type tile struct {
	player  *player
	decide  []func() // of each step: the recorded request for actions, if there is one
	ended   []emu.Episode
	done    []FinishedEpisode
	carried int // rows that its games carry into the rollout
	from    int // the first of them
}

// newRollout returns rollouts of the games of a vector, all at the first decision
// of an episode. It is an error if there is no memory for them.
func newRollout(b compute.Backend, policy *Policy, vector *emu.Vector, seed uint64, steps, horizon int) (*Rollout, error) {
	games := vector.Games()
	live := steps * games
	r := &Rollout{
		Steps: steps, Games: games,
		Reward: make([]int8, live), EpisodeEnd: make([]bool, live),
		next:      make([]uint16, games*emu.ObservationWidth),
		truncated: make([]bool, live),
		carriedOf: make([]int32, games),
		returns:   make([]moments, games),
		run:       make([]float64, games),
		known:     make([]bool, games),
		vector:    vector,
		pending:   newPending(games, horizon),
	}
	r.Batch = NewBatch(b, live+games*r.pending.horizon, policy)
	if err := b.Sync(); err != nil { // no memory
		return nil, err
	}
	r.host = newHostBatch(b, r.Batch)
	r.Known = slices.Repeat([]bool{true}, r.Batch.Rows())
	for g := range games {
		vector.FirstObservation(r.next[g*emu.ObservationWidth:], g)
	}
	size := tileGames(games, b)
	for lo := 0; lo < games; lo += size {
		hi := min(lo+size, games)
		r.tiles = append(r.tiles, tile{player: newPlayer(b, policy, seed, vector, lo, hi, hi-lo)})
	}
	if err := b.Sync(); err != nil {
		return nil, err
	}
	if b.Async() && r.host.seen.Entries.Host == nil {
		r.record() // as a request is three operations; one alone is not cheaper to replay
	}
	return r, nil
}

// maxRecorded is how many requests are recorded: each takes some 10 KB of a device.
const maxRecorded = 1 << 14

// record has the device note the requests of every step, which are the same in every
// rollout.
func (r *Rollout) record() {
	for i := range r.tiles {
		t := &r.tiles[i]
		for step := range min(r.Steps, maxRecorded/len(r.tiles)) {
			lo, hi := r.rows(step, t.player.lo, t.player.hi)
			draw := t.player.draw
			draw.After = uint32(step)
			t.decide = append(t.decide, t.player.queue.Record(func() {
				t.player.request(r.Batch.Slice(lo, hi), r.host.slice(lo, hi), draw)
			}))
		}
	}
}

// horizon returns how many decisions of a game wait, at the end of a rollout, for a
// reward to come: those for which it would be discounted to less than half a percent are
// let go; there are 2,048 at most, whatever gamma.
func horizon(gamma float64) int {
	const negligible, longest = 0.005, 2048
	if gamma >= 1 {
		return longest
	}
	return int(min(longest, max(1, math.Ceil(math.Log(negligible)/math.Log(gamma)))))
}

// Live returns the number of live rows.
func (r *Rollout) Live() int { return r.Steps * r.Games }

// rows returns the rows of decision t of games lo to hi.
func (r *Rollout) rows(t, lo, hi int) (from, to int) { return t*r.Games + lo, t*r.Games + hi }

// players returns how many goroutines play.
func (r *Rollout) players(workers int) int {
	if len(r.tiles) > 0 && r.tiles[0].player.queue.Async() {
		return len(r.tiles) // most of them wait for the device
	}
	return workers
}

// Play plays Steps decisions of every game on workers goroutines. It calls after, if it is not
// nil, for each tile once its games are played, with the number of the goroutine that played them.
func (r *Rollout) Play(workers int, after func(t *tile, worker int)) {
	inParallel(r.players(workers), len(r.tiles), func(worker, i int) {
		r.play(&r.tiles[i])
		if after != nil {
			after(&r.tiles[i], worker)
		}
	})
	r.Episodes, r.Carried = r.Episodes[:0], 0
	for i := range r.tiles {
		r.Episodes = append(r.Episodes, r.tiles[i].done...)
	}
	slices.SortFunc(r.Episodes, func(a, b FinishedEpisode) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Game, b.Game))
	})
}

// Collect plays Steps decisions of every game on workers goroutines, and computes
// the returns, discounted by gamma, into the advantages. It returns the moments of those
// that are known.
func (r *Rollout) Collect(workers int, gamma float64) moments {
	if r.judge != nil && r.judge.expects {
		r.judge.baseline.room(max(workers, r.players(workers)))
	}
	r.Play(workers, func(t *tile, worker int) {
		r.discount(t, gamma)
		if r.judge != nil {
			r.judge.live(r, t, worker)
		}
		t.carried = r.countCarried(t)
	})
	for i := range r.tiles {
		r.tiles[i].from = r.Live() + r.Carried
		r.Carried += r.tiles[i].carried
	}
	for row := r.Live(); row < r.Live()+r.Carried; row++ {
		r.Known[row] = true
	}
	inParallel(workers, len(r.tiles), func(worker, i int) { r.carry(&r.tiles[i], gamma, worker) })
	if r.judge != nil && r.judge.expects {
		r.judge.baseline.update()
	}

	var all moments
	for _, m := range r.returns {
		all = all.plus(m)
	}
	return all
}

// play plays a tile's games.
func (r *Rollout) play(t *tile) {
	p := t.player
	t.done = t.done[:0]
	after := r.next[p.lo*emu.ObservationWidth : p.hi*emu.ObservationWidth]
	copy(r.host.slice(r.rows(0, p.lo, p.hi)).x, after)
	p.stale = true
	for step := range r.Steps {
		lo, hi := r.rows(step, p.lo, p.hi)
		if !r.decide(t, step, lo, hi) {
			return
		}
		next := after
		if step+1 < r.Steps {
			next = r.host.slice(r.rows(step+1, p.lo, p.hi)).x
		}
		t.ended = p.step(emu.Step{
			Observation: next, Reward: r.Reward[lo:hi],
			Terminated: r.EpisodeEnd[lo:hi], Truncated: r.truncated[lo:hi],
		}, t.ended[:0])
		for _, e := range t.ended {
			r.EpisodeEnd[lo+e.Game-p.lo] = true
			t.done = append(t.done, FinishedEpisode{step, e})
		}
	}
}

// decide decides step for a tile's games, whose rows are lo to hi. It reports whether the
// device did it.
func (r *Rollout) decide(t *tile, step, lo, hi int) bool {
	p := t.player
	if step >= len(t.decide) {
		return p.decide(r.Batch.Slice(lo, hi), r.host.slice(lo, hi))
	}
	p.refresh()
	t.decide[step]()
	p.draw.After++
	return p.take(r.host.slice(lo, hi))
}

// discount writes each live decision's return, the discounted reward of its point,
// to the advantages: the running sum starts anew at every reward. The decisions after a
// game's last reward have no return yet, those before an episode's cut-off
// never will: they get 0, and are not Known.
func (r *Rollout) discount(t *tile, gamma float64) {
	p := t.player
	running, sure, returns := r.run[p.lo:p.hi], r.known[p.lo:p.hi], r.returns[p.lo:p.hi]
	clear(sure)
	clear(returns)
	for step := r.Steps - 1; step >= 0; step-- {
		lo, hi := r.rows(step, p.lo, p.hi)
		advantage := r.host.advantage[lo:hi]
		reward, end, known := r.Reward[lo:hi], r.EpisodeEnd[lo:hi], r.Known[lo:hi]
		for g := range running {
			run := float64(gamma * running[g])
			if reward[g] != 0 {
				run, sure[g] = float64(reward[g]), true
			} else if end[g] {
				sure[g] = false
			}
			running[g], known[g], advantage[g] = run, sure[g], 0
			if sure[g] {
				advantage[g] = float32(run)
				returns[g] = returns[g].with(run)
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
