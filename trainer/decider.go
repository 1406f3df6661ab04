package trainer

import (
	"fmt"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// EvaluationSeed returns the seed of the games in which Evaluate plays episodes for a seed
// of its own, at most MaxSeed: episode number i is stream i of it.
func EvaluationSeed(seed uint64) uint64 { return seed | evalSeedBit }

// Decision is what a policy makes of one observation.
type Decision struct {
	Index  int        // of the action, among Policy.ActionSet
	Action emu.Action // what it is in the game

	// Prob [actions] is the probability of each action, Hidden [hidden] the last hidden
	// units, none below 0. They are the Decider's memory, until its next decision.
	Prob, Hidden []float32
}

// Decider lets a policy decide on one observation at a time, and says what it found: for
// those who look on. The same seed, stream and tick give the same action as in Evaluate.
type Decider struct {
	policy *Policy
	player *player
	rows   Batch
	host   hostBatch
	units  compute.Tensor // [1][units] hidden units, of a network that does not keep them
	hidden []float32
	prob   []float32
}

// NewDecider returns a Decider of a policy in the memory of b, which draws actions from a
// seed (EvaluationSeed), or takes the likeliest if greedy.
func NewDecider(b compute.Backend, p *Policy, seed uint64, greedy bool) (*Decider, error) {
	rows := NewBatch(b, 1, p)
	d := &Decider{
		policy: p, rows: rows, host: newHostBatch(b, rows),
		player: newPlayer(b, p, seed, nil, 0, 1, 1),
		prob:   make([]float32, p.Actions),
	}
	d.player.greedy = greedy
	if net, ok := p.net.(*mlp); ok {
		d.units = compute.New[float32](b, 1, net.Table.Cols)
	}
	return d, b.Sync()
}

// Decide decides on an observation, a row of emu.ObservationWidth entries, of the decision
// number tick of a stream. The error is the device's.
func (d *Decider) Decide(row []uint16, stream, tick uint32) (Decision, error) {
	p, q := d.player, d.player.queue
	copy(d.host.x, row[:emu.ObservationWidth])
	if p.greedy {
		p.likeliest(d.rows, d.host)
	} else {
		compute.Upload(q, p.draw.Stream, []uint32{stream})
		compute.Upload(q, p.draw.Tick, []uint32{tick})
		p.request(d.rows, d.host, p.draw)
		p.take(d.host)
	}
	d.look()
	if err := q.Sync(); err != nil {
		return Decision{}, fmt.Errorf("decide: %w", err)
	}
	index := int(d.host.action[0])
	return Decision{Index: index, Action: p.actions[0], Prob: d.prob, Hidden: d.hidden[:d.policy.config.Hidden]}, nil
}

// look downloads the probabilities and the hidden units.
func (d *Decider) look() {
	q, units := d.player.queue, d.player.run.hidden()
	if net, ok := d.policy.net.(*mlp); ok {
		units = d.units
		q.SparseMatMul(units, d.host.seen, net.Table)
		q.ReLU(units, units)
	}
	if len(d.hidden) < units.Len() {
		d.hidden = make([]float32, units.Len())
	}
	compute.Download(q, d.hidden, units)
	prob := d.prob[:d.rows.Prob.Len()]
	compute.Download(q, prob, d.rows.Prob)
	if len(prob) == 1 { // of up
		d.prob[0], d.prob[1] = 1-prob[0], prob[0]
	}
}

// ActionSet returns what each of the policy's actions is in the game. The caller must not
// change it.
func (p *Policy) ActionSet() []emu.Action { return p.set }

// Hidden returns the number of hidden units.
func (p *Policy) Hidden() int { return p.config.Hidden }
