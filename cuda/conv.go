//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"math"

	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// SparseImage implements compute.Backend.
func (b *Backend) SparseImage(y compute.Tensor, x, m compute.Sparse) {
	const op = "SparseImage"
	pixels := compute.CheckSparseImage(y, x, m)
	if y.Len() == 0 {
		return
	}
	b.launch(op, kernels.SparseImage, x.Rows(), pointer(y), pointer(x.Entries), pointer(m.Entries),
		u32(x.Entries.Cols), u32(x.Cols), u32(m.Entries.Cols), u32(pixels), u32(y.Cols))
}

// Conv implements compute.Backend.
func (b *Backend) Conv(y, x, w compute.Tensor, g compute.Window) {
	const op = "Conv"
	images := compute.CheckConv(y, x, w, g)
	wantNumbered(op, g)
	g = g.Flat()
	b.launch(op, kernels.Conv, images*blocks(g.OutputLen(), kernels.Conv.Block), pointer(y), pointer(x), pointer(w),
		u32(g.Height), u32(g.Width), u32(g.Channels), u32(g.Size), u32(g.Stride), u32(g.Filters))
}

// ConvGrad implements compute.Backend.
func (b *Backend) ConvGrad(dw, x, dy compute.Tensor, g compute.Window) {
	const op = "ConvGrad"
	images := compute.CheckConvGrad(dw, x, dy, g)
	wantNumbered(op, g)
	chunks := blocks(images, compute.ConvGradImages)
	shares := pointer(dw) // the only chunk's are the sums
	if chunks > 1 {
		shares = address(b.scratch(op, convPiece, convGradScratch(images, dw.Len())))
	}
	g = g.Flat()
	b.launch(op, kernels.ConvGrad, chunks*blocks(dw.Len(), kernels.ConvGrad.Block), shares, pointer(x), pointer(dy), u32(images),
		u32(g.Height), u32(g.Width), u32(g.Channels), u32(g.Size), u32(g.Stride), u32(g.Filters))
	if chunks != 1 {
		b.sumRows(op, dw, shares.bits, chunks)
	}
}

// convGradScratch returns the bytes of scratch memory that ConvGrad takes for so many weights.
func convGradScratch(images, weights int) int {
	if chunks := blocks(images, compute.ConvGradImages); chunks > 1 {
		return 4 * chunks * weights
	}
	return 0
}

// ConvInputGrad implements compute.Backend.
func (b *Backend) ConvInputGrad(dx, dy, w compute.Tensor, g compute.Window) {
	const op = "ConvInputGrad"
	images := compute.CheckConvInputGrad(dx, dy, w, g)
	wantNumbered(op, g)
	g = g.Flat()
	turned := address(b.scratch(op, convPiece, 4*w.Len()))
	b.launch(op, kernels.ConvTurn, blocks(w.Len(), kernels.ConvTurn.Block), turned, pointer(w), u32(g.Size*g.Size), u32(g.Channels), u32(g.Filters))
	b.launch(op, kernels.ConvInputGrad, images*blocks(g.ImageLen(), kernels.ConvInputGrad.Block), pointer(dx), pointer(dy), turned,
		u32(g.Height), u32(g.Width), u32(g.Channels), u32(g.Size), u32(g.Stride), u32(g.Filters))
}

// wantNumbered panics if the numbers of an image, of its outputs or of a convolution's weights
// cannot be numbered with 32 bits, as the kernels do.
func wantNumbered(op string, g compute.Window) {
	if n := max(g.ImageLen(), g.OutputLen(), g.Inputs()*g.Filters); n > math.MaxUint32 {
		panic(fmt.Sprintf("cuda: %s: %d numbers in an image, its outputs or the weights of %+v; at most 2³² can be numbered", op, n, g))
	}
}
