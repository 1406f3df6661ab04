package compute

import "fmt"

// End marks the end of a row of a Sparse batch that is not full.
const End uint16 = 0xFFFF

// MaxSparseCols is the largest Cols of a Sparse batch: an entry has 15 bits for
// the column, and one code is End.
const MaxSparseCols = 1<<15 - 1

// Sparse is a batch of sparse rows [Entries.Rows][Cols] whose values are −1, 0
// and +1. Row i holds up to Entries.Cols entries, Entry(column, negative), in the
// order in which they are summed; a row with fewer ends at the first End. A
// column may occur more than once; its values add.
//
// This fixed-width layout (ELLPACK) lets a row be written and read without its
// neighbours: games write their rows side by side, and a GPU gives a warp a row.
type Sparse struct {
	Cols    int
	Entries Array[uint16]
}

// Entry returns the code of a value at column col: −1 if negative, else +1.
func Entry(col int, negative bool) uint16 {
	e := uint16(col) << 1
	if negative {
		e |= 1
	}
	return e
}

// EntryCol returns the column of an entry that is not End.
func EntryCol(e uint16) int { return int(e >> 1) }

// EntryValue returns the value of an entry that is not End: +1 or −1.
func EntryValue(e uint16) float32 { return 1 - 2*float32(e&1) }

// NewSparse allocates a batch of rows with room for width entries each on b.
// It panics if cols is negative or above MaxSparseCols.
func NewSparse(b Backend, rows, width, cols int) Sparse {
	if cols < 0 || cols > MaxSparseCols {
		panic(fmt.Sprintf("compute: %d columns in a sparse batch; at most %d fit", cols, MaxSparseCols))
	}
	return Sparse{Cols: cols, Entries: New[uint16](b, rows, width)}
}

// Rows returns the number of rows.
func (x Sparse) Rows() int { return x.Entries.Rows }

// Slice returns rows lo to hi (exclusive) as a view.
func (x Sparse) Slice(lo, hi int) Sparse {
	return Sparse{Cols: x.Cols, Entries: x.Entries.Slice(lo, hi)}
}

// PackRows lays rows of entries out as the Entries of a Sparse batch: the width
// is that of the longest row (at least 1), shorter ones are closed by End.
func PackRows(rows [][]uint16) (entries []uint16, width int) {
	width = 1
	for _, r := range rows {
		width = max(width, len(r))
	}
	entries = make([]uint16, len(rows)*width)
	for i, r := range rows {
		dst := entries[i*width : (i+1)*width]
		if n := copy(dst, r); n < width {
			dst[n] = End
		}
	}
	return entries, width
}

// TransposeRows returns the rows of the transpose of a matrix with cols columns,
// each in the order of the original's rows.
func TransposeRows(rows [][]uint16, cols int) [][]uint16 {
	t := make([][]uint16, cols)
	for i, r := range rows {
		for _, e := range r {
			c := EntryCol(e)
			t[c] = append(t[c], Entry(i, e&1 != 0))
		}
	}
	return t
}
