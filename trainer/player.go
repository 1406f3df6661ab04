package trainer

import (
	"pongpg/emu"
	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// player lets a policy decide for some games of a vector, on a queue of its own.
type player struct {
	policy *Policy
	run    runner
	queue  compute.Backend
	greedy bool // the likeliest action instead of a sampled one

	vector *emu.Vector
	lo, hi int // games of the vector that the policy decides for; lo is a multiple of emu.VectorLanes

	draw    compute.Draw // of the next decision
	stale   bool         // the games' streams and ticks are not those of draw
	prob    []float32
	actions []emu.Action // of the games that are stepped: from lo on, to hi or further
}

// newPlayer returns a player of games lo to hi (exclusive) of a vector, who steps stepped
// games from lo on.
func newPlayer(b compute.Backend, policy *Policy, seed uint64, vector *emu.Vector, lo, hi, stepped int) *player {
	n := hi - lo
	return &player{
		policy: policy, run: policy.net.newRunner(b, n), queue: b.Queue(), vector: vector, lo: lo, hi: hi,
		draw: compute.Draw{
			Seed: seed, Purpose: philox.PurposeAction,
			Stream: compute.New[uint32](b, n, 1), Tick: compute.New[uint32](b, n, 1),
		},
		stale:   true,
		prob:    make([]float32, n*policy.Outputs()),
		actions: make([]emu.Action, stepped),
	}
}

// decide runs the policy on the observations in host, and leaves in rows what it
// found, in host the actions. There is a row for each of the player's games. It reports
// whether the device did it; its error is the queue's.
func (p *player) decide(rows Batch, host hostBatch) bool {
	if p.greedy {
		return p.likeliest(rows, host)
	}
	p.refresh()
	p.request(rows, host, p.draw)
	p.draw.After++
	return p.take(host)
}

// refresh brings the streams and ticks of draw up to date if some game has begun another
// stream. Otherwise each game sees one decision a step, which After counts.
func (p *player) refresh() {
	if !p.stale {
		return
	}
	p.stale, p.draw.After = false, 0
	stream, tick := p.vector.Stream()
	compute.Upload(p.queue, p.draw.Stream, stream[p.lo:p.hi])
	compute.Upload(p.queue, p.draw.Tick, tick[p.lo:p.hi])
}

// request asks for the actions: observations go up, the policy draws, actions come down.
// Where memory is shared there is only the draw.
func (p *player) request(rows Batch, host hostBatch, draw compute.Draw) {
	q := p.queue
	compute.Upload(q, host.seen.Entries, host.x)
	p.run.sample(q, rows, host.seen, draw)
	compute.Fetch(q, host.action, rows.Action)
}

// take waits for the actions, and reports whether they came.
func (p *player) take(host hostBatch) bool {
	if p.queue.Sync() != nil {
		return false
	}
	for i, a := range host.action {
		p.actions[i] = p.policy.set[a]
	}
	return true
}

// likeliest decides on the likeliest action of each row; of equals the first.
func (p *player) likeliest(rows Batch, host hostBatch) bool {
	compute.Upload(p.queue, host.seen.Entries, host.x)
	p.run.forward(p.queue, rows.Z, rows.Active, host.seen)
	probabilities(p.queue, rows.Prob, rows.Z)
	compute.Download(p.queue, p.prob, rows.Prob)
	k := p.policy.Outputs()
	for i := range host.action {
		best := 0
		if prob := p.prob[i*k : (i+1)*k]; k == 1 {
			if prob[0] > 0.5 {
				best = 1
			}
		} else {
			for a := range prob {
				if prob[a] > prob[best] {
					best = a
				}
			}
		}
		host.action[i] = uint8(best)
	}
	compute.Upload(p.queue, rows.Action, host.action)
	return p.take(host)
}

// step plays the decisions and writes what comes of them to s; see
// emu.Vector.StepRange.
func (p *player) step(s emu.Step, ended []emu.Episode) []emu.Episode {
	return p.vector.StepRange(p.lo, p.lo+len(p.actions), p.actions, s, ended)
}
