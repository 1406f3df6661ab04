package trainer

import (
	"math"

	"pongpg/trainer/compute"
)

// Learner turns a batch of decisions into a step of the policy's weights: the
// gradient of REINFORCE, and an optimizer.
type Learner struct {
	Policy *Policy

	optimizer optimizer

	d      compute.Tensor // [rows][outputs] gradient at the logits
	dTable compute.Tensor // [columns][units] at the table
	g1, g2 compute.Tensor // at W1 and W2

	queues  []compute.Backend // one a worker, where slices are updated side by side
	squares sums              // of the gradient, before it is clipped
	weights sums              // of the weights after the step
}

// sums is sums of squares: of each slice of W1's rows, then of W2.
type sums struct {
	compute.Tensor           // [weightSlices+1][1]
	host           []float32 // what was fetched of it
}

func newSums(b compute.Backend) sums {
	s := compute.New[float32](b, weightSlices+1, 1)
	return sums{s, compute.Mirror(b, s)}
}

// norm returns the root of all that was fetched.
func (s sums) norm() float64 {
	total := 0.0
	for _, x := range s.host {
		total += float64(x)
	}
	return math.Sqrt(total)
}

// weightSlices is into how many slices of rows W1 is cut to be updated: a slice of the
// gradient, the mean squares and the weights, 0.8 MB for 200 hidden units, stays in the
// second-level cache from the first to the last operation on it. The norms are summed by
// slices: their last bits depend on it.
const weightSlices = 20

// NewLearner returns a learner of policy p with an optimizer (RMSProp or Adam), with room
// for batches of rows decisions, which grows as needed.
func NewLearner(b compute.Backend, p *Policy, optimizer string, rows int) *Learner {
	units := p.W1.Cols
	l := &Learner{
		Policy:    p,
		optimizer: newOptimizer(b, p, optimizer),
		d:         compute.New[float32](b, rows, p.Outputs()),
		dTable:    compute.New[float32](b, p.Table.Rows, units),
		g1:        compute.New[float32](b, p.W1.Rows, units),
		g2:        compute.New[float32](b, p.Outputs(), units),
		squares:   newSums(b), weights: newSums(b),
	}
	if !b.Async() {
		for range b.Workers() {
			l.queues = append(l.queues, b.Queue())
		}
	}
	return l
}

// Hyper is what a step needs besides the batch.
type Hyper struct {
	Entropy               float32
	LearningRate, Epsilon float32
	Decay                 float32 // RMSProp's
	Beta1, Beta2          float32 // Adam's
	Step                  int64   // Adam's, from 1
	Blur                  int     // radius in pixels; 0: none
	L2                    float32 // weight decay; 0: none
	Clip                  float32 // largest norm of the gradient; 0: any
}

// Backward computes the gradient at the table and at W2 of a batch that the policy, as
// it is, has run forward:
//
//	d = w·((a−p)·A + β·∇H)                   at the logits
//	dW2 = Σ h·d,  dTable = Σ xᵀ·(d·W2 where h > 0)
func (l *Learner) Backward(b compute.Backend, batch Batch, h Hyper) {
	if batch.Rows() > l.d.Rows {
		l.d = compute.New[float32](b, max(batch.Rows(), 2*l.d.Rows), l.Policy.Outputs())
	}
	d := l.d.Slice(0, batch.Rows())
	b.PolicyGrad(d, batch.Z, batch.Prob, batch.Action, batch.Advantage, batch.Weight, h.Entropy)
	b.SparseMLPGrad(l.dTable, l.g2, batch.X, batch.Active, d, l.Policy.Table, l.Policy.W2)
}

// Ascend takes a step of gradient ascent with what Backward has computed:
//
//	g1 = the pixels' share of dTable, blurred over the image;  g2 = dW2
//	g += −l2·W                       the gradient of −l2/2·|W|²
//	g *= min(1, clip/|g|)            |g| the norm of g1 and g2 together
//	W += the optimizer's step of g
func (l *Learner) Ascend(b compute.Backend, h Hyper) {
	if h.Blur > 0 { // which needs whole images
		l.Policy.PixelGrad(b, l.g1, 0, l.dTable)
		blurImages(b, l.g1, h.Blur)
	}
	if h.Clip == 0 { // all of a part while it is in the cache
		l.inParts(b, func(q compute.Backend, x part) {
			l.gradient(q, x, h)
			l.step(q, x, h)
		})
	} else { // by a norm that all parts are in
		l.inParts(b, func(q compute.Backend, x part) { l.gradient(q, x, h) })
		l.inParts(b, func(q compute.Backend, x part) {
			q.ClipNorm(x.g, l.squares.Tensor, h.Clip)
			l.step(q, x, h)
		})
	}
	l.Policy.Refresh(b)
}

// part is W2, or rows of W1 from first on, and what belongs to them.
type part struct {
	w, g, c, m compute.Tensor // c and m are the optimizer's
	first      int            // −1 for W2
	slice, end int            // of the sums of squares (end exclusive)
}

// inParts calls do for W2, and for all slices of W1's rows: one by one, on a queue that no
// other call has at the time, or all at once on a device that has no caches to mind.
func (l *Learner) inParts(b compute.Backend, do func(q compute.Backend, x part)) {
	p, o := l.Policy, &l.optimizer
	do(b, part{p.W2, l.g2, o.c2, o.m2, -1, weightSlices, weightSlices + 1})
	rows := func(slice, end int) part {
		lo, hi := p.W1.Rows*slice/weightSlices, p.W1.Rows*end/weightSlices
		x := part{w: p.W1.Slice(lo, hi), g: l.g1.Slice(lo, hi), c: o.c1.Slice(lo, hi), first: lo, slice: slice, end: end}
		if o.name == Adam {
			x.m = o.m1.Slice(lo, hi)
		}
		return x
	}
	if b.Async() {
		do(b, rows(0, weightSlices))
		return
	}
	_ = b.Sync() // queues run beside b; an error sticks
	inParallel(len(l.queues), weightSlices, func(worker, i int) { do(l.queues[worker], rows(i, i+1)) })
	for _, q := range l.queues {
		_ = q.Sync()
	}
}

// gradient completes the gradient of a part, and notes the sums of its squares.
func (l *Learner) gradient(b compute.Backend, x part, h Hyper) {
	if x.first >= 0 && h.Blur == 0 {
		l.Policy.PixelGrad(b, x.g, x.first, l.dTable)
	}
	if h.L2 > 0 {
		b.AddScaled(x.g, x.w, -h.L2)
	}
	b.SumSquares(l.squares.Slice(x.slice, x.end), x.g)
}

// step takes the optimizer's step of a part, and notes the sums of squares of its weights.
func (l *Learner) step(b compute.Backend, x part, h Hyper) {
	l.optimizer.step(b, x, h)
	b.SumSquares(l.weights.Slice(x.slice, x.end), x.w)
}

// fetchNorms asks for what norms returns after the next Sync.
func (l *Learner) fetchNorms(b compute.Backend) {
	compute.Fetch(b, l.squares.host, l.squares.Tensor)
	compute.Fetch(b, l.weights.host, l.weights.Tensor)
}

// norms returns the Euclidean norms of the last step's gradient, before it was clipped,
// and of the weights after it.
func (l *Learner) norms() (gradient, weights float64) { return l.squares.norm(), l.weights.norm() }
