package compute

import "fmt"

// The operations' shapes are the contract's, so they are checked here, once for every
// backend. A check panics if an operand does not fit, as Backend says, and names the
// operation, the operand and the shape that it must have; it knows nothing of where the
// operands are. What it returns is derived from the shapes.

// CheckMatMul checks MatMul's operands and returns the sizes of one product,
// op(a) [m][k] times op(b) [k][n].
func CheckMatMul(batch int, c, a, b Tensor, transA, transB bool) (m, n, k int) {
	const op = "MatMul"
	if batch < 1 || c.Rows%batch != 0 || a.Rows%batch != 0 {
		misfit(op, "%d and %d rows in a batch of %d matrices; each must be a multiple", c.Rows, a.Rows, batch)
	}
	m, n, k = c.Rows/batch, c.Cols, a.Cols
	if transA {
		k = a.Rows / batch
		want(op, "a", a, batch*k, m)
	} else {
		want(op, "a", a, batch*m, k)
	}
	if transB {
		want(op, "b", b, batch*n, k)
	} else {
		want(op, "b", b, batch*k, n)
	}
	return m, n, k
}

// CheckReLU checks ReLU's operands.
func CheckReLU(y, x Tensor) { want("ReLU", "x", x, y.Rows, y.Cols) }

// CheckReLUGrad checks ReLUGrad's operands.
func CheckReLUGrad(dx, dy, y Tensor) {
	const op = "ReLUGrad"
	want(op, "dx", dx, y.Rows, y.Cols)
	want(op, "dy", dy, y.Rows, y.Cols)
}

// CheckSigmoid checks Sigmoid's operands.
func CheckSigmoid(p, z Tensor) { want("Sigmoid", "p", p, z.Rows, z.Cols) }

// CheckSoftmax checks Softmax's operands.
func CheckSoftmax(p, z Tensor) { want("Softmax", "p", p, z.Rows, z.Cols) }

// CheckPolicyGrad checks PolicyGrad's operands.
func CheckPolicyGrad(d, z, p Tensor, action Array[uint8], advantage, weight Tensor) {
	const op = "PolicyGrad"
	want(op, "d", d, z.Rows, z.Cols)
	want(op, "p", p, z.Rows, z.Cols)
	want(op, "action", action, z.Rows, 1)
	want(op, "advantage", advantage, z.Rows, 1)
	want(op, "weight", weight, z.Rows, 1)
}

// CheckLogProb checks LogProb's operands.
func CheckLogProb(l, z Tensor, action Array[uint8]) {
	const op = "LogProb"
	want(op, "l", l, z.Rows, 1)
	want(op, "action", action, z.Rows, 1)
	wantActions(op, z.Cols)
}

// CheckPPOGrad checks PPOGrad's operands and returns the number of the policy's outputs.
func CheckPPOGrad(d, z Tensor, action Array[uint8], behaviour, advantage, target, weight Tensor) (outputs int) {
	const op = "PPOGrad"
	if z.Cols < 2 {
		misfit(op, "z is [%d][%d]; it must have the columns of the policy, 1 or more, and that of the value", z.Rows, z.Cols)
	}
	want(op, "d", d, z.Rows, z.Cols)
	want(op, "action", action, z.Rows, 1)
	want(op, "behaviour", behaviour, z.Rows, 1)
	want(op, "advantage", advantage, z.Rows, 1)
	want(op, "target", target, z.Rows, 1)
	want(op, "weight", weight, z.Rows, 1)
	wantActions(op, z.Cols-1)
	return z.Cols - 1
}

// CheckRMSProp checks RMSProp's operands.
func CheckRMSProp(w, c, g Tensor) {
	const op = "RMSProp"
	want(op, "w", w, g.Rows, g.Cols)
	want(op, "c", c, g.Rows, g.Cols)
}

// CheckAdam checks Adam's operands.
func CheckAdam(w, m, v, g Tensor, t int64) {
	const op = "Adam"
	want(op, "w", w, g.Rows, g.Cols)
	want(op, "m", m, g.Rows, g.Cols)
	want(op, "v", v, g.Rows, g.Cols)
	if t < 1 {
		misfit(op, "step %d; the first is 1", t)
	}
}

// CheckAddScaled checks AddScaled's operands.
func CheckAddScaled(y, x Tensor) { want("AddScaled", "x", x, y.Rows, y.Cols) }

// CheckClipNorm checks ClipNorm's operands.
func CheckClipNorm(x, squares Tensor, limit float32) {
	const op = "ClipNorm"
	want(op, "squares", squares, squares.Rows, 1)
	if !(limit > 0) {
		misfit(op, "a limit of %v; it must be above 0", limit)
	}
}

// CheckBlur checks Blur's operands and returns the number of blocks of Lanes units of
// a pixel.
func CheckBlur(g Tensor, height, width, radius int) (blocks int) {
	const op = "Blur"
	if height < 0 || width < 0 || radius < 0 {
		misfit(op, "an image of %d×%d and a radius of %d; none may be negative", height, width, radius)
	}
	want(op, "g", g, height*width, g.Cols)
	return wantUnits(op, g.Cols)
}

// CheckSumSquares checks SumSquares' operands and returns the number of x's rows in a
// slice.
func CheckSumSquares(dst, x Tensor) (rows int) {
	const op = "SumSquares"
	want(op, "dst", dst, dst.Rows, 1)
	if dst.Rows < 1 || x.Rows%dst.Rows != 0 {
		misfit(op, "%d rows in %d slices; they must be of equal size", x.Rows, dst.Rows)
	}
	return x.Rows / dst.Rows
}

// CheckUniform checks Uniform's operands.
func CheckUniform(u Tensor, stream, tick Array[uint32]) {
	const op = "Uniform"
	want(op, "u", u, u.Rows, 1)
	want(op, "stream", stream, u.Rows, 1)
	want(op, "tick", tick, u.Rows, 1)
}

// CheckSample checks Sample's operands.
func CheckSample(action Array[uint8], p, u Tensor) {
	const op = "Sample"
	want(op, "action", action, p.Rows, 1)
	want(op, "u", u, p.Rows, 1)
	wantActions(op, p.Cols)
}

// want panics unless a, the operand called name of operation op, is [rows][cols].
func want[T Element](op, name string, a Array[T], rows, cols int) {
	if a.Rows != rows || a.Cols != cols {
		misfit(op, "%s is [%d][%d]; it must be [%d][%d]", name, a.Rows, a.Cols, rows, cols)
	}
}

// wantUnits panics unless units is a width padded with PadCols, and returns the number
// of blocks of Lanes.
func wantUnits(op string, units int) (blocks int) {
	if units%Lanes != 0 {
		misfit(op, "rows of %d units; pad them to %d with compute.PadCols", units, PadCols(units))
	}
	return units / Lanes
}

// wantActions panics unless k probabilities can be an action's, which has 8 bits.
func wantActions(op string, k int) {
	if k < 1 || k > 256 {
		misfit(op, "%d probabilities; an action is a number from 0 to 255", k)
	}
}

// misfit panics for operation op.
func misfit(op, format string, args ...any) {
	panic("compute: " + op + ": " + fmt.Sprintf(format, args...))
}
