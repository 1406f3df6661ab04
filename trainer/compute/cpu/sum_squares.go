package cpu

import "pongpg/trainer/compute"

// sumElements is how many elements' squares are added before the chunks' sums are.
const sumElements = 8192

type sumSquaresTask struct {
	k       *kernels
	scratch []scratch
	x       []float32
	chunks  []float32
}

// SumSquares implements compute.Backend.
func (b *Backend) SumSquares(dst, x compute.Tensor) {
	rows := compute.CheckSumSquares(dst, x)
	here("SumSquares", "dst", dst)
	here("SumSquares", "x", x)
	for i := range dst.Rows {
		dst.Host[i] = b.sumSquares(x.Slice(i*rows, (i+1)*rows))
	}
}

func (b *Backend) sumSquares(x compute.Tensor) (sum float32) {
	t := &b.tasks.sumSquares
	n := grain(x.Len(), sumElements)
	if cap(t.chunks) < n {
		t.chunks = make([]float32, n)
	}
	*t = sumSquaresTask{b.kernels, b.scratch, x.Host, t.chunks[:n]}
	b.pool.do(t, n)
	for _, s := range t.chunks {
		sum += s
	}
	return sum
}

func (t *sumSquaresTask) run(worker, item int) {
	lanes := &t.scratch[worker].lanes
	lo, hi := span(len(t.x), sumElements, item)
	clear(lanes[:])
	t.k.sumSquares(t.x[lo:hi], lanes)
	t.chunks[item] = fold(lanes)
}

// sumSquaresGo adds x[16b+l]² to lanes[l] for the blocks b in order; the last may not
// be whole.
func sumSquaresGo(x []float32, lanes *[compute.Lanes]float32) {
	for i, x := range x {
		lanes[i%compute.Lanes] += float32(x * x)
	}
}

// fold adds 16 lanes: l and l+8, then l and l+4, l+2, l+1.
func fold(lanes *[compute.Lanes]float32) float32 {
	for half := compute.Lanes / 2; half > 0; half /= 2 {
		for l := range half {
			lanes[l] += lanes[l+half]
		}
	}
	return lanes[0]
}
