package trainer

import (
	"pongpg/emu"
	"pongpg/trainer/compute"
)

// Batch is decisions, a row each, in a backend's memory. Z, Prob and Active are of the
// policy as it is before the update; decisions carried over from earlier updates were made
// by an earlier one.
type Batch struct {
	X         compute.Sparse        // [rows][columns] observations
	Z, Prob   compute.Tensor        // [rows][outputs] logits and probabilities
	Active    compute.Array[uint16] // [rows][units/16] hidden units above 0, where the network says (mlp)
	Action    compute.Array[uint8]  // [rows][1]
	Advantage compute.Tensor        // [rows][1]
	Weight    compute.Tensor        // [rows][1] how much the decision counts in the gradient
}

// NewBatch returns a batch for decisions of policy p.
func NewBatch(b compute.Backend, rows int, p *Policy) Batch {
	return Batch{
		X:         compute.NewSparse(b, rows, emu.ObservationWidth, p.Columns()),
		Z:         compute.New[float32](b, rows, p.Outputs()),
		Prob:      compute.New[float32](b, rows, p.Outputs()),
		Active:    compute.New[uint16](b, rows, p.net.activeWords()),
		Action:    compute.NewShared[uint8](b, rows, 1),
		Advantage: compute.New[float32](b, rows, 1),
		Weight:    compute.New[float32](b, rows, 1),
	}
}

// Rows returns the number of decisions.
func (b Batch) Rows() int { return b.Action.Rows }

// Slice returns decisions lo to hi (exclusive) as a view.
func (b Batch) Slice(lo, hi int) Batch {
	return Batch{
		X: b.X.Slice(lo, hi), Z: b.Z.Slice(lo, hi), Prob: b.Prob.Slice(lo, hi),
		Active: b.Active.Slice(lo, hi), Action: b.Action.Slice(lo, hi),
		Advantage: b.Advantage.Slice(lo, hi), Weight: b.Weight.Slice(lo, hi),
	}
}

// hostBatch is what the games and a batch exchange, in the host's memory
// (compute.Mirror).
type hostBatch struct {
	// seen is the observations as a device sees them while games are played: in memory that
	// it shares with the host, so that nothing is copied for a decision. The batch's own are
	// copied from there afterwards, all at once, unless they are the same.
	seen      compute.Sparse
	x         []uint16  // [rows][emu.ObservationWidth] seen's entries
	action    []uint8   // [rows]
	advantage []float32 // [rows]
	weight    []float32 // [rows]
}

func newHostBatch(b compute.Backend, batch Batch) hostBatch {
	seen := batch.X
	if b.Async() {
		seen.Entries = compute.NewShared[uint16](b, batch.Rows(), seen.Entries.Cols)
	}
	return hostBatch{
		seen:      seen,
		x:         compute.Mirror(b, seen.Entries),
		action:    compute.Mirror(b, batch.Action),
		advantage: compute.Mirror(b, batch.Advantage),
		weight:    compute.Mirror(b, batch.Weight),
	}
}

// slice returns decisions lo to hi (exclusive) as a view.
func (h hostBatch) slice(lo, hi int) hostBatch {
	return hostBatch{
		seen:      h.seen.Slice(lo, hi),
		x:         h.x[lo*emu.ObservationWidth : hi*emu.ObservationWidth],
		action:    h.action[lo:hi],
		advantage: h.advantage[lo:hi],
		weight:    h.weight[lo:hi],
	}
}
