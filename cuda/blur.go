//go:build linux && amd64 && cgo

package cuda

import (
	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// lines are those of an image in one direction.
type lines struct {
	units        int // of a pixel
	count, n     int // lines, and pixels of one
	across, step int // from line to line and from pixel to pixel, in elements
	radius       int // at most n: what a larger one would add is not there
	inverse      float32
}

func newLines(units, count, n, across, step, radius int) lines {
	return lines{units, count, n, across, step, min(radius, n), 1 / float32(2*radius+1)}
}

// short reports whether a line is filtered twice by one launch, in shared memory.
func (l lines) short() bool { return l.n+l.radius < kernels.BlurReach }

// Blur implements compute.Backend.
func (b *Backend) Blur(g compute.Tensor, height, width, radius int) {
	compute.CheckBlur(g, height, width, radius)
	if radius == 0 || g.Len() == 0 {
		return
	}
	b.blur(g, newLines(g.Cols, width, height, g.Cols, width*g.Cols, radius))
	b.blur(g, newLines(g.Cols, height, width, width*g.Cols, g.Cols, radius))
}

// blur filters each line twice: in place if it is short, otherwise to scratch memory and
// back.
func (b *Backend) blur(g compute.Tensor, l lines) {
	const op = "Blur"
	if l.short() {
		b.launch(op, kernels.BlurLines, l.blocks(kernels.BlurLines),
			pointer(g), u32(l.units), u32(l.n), u64(l.across), u64(l.step), u32(l.radius), f32(l.inverse))
		return
	}
	image, once := pointer(g), address(b.scratch(op, blurPiece, 4*g.Len()))
	b.blurPass(op, l, once, image)
	b.blurPass(op, l, image, once)
}

func (b *Backend) blurPass(op string, l lines, dst, src argument) {
	b.launch(op, kernels.BlurPass, l.blocks(kernels.BlurPass),
		dst, src, u32(l.units), u32(l.n), u64(l.across), u64(l.step), u32(l.radius), f32(l.inverse))
}

func (l lines) blocks(k *kernels.Kernel) int { return l.count * blocks(l.units, k.Block) }

// blurScratch returns the bytes of scratch memory that Blur takes.
func blurScratch(height, width, units, radius int) int {
	if radius == 0 || newLines(units, width, height, 0, 0, radius).short() && newLines(units, height, width, 0, 0, radius).short() {
		return 0
	}
	return 4 * height * width * units
}
