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

	W1 compute.Tensor // [6400][units]: the post's W1, transposed; its rows are the pixels, permuted if asked for
	W2 compute.Tensor // [outputs][units]

	// Table [emu.Codes][units] is W1 summed over the pixels of each code, so that an
	// observation of six codes needs six rows. Refresh brings it up to date.
	Table compute.Tensor

	codes  compute.Sparse // [emu.Codes][6400]: the pixels of each code
	pixels compute.Sparse // [6400][emu.Codes]: its transpose
	set    []emu.Action
}

// NewPolicy returns a policy with zero weights in the memory of b.
func NewPolicy(b compute.Backend, actions, hidden int) (*Policy, error) {
	return newPolicy(b, actions, hidden, 0)
}

// newPolicy does so for an image whose pixels are permuted: see permutation.
func newPolicy(b compute.Backend, actions, hidden, permutePixels int) (*Policy, error) {
	set, err := actionSet(actions)
	if err != nil {
		return nil, err
	}
	units := compute.PadCols(hidden)
	p := &Policy{
		Actions: actions, Hidden: hidden, set: set,
		W1:    compute.New[float32](b, emu.ImagePixels, units),
		W2:    compute.New[float32](b, outputs(actions), units),
		Table: compute.New[float32](b, emu.Codes, units),
	}
	column := permutation(permutePixels)
	rows := make([][]uint16, emu.Codes)
	for code := range rows {
		for _, pixel := range emu.CodePixels(uint16(code)) {
			rows[code] = append(rows[code], compute.Entry(int(column[pixel]), false))
		}
	}
	p.codes = packed(b, rows, emu.ImagePixels)
	p.pixels = packed(b, compute.TransposeRows(rows, emu.ImagePixels), emu.Codes)
	return p, b.Sync()
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

// Forward computes, for observations x [rows][emu.Codes], the logits z and the
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
// from the one at Table's rows, dTable [emu.Codes][units]: the transpose of Refresh.
func (p *Policy) PixelGrad(b compute.Backend, dw1 compute.Tensor, first int, dTable compute.Tensor) {
	b.SparseMatMul(dw1, p.pixels.Slice(first, first+dw1.Rows), dTable)
}

// Init draws the weights: W1 normal with variance 1/6400, W2 normal with variance
// 1/hidden. With blur > 0 each row of the post's W1 is blurred over the image and
// brought back to its norm, so that neighbouring pixels start alike.
func (p *Policy) Init(b compute.Backend, seed uint64, blur int) {
	units := p.W1.Cols
	w1, w2 := make([]float32, p.W1.Len()), make([]float32, p.W2.Len())
	normals := normalSource{seed: seed}
	for h := range p.Hidden {
		for pixel := range emu.ImagePixels {
			w1[pixel*units+h] = normals.next() / emu.ImageSize
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
		b.Blur(p.W1, emu.ImageSize, emu.ImageSize, blur)
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
