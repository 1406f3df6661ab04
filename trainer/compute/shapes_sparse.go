package compute

// CheckSparseMatMul checks SparseMatMul's operands and returns the number of blocks of
// Lanes units of a row of y.
func CheckSparseMatMul(y Tensor, x Sparse, w Tensor) (blocks int) {
	const op = "SparseMatMul"
	wantSparse(op, x)
	want(op, "w", w, x.Cols, y.Cols)
	want(op, "y", y, x.Rows(), y.Cols)
	return wantUnits(op, y.Cols)
}

// CheckSparseMatMulGrad checks SparseMatMulGrad's operands and returns the number of
// blocks of Lanes units of a row of dy.
func CheckSparseMatMulGrad(dw Tensor, x Sparse, dy Tensor) (blocks int) {
	const op = "SparseMatMulGrad"
	wantSparse(op, x)
	want(op, "dw", dw, x.Cols, dy.Cols)
	want(op, "dy", dy, x.Rows(), dy.Cols)
	return wantUnits(op, dy.Cols)
}

// CheckSparseMLP checks SparseMLP's operands and returns the number of blocks of Lanes
// hidden units.
func CheckSparseMLP(z Tensor, active Array[uint16], x Sparse, w1, w2 Tensor) (blocks int) {
	return wantMLP("SparseMLP", "z", z, active, x, w1, w2)
}

// CheckSparseMLPSample checks SparseMLPSample's operands and returns the number of
// blocks of Lanes hidden units.
func CheckSparseMLPSample(action Array[uint8], z, p Tensor, active Array[uint16], x Sparse, w1, w2 Tensor, draw Draw) (blocks int) {
	const op = "SparseMLPSample"
	blocks = wantMLP(op, "z", z, active, x, w1, w2)
	want(op, "p", p, z.Rows, z.Cols)
	want(op, "action", action, z.Rows, 1)
	want(op, "draw.Stream", draw.Stream, z.Rows, 1)
	want(op, "draw.Tick", draw.Tick, z.Rows, 1)
	wantActions(op, z.Cols)
	return blocks
}

// CheckSparseMLPGrad checks SparseMLPGrad's operands and returns the number of blocks of
// Lanes hidden units.
func CheckSparseMLPGrad(dw1, dw2 Tensor, x Sparse, active Array[uint16], d, w1, w2 Tensor) (blocks int) {
	const op = "SparseMLPGrad"
	blocks = wantMLP(op, "d", d, active, x, w1, w2)
	want(op, "dw1", dw1, w1.Rows, w1.Cols)
	want(op, "dw2", dw2, w2.Rows, w2.Cols)
	return blocks
}

// wantMLP panics unless the operands fit a policy whose outputs, or the gradient at
// them, are z, and returns the number of blocks of its hidden units.
func wantMLP(op, name string, z Tensor, active Array[uint16], x Sparse, w1, w2 Tensor) (blocks int) {
	wantSparse(op, x)
	blocks = wantUnits(op, w1.Cols)
	want(op, "w1", w1, x.Cols, w1.Cols)
	want(op, "w2", w2, z.Cols, w1.Cols)
	want(op, name, z, x.Rows(), z.Cols)
	want(op, "active", active, x.Rows(), blocks)
	return blocks
}

// wantSparse panics unless x's columns can be written in an entry.
func wantSparse(op string, x Sparse) {
	if x.Cols < 0 || x.Cols > MaxSparseCols {
		misfit(op, "a sparse batch of %d columns; at most %d fit", x.Cols, MaxSparseCols)
	}
}
