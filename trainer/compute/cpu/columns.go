package cpu

import (
	"math"
	"unsafe"

	"pongpg/trainer/compute"
)

// The gradient for one output is a sum over columns: the entries of x are sorted by
// column, which keeps the order of rows, and then each column's q is summed in
// registers and used at once for dw1 and dw2. Against adding to dw1 row by row this
// moves no gradient through the caches: per entry it reads 4 bytes of a link, 4 of d and
// 2 a block of active, where a row of 208 units is 832 bytes to read and to write.

// columnChunk is how many columns' share of dw2 is summed before the chunks' are: few,
// so that the columns with most of the entries, which are next to each other (the
// paddles'), are shared by the workers.
const columnChunk = 32

// hotShare is how many workers are kept busy by chunks alone, when the fullest has a
// good eighth of the entries. More workers share the chunks by panels of units, each
// of which reads the links again.
const hotShare = 4

// link is an entry of a column: twice the row, plus 1 if it is subtracted.
type link uint32

// linksAhead is how many links behind the last may be read, as advice for the cache.
const linksAhead = 16

// columnsTask is all steps of the gradient; stage says which one run does.
type columnsTask struct {
	k                *kernels
	stage            columnsStage
	dw1, dw2, w1, w2 compute.Tensor
	x                compute.Sparse
	active           compute.Array[uint16]
	d                compute.Tensor
	parts, panel     int
	counts           []uint32  // [parts][cols]: entries, then where the next one goes
	start            []uint32  // [cols+1]: where the links of a column start
	links            []link    // by column, then row
	chunks           []float32 // [chunks][units]: each chunk's share of dw2
}

type columnsStage int

const (
	countEntries columnsStage = iota // an item is a part of the rows
	placeLinks                       // likewise
	sumColumns                       // an item is a chunk of the columns and a panel of units
)

func (b *Backend) columnsGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	t := &b.tasks.columns
	units := w1.Cols
	t.k, t.dw1, t.dw2, t.w1, t.w2, t.x, t.active, t.d = b.kernels, dw1, dw2, w1, w2, x, active, d
	t.parts = b.pool.workers
	t.panel = max(1, min(b.kernels.columns, grain(units/compute.Lanes, grain(t.parts, hotShare))))
	chunks := grain(x.Cols, columnChunk)
	t.counts = grow(t.counts, t.parts*x.Cols)
	t.start = grow(t.start, x.Cols+1)
	t.links = grow(t.links, x.Entries.Len()+linksAhead)
	t.chunks = grow(t.chunks, chunks*units)

	t.stage = countEntries
	b.pool.do(t, t.parts)
	t.prefix()
	t.stage = placeLinks
	b.pool.do(t, t.parts)
	t.stage = sumColumns
	b.pool.do(t, chunks*grain(units/compute.Lanes, t.panel))

	dw := dw2.Host
	clear(dw)
	for c := range chunks {
		for u, s := range t.chunks[c*units:][:units] {
			dw[u] += s
		}
	}
}

// grow returns s with length n; its elements, which hold no pointers, are whatever was
// there before.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		var zero T
		raw, err := allocate(n * int(unsafe.Sizeof(zero)))
		if err != nil {
			panic(err)
		}
		s = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(raw))), n)
	}
	return s[:n]
}

func (t *columnsTask) run(_, item int) {
	switch t.stage {
	case countEntries:
		t.count(item)
	case placeLinks:
		t.place(item)
	default:
		t.sum(item)
	}
}

// rows returns the rows of a part.
func (t *columnsTask) rows(part int) (lo, hi int) {
	n := t.x.Rows()
	return n * part / t.parts, n * (part + 1) / t.parts
}

// count counts the entries of a part by column.
func (t *columnsTask) count(part int) {
	counts := t.counts[part*t.x.Cols:][:t.x.Cols]
	clear(counts)
	width := t.x.Entries.Cols
	lo, hi := t.rows(part)
	for i := lo; i < hi; i++ {
		if t.d.Host[i] == 0 { // q + 0 is q
			continue
		}
		for _, e := range t.x.Entries.Host[i*width:][:width] {
			if e == compute.End {
				break
			}
			col := compute.EntryCol(e)
			if col >= len(counts) {
				badEntry("SparseMLPGrad", t.x, 0, i)
			}
			counts[col]++
		}
	}
}

// prefix turns the counts into the places of the parts' links.
func (t *columnsTask) prefix() {
	var n uint32
	for col := range t.x.Cols {
		t.start[col] = n
		for part := range t.parts {
			c := &t.counts[part*t.x.Cols+col]
			n, *c = n+*c, n
		}
	}
	t.start[t.x.Cols] = n
}

// place writes the links of a part.
func (t *columnsTask) place(part int) {
	next := t.counts[part*t.x.Cols:][:t.x.Cols]
	lo, hi := t.rows(part)
	width, links := t.x.Entries.Cols, t.links
	entries := t.x.Entries.Host[lo*width:]
	for i := lo; i < hi; i++ {
		if t.d.Host[i] == 0 {
			entries = entries[width:]
			continue
		}
		for _, e := range entries[:width] {
			if e == compute.End {
				break
			}
			at := &next[compute.EntryCol(e)]
			links[*at] = link(uint32(i)<<1 | uint32(e&1))
			*at++
		}
		entries = entries[width:]
	}
}

// sum computes a chunk's rows of dw1 and its share of dw2, for a panel of units.
func (t *columnsTask) sum(item int) {
	units := t.w1.Cols
	blocks := units / compute.Lanes
	panels := grain(blocks, t.panel)
	chunk := item / panels
	left, right := span(t.x.Cols, columnChunk, chunk)
	lo, hi := span(blocks, t.panel, item%panels)
	u := lo * compute.Lanes
	share := t.chunks[chunk*units+u:][:(hi-lo)*compute.Lanes]
	clear(share)
	var active []uint16
	if t.active.Len() > 0 {
		active = t.active.Host[lo:]
	}
	t.k.columnGrad(t.dw1.Host[left*units+u:], share, t.w1.Host[left*units+u:], t.w2.Host[u:], units,
		active, blocks, t.d.Host, t.links, t.start[left:right+1], hi-lo)
}

// columnGradGo sums, for each column c of start and blocks vectors of units,
//
//	q = Σ ±d∘active over the links start[c] to start[c+1],
//	dw1[c] = q∘w2,  dw2 += w1[c]∘q
//
// dw1 and w1 have rows of stride elements; active starts at the panel's masks.
func columnGradGo(dw1, dw2, w1, w2 []float32, stride int, active []uint16, activeStride int, d []float32, links []link, start []uint32, blocks int) {
	for c := range len(start) - 1 {
		for b := range blocks {
			var q [compute.Lanes]float32
			for _, k := range links[start[c]:start[c+1]] {
				mask, d := uint32(active[int(k>>1)*activeStride+b]), math.Float32bits(d[k>>1])^uint32(k)<<31
				for l := range q { // adding +0 changes nothing: q is never −0
					q[l] += math.Float32frombits(d & -(mask >> l & 1))
				}
			}
			u := b * compute.Lanes
			for l, q := range q {
				dw1[c*stride+u+l] = q * w2[u+l]
				dw2[u+l] += float32(w1[c*stride+u+l] * q)
			}
		}
	}
}
