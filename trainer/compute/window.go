package compute

// Window is a convolution's geometry: Filters windows of Size×Size pixels, Stride apart, over
// images of Height×Width pixels of Channels channels, without padding. All are at least 1, and a
// window fits the image.
type Window struct{ Height, Width, Channels, Size, Stride, Filters int }

// OutHeight returns how many windows there are from an image's top to its bottom.
func (g Window) OutHeight() int { return (g.Height-g.Size)/g.Stride + 1 }

// OutWidth returns how many windows there are from an image's left to its right.
func (g Window) OutWidth() int { return (g.Width-g.Size)/g.Stride + 1 }

// Inputs returns how many numbers a window sees: the rows of its weights.
func (g Window) Inputs() int { return g.Size * g.Size * g.Channels }

// ImageLen returns how many numbers an image has.
func (g Window) ImageLen() int { return g.Height * g.Width * g.Channels }

// OutputLen returns how many numbers an image's outputs are.
func (g Window) OutputLen() int { return g.OutHeight() * g.OutWidth() * g.Filters }

// Flat returns the same operation on images of one pixel where a window is the whole image, and
// otherwise g: in memory nothing differs.
func (g Window) Flat() Window {
	if g.Size == g.Height && g.Size == g.Width {
		return Window{1, 1, g.Inputs(), 1, 1, g.Filters}
	}
	return g
}

// ConvGradImages is how many images' share of ConvGrad's sums is summed before the shares are.
const ConvGradImages = 64
