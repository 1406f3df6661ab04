package cpu

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"pongpg/trainer/compute"
)

// elements is how many float32 an item of an elementwise operation covers: 64 KiB,
// which keeps several arrays of it in a 2 MiB L2 cache and the cost of handing
// out items (some 100 ns) below 1 % of the work.
const elements = 1 << 14

type zeroTask struct{ x []float32 }

// Zero implements compute.Backend.
func (b *Backend) Zero(x compute.Tensor) {
	here("Zero", "x", x)
	t := &b.tasks.zero
	*t = zeroTask{x.Host}
	b.pool.do(t, grain(len(t.x), elements))
}

func (t *zeroTask) run(_, item int) {
	lo, hi := span(len(t.x), elements, item)
	clear(t.x[lo:hi])
}

// A product is computed in tiles of c, each by one call of gonum's Sgemm, which
// starts goroutines of its own for more than 3 blocks of 64×64.
const (
	tileRows = 64
	tileCols = 192
)

type matMulTask struct {
	m, n, k        int
	a, b, c        compute.Tensor
	transA, transB bool
}

// MatMul implements compute.Backend with gonum's Sgemm.
func (b *Backend) MatMul(batch int, c, a, x compute.Tensor, transA, transB bool) {
	const op = "MatMul"
	m, n, k := compute.CheckMatMul(batch, c, a, x, transA, transB)
	here(op, "c", c)
	here(op, "a", a)
	here(op, "b", x)
	t := &b.tasks.matMul
	*t = matMulTask{m, n, k, a, x, c, transA, transB}
	b.pool.do(t, batch*grain(m, tileRows)*grain(n, tileCols))
}

func (t *matMulTask) run(_, item int) {
	across := grain(t.n, tileCols)
	down := grain(t.m, tileRows)
	i := item / across / down
	top, bottom := span(t.m, tileRows, item/across%down)
	left, right := span(t.n, tileCols, item%across)
	c := t.c.Host[(i*t.m+top)*t.n+left:]
	if t.k == 0 {
		for r := range bottom - top {
			clear(c[r*t.n:][:right-left])
		}
		return
	}
	a, b := t.a.Host[i*t.m*t.k:], t.b.Host[i*t.k*t.n:]
	if t.transA {
		a = a[top:]
	} else {
		a = a[top*t.k:]
	}
	if t.transB {
		b = b[left*t.k:]
	} else {
		b = b[left:]
	}
	gonum.Implementation{}.Sgemm(transpose(t.transA), transpose(t.transB), bottom-top, right-left, t.k,
		1, a, t.a.Cols, b, t.b.Cols, 0, c, t.n)
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

type reluTask struct {
	k    *kernels
	y, x []float32
}

// ReLU implements compute.Backend.
func (b *Backend) ReLU(y, x compute.Tensor) {
	compute.CheckReLU(y, x)
	here("ReLU", "y", y)
	here("ReLU", "x", x)
	t := &b.tasks.relu
	*t = reluTask{b.kernels, y.Host, x.Host}
	b.pool.do(t, grain(len(t.y), elements))
}

func (t *reluTask) run(_, item int) {
	lo, hi := span(len(t.y), elements, item)
	t.k.relu(t.y[lo:hi], t.x[lo:hi])
}

func reluGo(y, x []float32) {
	for i, x := range x {
		y[i] = relu(x)
	}
}

// relu returns x if it is above 0, else 0, NaN included.
func relu(x float32) float32 { return math.Float32frombits(math.Float32bits(x) & above(x)) }

// above returns all ones if x is above 0, else 0. It compares the bits as an integer,
// 1 to those of +Inf, as that compiles to no branch: which units are active is as
// good as random, and a mispredicted branch costs more than all else here.
func above(x float32) (mask uint32) {
	if math.Float32bits(x)-1 < 0x7F800000 {
		mask = 0xFFFFFFFF
	}
	return mask
}

type reluGradTask struct {
	k         *kernels
	dx, dy, y []float32
}

// ReLUGrad implements compute.Backend.
func (b *Backend) ReLUGrad(dx, dy, y compute.Tensor) {
	const op = "ReLUGrad"
	compute.CheckReLUGrad(dx, dy, y)
	here(op, "dx", dx)
	here(op, "dy", dy)
	here(op, "y", y)
	t := &b.tasks.reluGrad
	*t = reluGradTask{b.kernels, dx.Host, dy.Host, y.Host}
	b.pool.do(t, grain(len(t.y), elements))
}

func (t *reluGradTask) run(_, item int) {
	lo, hi := span(len(t.y), elements, item)
	t.k.reluGrad(t.dx[lo:hi], t.dy[lo:hi], t.y[lo:hi])
}

func reluGradGo(dx, dy, y []float32) {
	for i, y := range y {
		dx[i] = math.Float32frombits(math.Float32bits(dy[i]) & above(y))
	}
}
