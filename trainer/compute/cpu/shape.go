package cpu

import (
	"fmt"

	"pongpg/trainer/compute"
)

// here panics unless a, the operand called name of operation op, is in host memory.
func here[T compute.Element](op, name string, a compute.Array[T]) {
	if len(a.Host) != a.Len() {
		panic(fmt.Sprintf("cpu: %s: %s has %d elements in host memory for [%d][%d]; allocate it with this backend", op, name, len(a.Host), a.Rows, a.Cols))
	}
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
