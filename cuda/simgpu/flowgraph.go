package simgpu

import "slices"

// How lanes that parted meet again. Basic blocks are numbered in a weak topological order
// (Bourdoncle 1993): a block comes after those that lead to it, and the blocks of a loop come
// together, its header first. A warp runs the lanes at the lowest number, and lanes at the
// same place are run as one (warp.go). So lanes wait at a join until no lane can
// come to it any more, also in unstructured code, where this is the scheme of
// thread frontiers (Diamos et al., MICRO 2011).
//
// Lanes that go back to a loop's header wait for those still in the loop's
// body: the way back has a number of its own, behind the loop and before its exits.

type basicBlock struct {
	last  int // instruction
	succ  []int
	pred  []int
	order int32
	back  int32        // of a loop's header: the number of the way back
	loop  map[int]bool // of a loop's header: the loop's blocks
}

type flowGraph struct {
	blocks []basicBlock
	next   int32
}

// numberFlow stores in each instruction that ends a block the numbers of the ways on from it.
// The code must end in an unconditional branch or exit.
func numberFlow(code []instr) {
	g, at := newFlowGraph(code)
	all := make([]int, len(g.blocks))
	for i := range all {
		all[i] = i
	}
	g.number(all)
	for b := range g.blocks {
		in := &code[g.blocks[b].last]
		in.last = true
		if in.ctl == ctlBranch {
			in.keyTarget = g.key(b, at[in.target])
		}
		if b+1 < len(g.blocks) {
			in.keyNext = g.key(b, b+1)
		}
	}
}

// newFlowGraph cuts the code into blocks; at is each instruction's block.
func newFlowGraph(code []instr) (g *flowGraph, at []int) {
	leader := make([]bool, len(code)+1)
	leader[0] = true
	for i := range code {
		switch code[i].ctl {
		case ctlBranch:
			leader[code[i].target] = true
			leader[i+1] = true
		case ctlExit:
			leader[i+1] = true
		}
	}
	g = &flowGraph{}
	at = make([]int, len(code))
	for i := range code {
		if leader[i] {
			g.blocks = append(g.blocks, basicBlock{})
		}
		at[i] = len(g.blocks) - 1
		g.blocks[at[i]].last = i
	}
	for b := range g.blocks {
		in := &code[g.blocks[b].last]
		if in.ctl == ctlBranch {
			g.link(b, at[in.target])
		}
		ends := (in.ctl == ctlBranch || in.ctl == ctlExit) && in.guard < 0
		if !ends && b+1 < len(g.blocks) {
			g.link(b, b+1)
		}
	}
	return g, at
}

func (g *flowGraph) link(from, to int) {
	g.blocks[from].succ = append(g.blocks[from].succ, to)
	g.blocks[to].pred = append(g.blocks[to].pred, from)
}

// key is the number of the way from one block to another.
func (g *flowGraph) key(from, to int) int32 {
	if g.blocks[to].loop[from] {
		return g.blocks[to].back
	}
	return g.blocks[to].order
}

// number numbers the blocks of a subgraph: its strongly connected components in
// topological order; in one that is a loop, the header, then the rest without the edges to the
// header, then the way back.
func (g *flowGraph) number(nodes []int) {
	for _, comp := range g.components(nodes) {
		h := g.header(comp)
		loop := len(comp) > 1 || slices.Contains(g.blocks[h].succ, h)
		g.blocks[h].order = g.next
		g.next++
		if !loop {
			continue
		}
		body := map[int]bool{}
		rest := make([]int, 0, len(comp)-1)
		for _, n := range comp {
			body[n] = true
			if n != h {
				rest = append(rest, n)
			}
		}
		g.blocks[h].loop = body
		g.number(rest)
		g.blocks[h].back = g.next
		g.next++
	}
}

// header is the block by which a component is entered from outside: the first in the
// text, if there are several, or none.
func (g *flowGraph) header(comp []int) int {
	inside := map[int]bool{}
	for _, n := range comp {
		inside[n] = true
	}
	best := -1
	for _, n := range comp {
		entered := n == 0 || slices.ContainsFunc(g.blocks[n].pred, func(p int) bool { return !inside[p] })
		if entered && (best < 0 || n < best) {
			best = n
		}
	}
	if best < 0 {
		best = slices.Min(comp)
	}
	return best
}

// components are the strongly connected components of a subgraph, in topological order
// (Tarjan 1972, reversed).
func (g *flowGraph) components(nodes []int) [][]int {
	type state struct {
		index, low int
		onStack    bool
	}
	member := map[int]*state{}
	for _, n := range nodes {
		member[n] = &state{}
	}
	var comps [][]int
	var stack []int
	index := 0
	var visit func(n int)
	visit = func(n int) {
		index++
		s := member[n]
		s.index, s.low, s.onStack = index, index, true
		stack = append(stack, n)
		// Successors in reverse, so that blocks keep the order of the text where there is a choice.
		for _, m := range slices.Backward(slices.Sorted(slices.Values(g.blocks[n].succ))) {
			t := member[m]
			switch {
			case t == nil:
			case t.index == 0:
				visit(m)
				s.low = min(s.low, t.low)
			case t.onStack:
				s.low = min(s.low, t.index)
			}
		}
		if s.low != s.index {
			return
		}
		var comp []int
		for {
			m := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			member[m].onStack = false
			comp = append(comp, m)
			if m == n {
				break
			}
		}
		comps = append(comps, comp)
	}
	for _, n := range slices.Backward(slices.Sorted(slices.Values(nodes))) {
		if member[n].index == 0 {
			visit(n)
		}
	}
	slices.Reverse(comps)
	return comps
}
