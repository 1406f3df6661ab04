package trainer

import (
	"math"

	"pongpg/trainer/compute"
)

// Learner turns a batch of decisions into a step of the policy's weights: the gradient of
// an objective, and an optimizer.
type Learner struct {
	Policy *Policy

	gradient   gradient
	optimizer  optimizer
	parameters []parameter

	d compute.Tensor // [rows][outputs] gradient at the outputs

	queues  []compute.Backend // one a worker, where slices are updated side by side
	search  *trustRegion      // which notes the steps, while it is there
	squares sums              // of the gradient, before it is clipped
	weights sums              // of the weights after the step
}

// sums is sums of squares, of each slice of each parameter.
type sums struct {
	compute.Tensor           // [slices][1]
	host           []float32 // what was fetched of it
}

func newSums(b compute.Backend, slices int) sums {
	s := compute.New[float32](b, slices, 1)
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
// gradient, the mean squares and the weights, 0.8 MB for 200 hidden units and one image, stays in the
// second-level cache from the first to the last operation on it. The norms are summed by
// slices: their last bits depend on it.
const weightSlices = 20

// NewLearner returns a learner of policy p with an optimizer (RMSProp or Adam), with room
// for batches of rows decisions, which grows as needed.
func NewLearner(b compute.Backend, p *Policy, optimizer string, rows int) *Learner {
	l := &Learner{
		Policy:     p,
		gradient:   p.net.newGradient(b),
		parameters: p.net.parameters(),
		d:          compute.New[float32](b, rows, p.net.outputs()),
	}
	l.optimizer = newOptimizer(b, l.parameters, optimizer)
	slices := 0
	for _, x := range l.parameters {
		slices += x.slices
	}
	l.squares, l.weights = newSums(b, slices), newSums(b, slices)
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

// Backward computes the gradient of REINFORCE's objective over a batch that the policy,
// as it is, has run forward:
//
//	d = w·((a−p)·A + β·∇H)   at the logits, and back through the network
func (l *Learner) Backward(b compute.Backend, batch Batch, h Hyper) {
	d := l.room(b, batch.Rows(), l.Policy.Outputs())
	b.PolicyGrad(d, batch.Z, batch.Prob, batch.Action, batch.Advantage, batch.Weight, h.Entropy)
	l.gradient.backward(b, batch.X, batch.Active, d)
}

// room returns [rows][cols] of d.
func (l *Learner) room(b compute.Backend, rows, cols int) compute.Tensor {
	if rows > l.d.Rows {
		l.d = compute.New[float32](b, max(rows, 2*l.d.Rows), l.d.Cols)
	}
	d := l.d.Slice(0, rows)
	d.Cols = cols
	if d.Host != nil {
		d.Host = d.Host[:rows*cols]
	}
	return d
}

// Ascend takes a step of gradient ascent with what Backward has computed:
//
//	g  = the gradient, at W1 blurred over the image
//	g += −l2·W                       the gradient of −l2/2·|W|²
//	g *= min(1, clip/|g|)            |g| the norm of all of it
//	W += the optimizer's step of g
func (l *Learner) Ascend(b compute.Backend, h Hyper) {
	if h.Blur > 0 { // which needs whole images
		l.gradient.blurred(b, h.Blur)
	}
	if h.Clip == 0 { // all of a part while it is in the cache
		l.inParts(b, func(q compute.Backend, x part) {
			l.finish(q, x, h)
			l.step(q, x, h)
		})
	} else { // by a norm that all parts are in
		l.inParts(b, func(q compute.Backend, x part) { l.finish(q, x, h) })
		l.inParts(b, func(q compute.Backend, x part) {
			q.ClipNorm(x.g, l.squares.Tensor, h.Clip)
			l.step(q, x, h)
		})
	}
	l.Policy.Refresh(b)
}

// part is rows of a parameter, and what belongs to them.
type part struct {
	parameter, lo, hi int
	w, g, c, m        compute.Tensor // c and m are the optimizer's
	slice, end        int            // of the sums of squares (end exclusive)
}

// inParts calls do for slices of all parameters' rows: one by one, on a queue that no
// other call has at the time, or all at once on a device that has no caches to mind.
func (l *Learner) inParts(b compute.Backend, do func(q compute.Backend, x part)) {
	gradient, slice := l.gradient.tensors(), 0
	for i, p := range l.parameters {
		first := slice
		slice += p.slices
		rows := func(from, to int) part {
			lo, hi := p.w.Rows*from/p.slices, p.w.Rows*to/p.slices
			c, m := l.optimizer.slice(i, lo, hi)
			return part{i, lo, hi, p.w.Slice(lo, hi), gradient[i].Slice(lo, hi), c, m, first + from, first + to}
		}
		if p.slices == 1 || b.Async() {
			do(b, rows(0, p.slices))
			continue
		}
		_ = b.Sync() // queues run beside b; an error sticks
		inParallel(len(l.queues), p.slices, func(worker, j int) { do(l.queues[worker], rows(j, j+1)) })
		for _, q := range l.queues {
			_ = q.Sync()
		}
	}
}

// finish completes the gradient of a part, and notes the sums of its squares.
func (l *Learner) finish(b compute.Backend, x part, h Hyper) {
	l.gradient.complete(b, x.parameter, x.lo, x.hi)
	if h.L2 > 0 {
		b.AddScaled(x.g, x.w, -h.L2)
	}
	b.SumSquares(l.squares.Slice(x.slice, x.end), x.g)
}

// step takes the optimizer's step of a part, and notes the sums of squares of its weights.
func (l *Learner) step(b compute.Backend, x part, h Hyper) {
	if l.search != nil {
		l.search.keep(b, x)
	}
	l.optimizer.step(b, x, h)
	if l.search != nil {
		l.search.took(b, x)
	}
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
