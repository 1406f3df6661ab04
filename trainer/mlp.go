package trainer

import (
	"pongpg/emu"
	"pongpg/trainer/compute"
)

// mlp is the post's network, [pixels] → ReLU [hidden] → [outputs]. Hidden widths are padded
// with zeros to units = compute.PadCols(hidden).
type mlp struct {
	width int // hidden units, without padding

	W1 compute.Tensor // [pixels][units]: the post's W1, transposed; its rows are the pixels, permuted if asked for
	W2 compute.Tensor // [outputs][units]

	// Table [columns][units] is W1 summed over the pixels of each column of observations, so
	// that one of six entries needs six rows. refresh brings it up to date.
	Table compute.Tensor

	codes  compute.Sparse // [columns][pixels]: the pixels of each column
	pixels compute.Sparse // [pixels][columns]: its transpose
}

func newMLP(b compute.Backend, in emu.Input, hidden, outputs, permutePixels int) *mlp {
	units := compute.PadCols(hidden)
	m := &mlp{
		width: hidden,
		W1:    compute.New[float32](b, in.Pixels(), units),
		W2:    compute.New[float32](b, outputs, units),
		Table: compute.New[float32](b, in.Columns(), units),
	}
	rows := columnPixels(in, permutePixels)
	m.codes = packed(b, rows, in.Pixels())
	m.pixels = packed(b, compute.TransposeRows(rows, in.Pixels()), in.Columns())
	return m
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

func (m *mlp) parameters() []parameter {
	return []parameter{
		{name: tensorW1, w: m.W1, rows: m.W1.Rows, cols: m.width, transposed: true, slices: weightSlices},
		{name: tensorW2, w: m.W2, rows: m.W2.Rows, cols: m.width, slices: 1},
	}
}

func (m *mlp) outputs() int     { return m.W2.Rows }
func (m *mlp) activeWords() int { return m.W1.Cols / compute.Lanes }

func (m *mlp) refresh(b compute.Backend) { b.SparseMatMul(m.Table, m.codes, m.W1) }

// initialize draws W1 normal with variance 1/pixels and W2 normal with variance 1/hidden.
// With blur > 0 each row of the post's W1 is blurred over the image and brought back to
// its norm, so that neighbouring pixels start alike.
func (m *mlp) initialize(b compute.Backend, normals *normalSource, blur int) {
	units := m.W1.Cols
	w1, w2 := make([]float32, m.W1.Len()), make([]float32, m.W2.Len())
	root := sqrt32(float32(m.W1.Rows))
	for h := range m.width {
		for pixel := range m.W1.Rows {
			w1[pixel*units+h] = normals.next() / root
		}
	}
	scale := 1 / sqrt32(float32(m.width))
	for k := range m.W2.Rows {
		for h := range m.width {
			w2[k*units+h] = float32(normals.next() * scale)
		}
	}
	compute.Upload(b, m.W2, w2)
	compute.Upload(b, m.W1, w1)
	if blur > 0 {
		before := columnNorms(w1, units)
		blurImages(b, m.W1, blur)
		compute.Download(b, w1, m.W1)
		after := columnNorms(w1, units)
		for i := range w1 {
			if norm := after[i%units]; norm > 0 {
				w1[i] = float32(w1[i] * float32(before[i%units]/norm))
			}
		}
		compute.Upload(b, m.W1, w1)
	}
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

// newRunner returns m: nothing is kept between its layers.
func (m *mlp) newRunner(compute.Backend, int) runner { return m }

func (m *mlp) forward(b compute.Backend, z compute.Tensor, active compute.Array[uint16], x compute.Sparse) {
	b.SparseMLP(z, active, x, m.Table, m.W2.Slice(0, z.Cols))
}

func (m *mlp) sample(q compute.Backend, rows Batch, x compute.Sparse, draw compute.Draw) {
	q.SparseMLPSample(rows.Action, rows.Z, rows.Prob, rows.Active, x, m.Table, m.W2.Slice(0, rows.Z.Cols), draw)
}

func (m *mlp) hidden() compute.Tensor { return compute.Tensor{} }

// mlpGradient is the gradient at an mlp.
type mlpGradient struct {
	net    *mlp
	dTable compute.Tensor // [columns][units] at the table
	g1, g2 compute.Tensor // at W1 and W2
	whole  bool           // g1 is complete
}

func (m *mlp) newGradient(b compute.Backend) gradient {
	like := func(x compute.Tensor) compute.Tensor { return compute.New[float32](b, x.Rows, x.Cols) }
	return &mlpGradient{net: m, dTable: like(m.Table), g1: like(m.W1), g2: like(m.W2)}
}

// backward: dW2 = Σ h·d,  dTable = Σ xᵀ·(d·W2 where h > 0)
func (g *mlpGradient) backward(b compute.Backend, x compute.Sparse, active compute.Array[uint16], d compute.Tensor) {
	if d.Cols < g.g2.Rows {
		b.Zero(g.g2.Slice(d.Cols, g.g2.Rows))
	}
	b.SparseMLPGrad(g.dTable, g.g2.Slice(0, d.Cols), x, active, d, g.net.Table, g.net.W2.Slice(0, d.Cols))
	g.whole = false
}

func (g *mlpGradient) blurred(b compute.Backend, radius int) {
	g.pixels(b, 0, g.g1.Rows)
	blurImages(b, g.g1, radius)
	g.whole = true
}

// pixels computes rows lo to hi (exclusive) of the gradient at W1 from the one at the
// table's rows: the transpose of refresh.
func (g *mlpGradient) pixels(b compute.Backend, lo, hi int) {
	b.SparseMatMul(g.g1.Slice(lo, hi), g.net.pixels.Slice(lo, hi), g.dTable)
}

func (g *mlpGradient) complete(b compute.Backend, parameter, lo, hi int) {
	if parameter == 0 && !g.whole {
		g.pixels(b, lo, hi)
	}
}

func (g *mlpGradient) tensors() []compute.Tensor { return []compute.Tensor{g.g1, g.g2} }
