package trainer

import (
	"pongpg/emu"
	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// player lets a policy decide for some games of a vector, on a queue of its own.
type player struct {
	policy *Policy
	queue  compute.Backend
	seed   uint64
	greedy bool // the likeliest action instead of a sampled one

	vector *emu.Vector
	lo, hi int // games of the vector that the policy decides for; lo is a multiple of emu.VectorLanes

	uniform      compute.Tensor
	stream, tick compute.Array[uint32]
	prob         []float32
	actions      []emu.Action // of the games that are stepped: from lo on, to hi or further
}

// newPlayer returns a player of games lo to hi (exclusive) of a vector, who steps stepped
// games from lo on.
func newPlayer(b compute.Backend, policy *Policy, seed uint64, vector *emu.Vector, lo, hi, stepped int) *player {
	n := hi - lo
	return &player{
		policy: policy, queue: b.Queue(), seed: seed, vector: vector, lo: lo, hi: hi,
		uniform: compute.New[float32](b, n, 1),
		stream:  compute.New[uint32](b, n, 1), tick: compute.New[uint32](b, n, 1),
		prob:    make([]float32, n*policy.Outputs()),
		actions: make([]emu.Action, stepped),
	}
}

// decide runs the policy on the observations in host, and leaves in rows what it
// found, in host the actions. There is a row for each of the player's games.
func (p *player) decide(rows Batch, host hostBatch) {
	q := p.queue
	compute.Upload(q, rows.X.Entries, host.x)
	p.policy.Forward(q, rows.Z, rows.Prob, rows.Active, rows.X)
	if p.greedy {
		p.likeliest(rows, host)
	} else {
		stream, tick := p.vector.Stream()
		compute.Upload(q, p.stream, stream[p.lo:p.hi])
		compute.Upload(q, p.tick, tick[p.lo:p.hi])
		q.Uniform(p.uniform, p.seed, philox.PurposeAction, p.stream, p.tick, 0)
		q.Sample(rows.Action, rows.Prob, p.uniform)
		compute.Download(q, host.action, rows.Action)
	}
	for i, a := range host.action {
		p.actions[i] = p.policy.set[a]
	}
}

// likeliest writes the likeliest action of each row; of equals the first.
func (p *player) likeliest(rows Batch, host hostBatch) {
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
}

// step plays the decisions and writes what comes of them to s; see
// emu.Vector.StepRange.
func (p *player) step(s emu.Step, ended []emu.Episode) []emu.Episode {
	return p.vector.StepRange(p.lo, p.lo+len(p.actions), p.actions, s, ended)
}
