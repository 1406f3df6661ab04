//go:build linux && amd64 && cgo

package cuda

import (
	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// The gradients at a sparse product's weights sum the entries of each column, in the
// order of rows. The entries are sorted by column in slabs of rows, so that what
// sorting takes does not grow with the batch; a slab's sums go on from the last one's.
const (
	sortPart   = 2048    // places of a batch that a block sorts
	slabPlaces = 1 << 20 // of a slab, about
	chunkRows  = 4096    // a slab is whole chunks of rows, as the contract sums them
	panelUnits = 64      // units of a column that a block sums
	sumColumns = 32      // columns whose share of dw2 is summed first
	hiddenRoom = 1 << 24 // elements of h that are computed again at a time, about
)

// Pieces of a queue's scratch memory.
const (
	keysPiece = iota
	runsPiece
	offsetsPiece
	totalsPiece
	startsPiece
	linksPiece
	qPiece
	sharesPiece
	hiddenPiece
	sparsePieces // their number
)

// slabRows returns how many rows a slab has.
func slabRows(width int) int {
	return max(1, slabPlaces/max(1, width)/chunkRows) * chunkRows
}

// sorted is the entries of a slab by column, in scratch memory.
type sorted struct{ links, starts argument }

// sortScratch adds to pieces what sorting slabs of a batch takes, in bytes.
func sortScratch(pieces []int, rows, width, cols int) {
	places := min(rows, slabRows(width)) * width
	parts := blocks(places, sortPart)
	pieces[keysPiece] = 4 * parts * sortPart
	pieces[runsPiece] = 4 * parts * cols
	pieces[offsetsPiece] = 4 * parts * cols
	pieces[totalsPiece] = 4 * cols
	pieces[startsPiece] = 4 * (cols + 1)
	pieces[linksPiece] = 4 * places
}

// sort sorts a slab. Rows whose skip is 0 are left out, unless skip is allRows.
func (b *Backend) sort(op string, x compute.Sparse, skip argument) sorted {
	rows, width, cols := u32(x.Rows()), u32(x.Entries.Cols), u32(x.Cols)
	var need [sparsePieces]int
	sortScratch(need[:], x.Rows(), x.Entries.Cols, x.Cols)
	piece := func(slot int) argument { return address(b.scratch(op, slot, need[slot])) }
	keys, runs, offsets := piece(keysPiece), piece(runsPiece), piece(offsetsPiece)
	totals, starts, links := piece(totalsPiece), piece(startsPiece), piece(linksPiece)
	parts := blocks(x.Entries.Len(), sortPart)

	b.memset(op, runs.bits, need[runsPiece])
	b.launch(op, kernels.SparseSort, parts, keys, runs, pointer(x.Entries), skip, rows, width, cols)
	b.launch(op, kernels.SparseOffsets, blocks(x.Cols, kernels.SparseOffsets.Block), offsets, totals, runs, u32(parts), cols)
	b.launch(op, kernels.SparseStarts, 1, starts, totals, cols)
	b.launch(op, kernels.SparseLinks, parts, links, keys, runs, offsets, starts, pointer(x.Entries), width, cols)
	return sorted{links, starts}
}

// allRows is what sort leaves out: none.
var allRows = address(0)
