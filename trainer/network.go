package trainer

import "pongpg/trainer/compute"

// network is what a policy computes with: from observations a number for each action, its
// logit (one for two actions), and after them one for the value, if the algorithm has a use for it.
// Its parameters are in a backend's memory.
type network interface {
	// parameters lists the weights.
	parameters() []parameter

	// outputs returns the number of outputs, with the value's.
	outputs() int

	// initialize draws the weights, blurred over the image if blur is above 0.
	initialize(b compute.Backend, normals *normalSource, blur int)

	// refresh must follow every change of the weights.
	refresh(b compute.Backend)

	// newRunner returns what computes the outputs of up to rows rows at a time, on one queue.
	newRunner(b compute.Backend, rows int) runner

	// newGradient returns what computes the gradient.
	newGradient(b compute.Backend) gradient

	// activeWords returns how many words for each row say which hidden units are active; 0 if
	// the network does not say.
	activeWords() int
}

// runner computes a network's outputs. It has room of its own for what is between.
type runner interface {
	// forward computes the first z.Cols outputs z [rows][outputs] of observations
	// x [rows][columns], and active [rows][activeWords].
	forward(b compute.Backend, z compute.Tensor, active compute.Array[uint16], x compute.Sparse)

	// sample computes a decision: all that rows holds, from the observations x.
	sample(q compute.Backend, rows Batch, x compute.Sparse, draw compute.Draw)

	// hidden returns the last hidden units, [rows][units], of the last rows that were run, for
	// a network whose activeWords is 0.
	hidden() compute.Tensor
}

// gradient computes a network's gradient. It has the memory for it.
type gradient interface {
	// backward computes the gradient of Σ d·z, d [rows][outputs] of the first d.Cols outputs,
	// for rows that have been run forward. The others' gradient is 0.
	backward(b compute.Backend, x compute.Sparse, active compute.Array[uint16], d compute.Tensor)

	// blurred completes the gradient at the pixels, blurred over the image.
	blurred(b compute.Backend, radius int)

	// tensors returns the gradient at each of the parameters, after backward and complete.
	tensors() []compute.Tensor

	// complete completes the gradient of rows lo to hi (exclusive) of a parameter, if blurred
	// has not.
	complete(b compute.Backend, parameter, lo, hi int)
}

// parameter is a matrix of weights. Rows and columns that only pad it are 0, and stay so.
type parameter struct {
	name       string // in a checkpoint
	w          compute.Tensor
	rows, cols int  // without the padding
	transposed bool // in a checkpoint: [cols][rows]
	slices     int  // of rows, in which it is updated
}

// values returns the number of weights, without the padding.
func (p *parameter) values() int { return p.rows * p.cols }

// shape returns the shape in a checkpoint.
func (p *parameter) shape() (rows, cols int) {
	if p.transposed {
		return p.cols, p.rows
	}
	return p.rows, p.cols
}

// unpad returns x, of the parameter's shape, as a checkpoint has it.
func (p *parameter) unpad(b compute.Backend, x compute.Tensor) []float32 {
	padded := onHost(x)
	compute.Download(b, padded, x)
	values := make([]float32, p.values())
	if p.transposed {
		transpose(values, p.rows, padded, x.Cols, p.cols, p.rows)
	} else {
		for r := range p.rows {
			copy(values[r*p.cols:][:p.cols], padded[r*x.Cols:])
		}
	}
	return values
}

// pad is the inverse of unpad.
func (p *parameter) pad(b compute.Backend, x compute.Tensor, values []float32) {
	padded := onHost(x)
	if p.transposed {
		transpose(padded, x.Cols, values, p.rows, p.rows, p.cols)
	} else {
		for r := range p.rows {
			copy(padded[r*x.Cols:][:p.cols], values[r*p.cols:])
		}
	}
	compute.Upload(b, x, padded)
}

// onHost returns memory of the host for what x holds: x's own if it has any, where copies between
// the two are free.
func onHost(x compute.Tensor) []float32 {
	if x.Host != nil {
		return x.Host
	}
	return make([]float32, x.Len())
}

// transpose copies the transpose of a [cols][rows] matrix src, whose rows are srcCols apart, to a
// [rows][cols] one whose rows are dstCols apart: a block at a time, so that of both matrices what is
// in a cache line is used while it is in the cache.
func transpose(dst []float32, dstCols int, src []float32, srcCols, rows, cols int) {
	const block = 16
	for r0 := 0; r0 < rows; r0 += block {
		for c0 := 0; c0 < cols; c0 += block {
			for r := r0; r < min(r0+block, rows); r++ {
				row := dst[r*dstCols+c0:][:min(block, cols-c0)]
				for c := range row {
					row[c] = src[(c0+c)*srcCols+r]
				}
			}
		}
	}
}
