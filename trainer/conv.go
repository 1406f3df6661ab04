package trainer

import (
	"fmt"
	"strconv"
	"strings"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// conv is a convolutional network: [80×80 pixels, a channel an image] → convolutions, each with a
// ReLU → ReLU [hidden] → [outputs]. There are no biases, so that where nothing is on the image
// all is 0, and operations pass over it.
type conv struct {
	width  int // hidden units, without padding
	layers []convLayer

	pixels compute.Sparse // [columns][pixels]: the pixels of each column of observations

	// Of a network with a value, the head without it: head [units][outputs] times
	// choice [outputs][outputs−1], which is 1 on the diagonal. Refreshed with the weights.
	policyHead, choice compute.Tensor
}

// convLayer is a convolution; the hidden layer is one whose window is all of the image, the
// outputs are one over an image of one pixel.
type convLayer struct {
	compute.Window
	name string
	w    compute.Tensor // [Size·Size·Channels][Filters]
	rows int            // without padding
	cols int
}

// parseFilters reads convolutions over an image of some channels: FILTERS@SIZE/STRIDE each,
// separated by blanks or commas.
func parseFilters(s string, channels int) ([]compute.Window, error) {
	const most = 4
	var list []compute.Window
	size := emu.ImageSize
	for _, field := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		var filters, window, stride int
		if n, err := fmt.Sscanf(field, "%d@%d/%d", &filters, &window, &stride); n != 3 || err != nil || field != fmt.Sprintf("%d@%d/%d", filters, window, stride) {
			return nil, fmt.Errorf("--filters: %q is not FILTERS@SIZE/STRIDE, as 16@8/4", field)
		}
		switch {
		case filters < 1 || filters > 1024 || stride < 1:
			return nil, fmt.Errorf("--filters: %q is impossible: there must be 1 … 1024 filters, with a stride of at least 1", field)
		case window < 1 || window > size:
			return nil, fmt.Errorf("--filters: the window of %q does not fit into an image of %d×%d pixels, which is what reaches it", field, size, size)
		case len(list) == most:
			return nil, fmt.Errorf("--filters: %q is one layer too many: there may be %d", field, most)
		}
		g := compute.Window{Height: size, Width: size, Channels: channels, Size: window, Stride: stride, Filters: filters}
		list = append(list, g)
		size, channels = g.OutHeight(), filters
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("--filters is empty: give one layer or more, as 16@8/4 32@4/2")
	}
	return list, nil
}

func newConv(b compute.Backend, c *Config, outputs int) (*conv, error) {
	in, units := c.input(), compute.PadCols(c.Hidden)
	windows, err := parseFilters(c.Filters, in.Pixels()/emu.ImagePixels)
	if err != nil {
		return nil, err
	}
	n := &conv{width: c.Hidden}
	add := func(name string, g compute.Window, rows, cols int) {
		n.layers = append(n.layers, convLayer{g, name, compute.New[float32](b, g.Inputs(), g.Filters), rows, cols})
	}
	for i, g := range windows {
		add("conv"+strconv.Itoa(i+1), g, g.Inputs(), g.Filters)
	}
	all := hiddenWindow(windows, units)
	add("hidden", all, all.Inputs(), c.Hidden)
	add("head", compute.Window{Height: 1, Width: 1, Channels: units, Size: 1, Stride: 1, Filters: outputs}, c.Hidden, outputs)

	n.pixels = packed(b, columnPixels(in, c.PermutePixels), in.Pixels())
	if c.hasValue() {
		n.policyHead = compute.New[float32](b, units, outputs-1)
		n.choice = compute.New[float32](b, outputs, outputs-1)
		diagonal := make([]float32, n.choice.Len())
		for i := range outputs - 1 {
			diagonal[i*(outputs-1)+i] = 1
		}
		compute.Upload(b, n.choice, diagonal)
	}
	return n, b.Sync()
}

// hiddenWindow returns the hidden layer over the last of some convolutions.
func hiddenWindow(windows []compute.Window, units int) compute.Window {
	last := windows[len(windows)-1]
	size := last.OutHeight()
	return compute.Window{Height: size, Width: size, Channels: last.Filters, Size: size, Stride: 1, Filters: units}
}

func (n *conv) head() *convLayer { return &n.layers[len(n.layers)-1] }

func (n *conv) parameters() (list []parameter) {
	for _, l := range n.layers {
		list = append(list, parameter{name: l.name, w: l.w, rows: l.rows, cols: l.cols, slices: 1})
	}
	return list
}

func (n *conv) outputs() int     { return n.head().Filters }
func (n *conv) activeWords() int { return 0 }

// refresh takes the policy's columns out of the head: exact, as all other products are 0.
func (n *conv) refresh(b compute.Backend) {
	if n.policyHead.Len() > 0 {
		b.MatMul(1, n.policyHead, n.head().w, n.choice, false, false)
	}
}

// initialize draws weights normal, with variance 2 over the number of a unit's inputs (He et al.
// 2015), the head's 1 over it.
func (n *conv) initialize(b compute.Backend, normals *normalSource, _ int) {
	for i, l := range n.layers {
		scale := sqrt32(2 / float32(l.rows))
		if i == len(n.layers)-1 {
			scale = 1 / sqrt32(float32(l.rows))
		}
		w := make([]float32, l.w.Len())
		for r := range l.rows {
			for c := range l.cols {
				w[r*l.w.Cols+c] = float32(normals.next() * scale)
			}
		}
		compute.Upload(b, l.w, w)
	}
}

// convRunner holds what is between a conv's layers, for some rows.
type convRunner struct {
	net    *conv
	rows   int              // at a time
	last   int              // in the last forward
	image  compute.Tensor   // [rows·pixels][images]
	layers []compute.Tensor // of each layer but the head, [rows·pixels][filters]
	u      compute.Tensor   // [rows][1] random numbers
}

func (n *conv) newRunner(b compute.Backend, rows int) runner {
	first := n.layers[0]
	r := &convRunner{
		net: n, rows: rows, last: rows,
		image: compute.New[float32](b, rows*first.Height*first.Width, first.Channels),
		u:     compute.New[float32](b, rows, 1),
	}
	for _, l := range n.layers[:len(n.layers)-1] {
		r.layers = append(r.layers, compute.New[float32](b, rows*l.OutHeight()*l.OutWidth(), l.Filters))
	}
	return r
}

// of returns the part of x, made for rows rows, that n of them take.
func (r *convRunner) of(x compute.Tensor, n int) compute.Tensor { return x.Slice(0, x.Rows/r.rows*n) }

func (r *convRunner) forward(b compute.Backend, z compute.Tensor, _ compute.Array[uint16], x compute.Sparse) {
	for lo := 0; lo < z.Rows; lo += r.rows {
		hi := min(lo+r.rows, z.Rows)
		r.chunk(b, z.Slice(lo, hi), x.Slice(lo, hi))
	}
}

// chunk is forward for at most rows rows.
func (r *convRunner) chunk(b compute.Backend, z compute.Tensor, x compute.Sparse) {
	r.between(b, x)
	head := *r.net.head()
	if z.Cols < head.Filters {
		head.Filters, head.w = z.Cols, r.net.policyHead
	}
	b.Conv(z, r.hidden(), head.w, head.Window)
}

// between computes all layers but the head.
func (r *convRunner) between(b compute.Backend, x compute.Sparse) {
	r.last = x.Rows()
	in := r.of(r.image, r.last)
	b.SparseImage(in, x, r.net.pixels)
	for i, y := range r.layers {
		out := r.of(y, r.last)
		b.Conv(out, in, r.net.layers[i].w, r.net.layers[i].Window)
		b.ReLU(out, out)
		in = out
	}
}

func (r *convRunner) sample(q compute.Backend, rows Batch, x compute.Sparse, draw compute.Draw) {
	r.forward(q, rows.Z, rows.Active, x)
	probabilities(q, rows.Prob, rows.Z)
	u := r.u.Slice(0, rows.Z.Rows)
	q.Uniform(u, draw.Seed, draw.Purpose, draw.Stream, draw.Tick, draw.After)
	q.Sample(rows.Action, rows.Prob, u)
}

func (r *convRunner) hidden() compute.Tensor { return r.of(r.layers[len(r.layers)-1], r.last) }

// convGradient is the gradient at a conv.
type convGradient struct {
	run    *convRunner
	g      []compute.Tensor // at each layer's weights
	part   []compute.Tensor // of some rows
	d      []compute.Tensor // at each layer's outputs but the head's, for run.rows rows
	policy compute.Tensor   // at policyHead
}

func (n *conv) newGradient(b compute.Backend) gradient {
	g := &convGradient{run: n.newRunner(b, runRows).(*convRunner)}
	like := func(x compute.Tensor) compute.Tensor { return compute.New[float32](b, x.Rows, x.Cols) }
	for _, l := range n.layers {
		g.g, g.part = append(g.g, like(l.w)), append(g.part, like(l.w))
	}
	for _, y := range g.run.layers {
		g.d = append(g.d, like(y))
	}
	g.policy = like(n.policyHead)
	return g
}

// backward runs the rows forward again, some at a time, and adds up what each gives, in
// order.
func (g *convGradient) backward(b compute.Backend, x compute.Sparse, _ compute.Array[uint16], d compute.Tensor) {
	for i := range g.g {
		b.Zero(g.g[i])
	}
	for lo := 0; lo < d.Rows; lo += g.run.rows {
		hi := min(lo+g.run.rows, d.Rows)
		g.chunk(b, x.Slice(lo, hi), d.Slice(lo, hi))
	}
}

// chunk adds what at most run.rows rows give.
func (g *convGradient) chunk(b compute.Backend, x compute.Sparse, d compute.Tensor) {
	net, run, rows := g.run.net, g.run, d.Rows
	run.between(b, x)
	for i := len(net.layers) - 1; i >= 0; i-- {
		l, in := net.layers[i], run.of(run.image, rows)
		if i > 0 {
			in = run.of(run.layers[i-1], rows)
		}
		w, part := l.w, g.part[i]
		if d.Cols < l.Filters { // of the policy alone
			l.Filters, w, part = d.Cols, net.policyHead, g.policy
		}
		b.ConvGrad(part, in, d, l.Window)
		if part.Cols < g.g[i].Cols {
			b.MatMul(1, g.part[i], part, net.choice, false, true)
		}
		b.AddScaled(g.g[i], g.part[i], 1)
		if i == 0 {
			return
		}
		below := run.of(g.d[i-1], rows)
		b.ConvInputGrad(below, d, w, l.Window)
		b.ReLUGrad(below, below, in)
		d = below
	}
}

func (g *convGradient) blurred(compute.Backend, int)            {} // nothing here is a pixel's own
func (g *convGradient) complete(compute.Backend, int, int, int) {}
func (g *convGradient) tensors() []compute.Tensor               { return g.g }
