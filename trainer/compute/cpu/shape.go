package cpu

import (
	"fmt"

	"pongpg/trainer/compute"
)

// want panics unless a, the operand called name of operation op, is [rows][cols] in
// host memory.
func want[T compute.Element](op, name string, a compute.Array[T], rows, cols int) {
	if a.Rows != rows || a.Cols != cols {
		panic(fmt.Sprintf("cpu: %s: %s is [%d][%d]; it must be [%d][%d]", op, name, a.Rows, a.Cols, rows, cols))
	}
	if len(a.Host) != rows*cols {
		panic(fmt.Sprintf("cpu: %s: %s has %d elements in host memory for [%d][%d]; allocate it with this backend", op, name, len(a.Host), rows, cols))
	}
}

// wantUnits panics unless units is a width padded with compute.PadCols, and
// returns the number of blocks of compute.Lanes.
func wantUnits(op string, units int) (blocks int) {
	if units%compute.Lanes != 0 {
		panic(fmt.Sprintf("cpu: %s: rows of %d units; pad them to %d with compute.PadCols", op, units, compute.PadCols(units)))
	}
	return units / compute.Lanes
}

// badEntry panics for row i of a sparse batch, which has an entry beyond its columns;
// first is the row of the batch that x begins with.
func badEntry(op string, x compute.Sparse, first, i int) {
	panic(fmt.Sprintf("cpu: %s: row %d of the sparse batch is %v, entries twice a column and a sign; it has %d columns", op, first+i, x.Entries.Row(i), x.Cols))
}

// grain splits n things into items of at most size.
func grain(n, size int) (items int) { return (n + size - 1) / size }

// span returns which of n things item covers.
func span(n, size, item int) (lo, hi int) { return item * size, min(n, (item+1)*size) }

// wantSparse panics unless x is in host memory and its columns can be written in an
// entry.
func wantSparse(op string, x compute.Sparse) {
	want(op, "x.Entries", x.Entries, x.Entries.Rows, x.Entries.Cols)
	if x.Cols < 0 || x.Cols > compute.MaxSparseCols {
		panic(fmt.Sprintf("cpu: %s: a sparse batch of %d columns; at most %d fit", op, x.Cols, compute.MaxSparseCols))
	}
}
