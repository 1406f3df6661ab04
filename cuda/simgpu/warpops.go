package simgpu

import (
	"fmt"
	"math/bits"
)

type shuffle uint8

const (
	shuffleUp shuffle = iota
	shuffleDown
	shuffleXor
	shuffleIdx
)

func first(mask uint32) int { return bits.TrailingZeros32(mask) }

// members checks member masks: each executing lane is in its own mask, and all that the
// mask names execute the instruction, as sm_60 asks for ("in convergence").
func (w *warp) members(in *instr, masks *vec32, mask uint32) {
	for i := range lanes {
		if mask>>i&1 == 0 {
			continue
		}
		m := masks[i]
		switch {
		case m>>i&1 == 0:
			w.fault(BadMask, in, i, fmt.Sprintf("member mask %#08x does not contain the lane itself, %d", m, i))
		case m&^mask != 0:
			lane := first(m &^ mask)
			why := "is elsewhere: the warp has diverged"
			switch {
			case w.all>>lane&1 == 0:
				why = "does not exist: the block is not that large"
			case w.ended(lane):
				why = "has exited"
			}
			w.fault(BadMask, in, i, fmt.Sprintf("member mask %#08x names lane %d, which %s (executing: %#08x)", m, lane, why, mask))
		}
	}
}

type voteMode uint8

const (
	voteBallot voteMode = iota
	voteAll
	voteAny
	voteUniform
)

// vote gives each executing lane the result among the members that its mask names.
func (w *warp) vote(in *instr, mode voteMode, p, mask uint32) {
	members := &w.r32[in.b]
	w.members(in, members, mask)
	var out uint32
	for i := range lanes {
		if mask>>i&1 == 0 {
			continue
		}
		m := members[i]
		holds := p & m
		var yes bool
		switch mode {
		case voteBallot:
			w.r32[in.d][i] = holds
		case voteAll:
			yes = holds == m
		case voteAny:
			yes = holds != 0
		case voteUniform:
			yes = holds == m || holds == 0
		}
		if yes {
			out |= 1 << i
		}
	}
	if mode != voteBallot {
		w.pred[in.d] = w.pred[in.d]&^mask | out&mask
	}
}

func (w *warp) shfl(in *instr, mode shuffle, mask uint32) {
	w.members(in, &w.r32[in.e], mask)
	a, b, c := &w.r32[in.a], &w.r32[in.b], &w.r32[in.c]
	var valid uint32
	for i := range uint32(lanes) {
		if mask>>i&1 == 0 {
			continue
		}
		amount, clamp, segment := b[i]&31, c[i]&31, c[i]>>8&31
		maxLane := i&segment | clamp&^segment
		minLane := i & segment
		var j uint32
		var ok bool
		switch mode {
		case shuffleUp:
			j = i - amount
			ok = int32(j) >= int32(maxLane)
		case shuffleDown:
			j = i + amount
			ok = j <= maxLane
		case shuffleXor:
			j = i ^ amount
			ok = j <= maxLane
		case shuffleIdx:
			j = minLane | amount&^segment
			ok = j <= maxLane
		}
		if !ok {
			j = i
		} else {
			valid |= 1 << i
		}
		if mask>>j&1 == 0 || w.r32[in.e][i]>>j&1 == 0 {
			w.fault(BadMask, in, int(i), fmt.Sprintf("reads from lane %d, which does not take part (member mask %#08x)", j, w.r32[in.e][i]))
		}
		w.t32[i] = a[j]
	}
	if mask == fullMask {
		w.r32[in.d] = w.t32
	} else {
		keep32(w, &w.r32[in.d], mask)
	}
	if in.d2 >= 0 {
		w.pred[in.d2] = w.pred[in.d2]&^mask | valid&mask
	}
}
