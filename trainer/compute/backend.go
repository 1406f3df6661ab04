package compute

import "math"

// Backend runs operations on one device.
//
// Operations return nothing: the first error of the device sticks, later
// operations do nothing, and Sync returns it. Shapes that do not fit each other
// panic, as they are a mistake of the caller and not of the device. Operations of
// one Backend run in the order they were called in. Outputs come first, and
// belong to the caller; an output may be the same array as an input only where
// the operation says so. "units" below is a width padded to a multiple of Lanes,
// with zeros in the padding.
//
// Formulas are taken left to right, powers first, and sums from zero, with every
// operation rounded to float32 (round to nearest even, no fused multiply-add,
// subnormals kept; a factor ±1 is exact). NaN is NaN, whatever its payload.
// lanesum(v) of a vector is the sum of v[16b+l] over the blocks b in order for each
// lane l of 0…15, then lanes l and l+8 added, then l and l+4, l+2, l+1.
type Backend interface {
	// Name says what runs the operations, as "cpu (2 workers, avx512)".
	Name() string

	// Queue returns another queue of operations on the same device, over the same
	// memory. Operations of different queues run side by side; the caller sees to it
	// that they do not touch the same rows, and waits (Sync) between one queue's writing and
	// another's reading. A queue of a backend on the CPU runs each operation on the
	// calling goroutine. Close closes the queues too.
	Queue() Backend

	// Async reports whether operations run beside the goroutine that calls them, as on
	// a GPU: then few large operations are better than many that fit a cache, and the
	// caller has time for something else before it waits.
	Async() bool

	// Workers returns how many goroutines the host has for what is computed there, and
	// for driving a Queue each.
	Workers() int

	// Malloc returns zeroed memory, aligned to 64 bytes, that lives until Close.
	Malloc(bytes int) Memory

	// Pinned returns zeroed host memory that the device can copy from and to without
	// waiting. It lives until Close.
	Pinned(bytes int) []byte

	// Shared is Malloc for what one side writes and the other reads once, soon after:
	// memory that both reach, with Host and an address of the device, where the device has
	// such. An operation reads it more slowly than the device's own, but nothing need be copied: Upload
	// from an array's own Host, and Download to it, do nothing. What the host writes is
	// seen by operations that are called afterwards, what operations write by the host after Sync.
	Shared(bytes int) Memory

	// Upload copies host memory to the device. src may be reused after the next
	// Sync or Download.
	Upload(dst Memory, src []byte)

	// Download copies device memory to the host. dst holds it after the next Sync, until
	// which it must be left alone.
	Download(dst []byte, src Memory)

	// Record returns a function that does what f does, on this queue: f itself, or what
	// the device noted when it called f once, in Record, without performing it; that is
	// cheaper to start. f may call operations, Upload and Download, on this queue and with
	// the same arguments each time, and nothing that waits.
	Record(f func()) (replay func())

	// Sync waits for all operations of this queue and returns the device's first error,
	// in whichever queue it was. After a failed allocation only Sync and Close may be called.
	Sync() error

	// Close frees the device's memory. It waits for what is running.
	Close() error

	// Zero sets x to 0.
	Zero(x Tensor)

	// MatMul: for each i < batch, c[i] = op(a[i])·op(b[i]), where op transposes if
	// the flag is set. a, b and c are batch matrices stacked by rows, op(a[i]) is
	// [m][k], op(b[i]) is [k][n], c is [batch·m][n]. The order of summation is the
	// device's own: it is the dense reference, within Bound of exact.
	MatMul(batch int, c, a, b Tensor, transA, transB bool)

	// ReLU: y = max(0, x), elementwise; NaN gives 0. y may be x.
	ReLU(y, x Tensor)

	// ReLUGrad: dx = dy where y > 0, else 0, elementwise; y is ReLU's output. dx may
	// be dy.
	ReLUGrad(dx, dy, y Tensor)

	// Sigmoid: p = 1/(1+e^−z), elementwise. p may be z.
	Sigmoid(p, z Tensor)

	// Softmax: p[i][k] = e^(z[i][k]−max z[i]) / Σ e^(z[i][·]−max z[i]). p may be z.
	Softmax(p, z Tensor)

	// PolicyGrad writes the gradient of the objective at the policy's output,
	// with A = advantage, w = weight, a = action, all [rows][1], and β = entropy:
	// for one output (p the probability of action 1, else action 0)
	//	d = w·((a−p)·A − β·p·(1−p)·z)
	// and for K outputs
	//	d[k] = w·((1[a=k]−p[k])·A − β·p[k]·(ln p[k] + H)),  H = −Σ p ln p,
	// which is Karpathy's y−p times the advantage, and β times the gradient of the
	// policy's entropy (Williams & Peng 1991). z, p and d are [rows][K]; z are the
	// logits. ln p[k] is z[k] − max z − ln Σ e^(z−max z).
	PolicyGrad(d, z, p Tensor, action Array[uint8], advantage, weight Tensor, entropy float32)

	// LogProb: l = ln π(a), the logarithm of the probability of the action a taken, row by
	// row, for logits z [rows][K], 1 ≤ K ≤ 256:
	//	l = z[a] − max z − ln Σ e^(z−max z)
	// and for one output z, the logit of action 1, that of the two outputs (0, z). l and
	// action are [rows][1]. An action that the policy does not have gives NaN.
	LogProb(l, z Tensor, action Array[uint8])

	// PPOGrad writes the gradient of the clipped objective of Schulman et al. 2017 (eq. 9) at
	// the outputs z [rows][K+1] of a network: of a policy, 1 ≤ K ≤ 256, as in LogProb, and
	// in the last column the value v. With a = action, l = behaviour, the ln π(a) of the policy
	// that took it, A = advantage, R = target, w = weight, all [rows][1], β = entropy and
	// c = value (the objective has −c/2·(v−R)²):
	//	r = e^(ln π(a) − l)
	//	g = 0 if A > 0 and r > 1+clip, or A < 0 and r < 1−clip, else r·A
	//	d[k] = w·((1[a=k]−p[k])·g − β·p[k]·(ln p[k] + H)),  H = −Σ p ln p
	//	d[K] = w·c·(R−v)
	// p is Softmax's, ln p LogProb's, H begins at 0 and p·ln p is subtracted in order; 1+clip and
	// 1−clip are rounded to float32 first. For K = 1, p, ln p and H are those of the two
	// outputs (0, z), and d[0] is the second's. Where l is LogProb of the same logits, r is
	// exactly 1, and d[0…K−1] is PolicyGrad's for two or more outputs. d is [rows][K+1].
	PPOGrad(d, z Tensor, action Array[uint8], behaviour, advantage, target, weight Tensor, clip, entropy, value float32)

	// RMSProp: c = decay·c + (1−decay)·g², w += lr·g/(√c+eps), elementwise
	// (ascent, as in Karpathy 2016; Tieleman & Hinton 2012). 1−decay is rounded to
	// float32 first; the root is exactly rounded.
	RMSProp(w, c, g Tensor, lr, decay, eps float32)

	// Adam: m = beta1·m + (1−beta1)·g, v = beta2·v + (1−beta2)·g²,
	//	w += lr·(m/(1−beta1ᵗ))/(√(v/(1−beta2ᵗ))+eps),
	// elementwise, at step t, from 1 on (Kingma & Ba 2015, algorithm 1; ascent). 1−beta is
	// rounded to float32 first; 1−betaᵗ is BiasCorrection; the root is exactly rounded.
	Adam(w, m, v, g Tensor, lr, beta1, beta2, eps float32, t int64)

	// AddScaled: y += a·x, elementwise.
	AddScaled(y, x Tensor, a float32)

	// ClipNorm: x = s·x, elementwise, with s = limit/√(Σ squares), where s is below 1;
	// otherwise x stays as it is, also where s is NaN, and where the norm is 0. squares is
	// [n][1], as SumSquares writes it, and summed in order; it need not be of x alone. The
	// root is exactly rounded; limit is above 0. (Pascanu, Mikolov & Bengio 2013.)
	ClipNorm(x, squares Tensor, limit float32)

	// Blur: g, an image [height·width][units] (height·width pixels, each a vector of
	// units), is convolved with a box of 2·radius+1 pixels twice along the columns
	// of the image, then twice along its rows; pixels outside count as 0. Each pass
	// over a line is a running sum:
	//	s = Σ x[0…radius−1];  y[i] = s·r, r = 1/(2·radius+1), with s += x[i+radius] and
	//	then s −= x[i−radius−1] before it, where those exist.
	// radius 0 changes nothing.
	Blur(g Tensor, height, width, radius int)

	// SumSquares: dst[i] = Σ x² over the i-th of dst.Rows slices of x's rows, which are of
	// equal size; dst is [slices][1]. The sum is lanesum of the squares of each 8,192
	// elements of the slice in memory order (the last chunk as if padded by zeros to a
	// multiple of Lanes), then the chunks' sums.
	SumSquares(dst, x Tensor)

	// Uniform: u[i] = uniform in [0, 1) with 24 bits: the top 24 bits of word 0 of
	// Philox 4×32-10 with key seed and counter (tick[i]+after, stream[i], purpose, 0), the sum
	// modulo 2³². u, tick and stream are [rows][1]. See package philox.
	Uniform(u Tensor, seed uint64, purpose uint32, stream, tick Array[uint32], after uint32)

	// Sample: action[i] = the number of k with u[i] ≥ p[i][0] + … + p[i][k], at most
	// K−1, for K probabilities; for one probability 1 if u[i] < p[i], else 0. p is
	// [rows][K]; action and u are [rows][1].
	Sample(action Array[uint8], p, u Tensor)

	// SparseMatMul: y = x·w: y[i] = Σ ±w[column] over row i's entries in order. x is
	// [rows][cols], w [cols][units], y [rows][units].
	SparseMatMul(y Tensor, x Sparse, w Tensor)

	// SparseMatMulGrad: dw += xᵀ·dy: for i in order, for the entries of row i in
	// order, dw[column] += ±dy[i]. Shapes as in SparseMatMul.
	SparseMatMulGrad(dw Tensor, x Sparse, dy Tensor)

	// SparseMLP is the policy's forward pass, fused: h = ReLU(x·w1), z = h·w2ᵀ.
	//	h[i] = max(0, Σ ±w1[column]),  z[i][k] = lanesum(h[i]∘w2[k])
	// x is [rows][cols], w1 [cols][units], w2 [K][units], z [rows][K]. active is
	// [rows][units/16]: bit l of active[i][b] says that unit 16b+l of h[i] is above 0.
	// h itself is not stored.
	SparseMLP(z Tensor, active Array[uint16], x Sparse, w1, w2 Tensor)

	// SparseMLPSample is a decision, fused: SparseMLP to z and active, Sigmoid (for one
	// output) or Softmax to p, Uniform of the draw, and Sample to action.
	SparseMLPSample(action Array[uint8], z, p Tensor, active Array[uint16], x Sparse, w1, w2 Tensor, draw Draw)

	// SparseMLPGrad is the policy's backward pass, fused: with d [rows][K] the
	// gradient at z,
	//	dw2 = Σᵢ d[i]ᵀ·h[i],  dw1 = Σᵢ xᵢᵀ·((d[i]·w2)∘active[i]).
	// dw1 and dw2 are overwritten. Rows are summed in order; one whose d is 0 adds nothing,
	// and its entries need not be looked at. For one output the units'
	// weights are taken out of the sum: with
	//	q[column] = Σᵢ ±d[i]∘active[i]   (in order of i, then of the entries)
	// dw2 = Σ over the columns c in order, by chunks of 32 columns, of w1[c]∘q[c], and
	// dw1[c] = q[c]∘w2. (Exact algebra: h[i] = active[i]∘Σ±w1[c]; it saves recomputing h.)
	// For K outputs h is computed again as SparseMLP does, dw2[k] = Σ d[i][k]·h[i] over the
	// rows i in order, by chunks of 4,096 rows, whose sums are added in order, and
	// dh = Σ_k d[i][k]·w2[k] (k in order) goes to dw1[column] += ±dh∘active[i].
	SparseMLPGrad(dw1, dw2 Tensor, x Sparse, active Array[uint16], d, w1, w2 Tensor)

	// SparseImage: y = x·m as images of m.Cols/channels pixels: the value of x·m at row i and
	// column c is pixel c mod pixels, channel c div pixels, of image i. It is the sum, over row i's
	// entries in order, of ± the entries of m's row of that column; the values are small integers,
	// exact in any order. x is [rows][cols], m [cols][channels·pixels], y [rows·pixels][channels].
	SparseImage(y Tensor, x, m Sparse)

	// Conv is a convolution: y[i,oy,ox,f] = Σ over ky, kx, c in order of
	//	x[i, oy·Stride+ky, ox·Stride+kx, c]·w[ky,kx,c][f],
	// products whose x is 0 left out (NaN is not 0). x is [rows·Height·Width][Channels], w
	// [Size·Size·Channels][Filters], y [rows·OutHeight·OutWidth][Filters]. A layer that is fully
	// connected is one whose Size is the image's.
	Conv(y, x, w Tensor, g Window)

	// ConvGrad is the gradient at Conv's weights: dw[ky,kx,c][f] = Σ over i, oy, ox of
	//	x[i, oy·Stride+ky, ox·Stride+kx, c]·dy[i,oy,ox,f],
	// products whose x is 0 left out: in order within each 64 images, whose sums are then added
	// in order. dw is overwritten. Shapes as in Conv.
	ConvGrad(dw, x, dy Tensor, g Window)

	// ConvInputGrad is the gradient at Conv's input: dx[i,y,x,c] = Σ over ky, kx, f in order of
	//	dy[i, (y−ky)/Stride, (x−kx)/Stride, f]·w[ky,kx,c][f]
	// where such a window exists, products whose dy is 0 left out (NaN is not 0). dx is
	// overwritten. Shapes as in Conv.
	ConvInputGrad(dx, dy, w Tensor, g Window)
}

// Draw names one random number for each of a batch's rows: see Backend.Uniform.
type Draw struct {
	Seed         uint64
	Purpose      uint32
	Stream, Tick Array[uint32] // [rows][1]
	After        uint32        // decisions since the ticks were those in Tick
}

// Bound returns the largest error an inexact operation may have against the exact
// result when the absolute values of its n summed terms add up to sumAbs:
// max(16, 2√n)·u·sumAbs, with u = 2⁻²⁴ the unit roundoff of float32.
//
// A bound relative to the result does not hold: with cancellation the result can be
// arbitrarily smaller than its terms. The worst case of a sum in order is n·u·sumAbs
// (Higham 2002, §4.2); roundings behave as random, which gives √n
// (Higham & Mary 2019), and 16 covers the short sums.
func Bound(n int, sumAbs float64) float64 {
	return max(16, 2*math.Sqrt(float64(n))) * sumAbs / (1 << 24)
}
