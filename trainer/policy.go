package trainer

import (
	"math"

	"pongpg/emu"
	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// Policy is the post's network, [6400] → ReLU [hidden] → a probability for each
// action: weights in a backend's memory. Hidden widths are padded with zeros to
// units = compute.PadCols(hidden).
type Policy struct {
	Actions, Hidden int
	Input           emu.Input

	W1 compute.Tensor // [Input.Pixels()][units]: the post's W1, transposed; its rows are the pixels, permuted if asked for
	W2 compute.Tensor // [outputs][units]

	// Table [Input.Columns()][units] is W1 summed over the pixels of each column of observations,
	// so that one of six entries needs six rows. Refresh brings it up to date.
	Table compute.Tensor

	codes  compute.Sparse // [columns][pixels]: the pixels of each column
	pixels compute.Sparse // [pixels][columns]: its transpose
	set    []emu.Action
}

// NewPolicy returns the policy that a Config describes, with zero weights, in the memory
// of b.
func NewPolicy(b compute.Backend, c *Config) (*Policy, error) {
	set, err := actionSet(c.Actions)
	if err != nil {
		return nil, err
	}
	in := c.input()
	units := compute.PadCols(c.Hidden)
	p := &Policy{
		Actions: c.Actions, Hidden: c.Hidden, Input: in, set: set,
		W1:    compute.New[float32](b, in.Pixels(), units),
		W2:    compute.New[float32](b, outputs(c.Actions), units),
		Table: compute.New[float32](b, in.Columns(), units),
	}
	rows := columnPixels(in, c.PermutePixels)
	p.codes = packed(b, rows, in.Pixels())
	p.pixels = packed(b, compute.TransposeRows(rows, in.Pixels()), in.Columns())
	return p, b.Sync()
}

// columnPixels returns the pixels of each of an observation's columns, as entries, the
// pixels of each image permuted: see permutation.
func columnPixels(in emu.Input, permutePixels int) [][]uint16 {
	column := permutation(permutePixels)
	rows := make([][]uint16, in.Columns())
	for c := range rows {
		rows[c] = in.ColumnPixels(nil, c)
		for i, e := range rows[c] {
			image, pixel := e>>1/emu.ImagePixels, e>>1%emu.ImagePixels
			rows[c][i] = compute.Entry(int(image*emu.ImagePixels+column[pixel]), e&1 == 1)
		}
	}
	return rows
}

// packed returns rows as a sparse batch in the memory of b.
func packed(b compute.Backend, rows [][]uint16, cols int) compute.Sparse {
	entries, width := compute.PackRows(rows)
	x := compute.NewSparse(b, len(rows), width, cols)
	compute.Upload(b, x.Entries, entries)
	return x
}

// Refresh computes Table from W1. It must follow every change of W1.
func (p *Policy) Refresh(b compute.Backend) { b.SparseMatMul(p.Table, p.codes, p.W1) }

// Outputs returns the number of outputs: one, the probability of up, for two
// actions, else one an action.
func (p *Policy) Outputs() int { return p.W2.Rows }

// Forward computes, for observations x [rows][columns], the logits z and the
// probabilities prob [rows][outputs], and which units are active [rows][units/16].
func (p *Policy) Forward(b compute.Backend, z, prob compute.Tensor, active compute.Array[uint16], x compute.Sparse) {
	b.SparseMLP(z, active, x, p.Table, p.W2)
	if p.Outputs() == 1 {
		b.Sigmoid(prob, z)
	} else {
		b.Softmax(prob, z)
	}
}

// PixelGrad computes the gradient at W1's pixels from first on, dw1 [pixels][units],
// from the one at Table's rows, dTable [columns][units]: the transpose of Refresh.
func (p *Policy) PixelGrad(b compute.Backend, dw1 compute.Tensor, first int, dTable compute.Tensor) {
	b.SparseMatMul(dw1, p.pixels.Slice(first, first+dw1.Rows), dTable)
}

// Init draws the weights: W1 normal with variance 1/pixels, W2 normal with variance
// 1/hidden. With blur > 0 each row of the post's W1 is blurred over the image and
// brought back to its norm, so that neighbouring pixels start alike.
func (p *Policy) Init(b compute.Backend, seed uint64, blur int) {
	units := p.W1.Cols
	w1, w2 := make([]float32, p.W1.Len()), make([]float32, p.W2.Len())
	normals := normalSource{seed: seed}
	root := sqrt32(float32(p.W1.Rows))
	for h := range p.Hidden {
		for pixel := range p.W1.Rows {
			w1[pixel*units+h] = normals.next() / root
		}
	}
	scale := 1 / sqrt32(float32(p.Hidden))
	for k := range p.W2.Rows {
		for h := range p.Hidden {
			w2[k*units+h] = float32(normals.next() * scale)
		}
	}
	compute.Upload(b, p.W2, w2)
	compute.Upload(b, p.W1, w1)
	if blur > 0 {
		before := columnNorms(w1, units)
		blurImages(b, p.W1, blur)
		compute.Download(b, w1, p.W1)
		after := columnNorms(w1, units)
		for i := range w1 {
			if norm := after[i%units]; norm > 0 {
				w1[i] = float32(w1[i] * float32(before[i%units]/norm))
			}
		}
		compute.Upload(b, p.W1, w1)
	}
	p.Refresh(b)
}

// blurImages blurs each image of x [pixels][units].
func blurImages(b compute.Backend, x compute.Tensor, radius int) {
	for at := 0; at < x.Rows; at += emu.ImagePixels {
		b.Blur(x.Slice(at, at+emu.ImagePixels), emu.ImageSize, emu.ImageSize, radius)
	}
}

// columnNorms returns the root of the sum of squares of each of the columns of w.
func columnNorms(w []float32, columns int) []float32 {
	sums := make([]float64, columns)
	for i, v := range w {
		sums[i%columns] += float64(float64(v) * float64(v))
	}
	norms := make([]float32, columns)
	for i, s := range sums {
		norms[i] = sqrt32(float32(s))
	}
	return norms
}

// normalSource draws standard normal numbers by Marsaglia's polar method, in
// float32 arithmetic that is the same on every machine.
type normalSource struct {
	seed  uint64
	drawn uint32
	spare float32
	has   bool
}

func (s *normalSource) next() float32 {
	if s.has {
		s.has = false
		return s.spare
	}
	for {
		a, b, _, _ := philox.Block(s.seed, s.drawn, 0, philox.PurposeWeights, 0)
		s.drawn++
		x, y := 2*philox.Float32(a)-1, 2*philox.Float32(b)-1
		r := float32(x*x) + float32(y*y)
		if r >= 1 || r == 0 {
			continue
		}
		f := sqrt32(float32(-2*compute.Log32(r)) / r)
		s.spare, s.has = float32(y*f), true
		return float32(x * f)
	}
}

// sqrt32 returns the square root, rounded to float32: exactly rounded, as the
// detour by float64 loses nothing (Figueroa 1995).
func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }
