package compute

// CheckSparseImage checks SparseImage's operands and returns the number of pixels of an image.
func CheckSparseImage(y Tensor, x, m Sparse) (pixels int) {
	const op = "SparseImage"
	wantSparse(op, x)
	wantSparse(op, m)
	if y.Cols < 1 || m.Cols%y.Cols != 0 {
		misfit(op, "%d columns in %d channels; they must be of equal size", m.Cols, y.Cols)
	}
	if m.Rows() != x.Cols {
		misfit(op, "m has %d rows; it must have %d, x's columns", m.Rows(), x.Cols)
	}
	pixels = m.Cols / y.Cols
	want(op, "y", y, x.Rows()*pixels, y.Cols)
	return pixels
}

// CheckConv checks Conv's operands and returns the number of images.
func CheckConv(y, x, w Tensor, g Window) (images int) {
	return wantConv("Conv", "y", y, "x", x, "w", w, g)
}

// CheckConvGrad checks ConvGrad's operands and returns the number of images.
func CheckConvGrad(dw, x, dy Tensor, g Window) (images int) {
	return wantConv("ConvGrad", "dy", dy, "x", x, "dw", dw, g)
}

// CheckConvInputGrad checks ConvInputGrad's operands and returns the number of images.
func CheckConvInputGrad(dx, dy, w Tensor, g Window) (images int) {
	return wantConv("ConvInputGrad", "dy", dy, "dx", dx, "w", w, g)
}

// wantConv panics unless the operands fit a convolution whose outputs are y, inputs x and
// weights w, by whatever names, and returns the number of images.
func wantConv(op, nameY string, y Tensor, nameX string, x Tensor, nameW string, w Tensor, g Window) (images int) {
	if min(g.Height, g.Width, g.Channels, g.Size, g.Stride, g.Filters) < 1 {
		misfit(op, "a window %+v; all of it must be at least 1", g)
	}
	if g.Size > min(g.Height, g.Width) {
		misfit(op, "windows of %d×%d pixels in images of %d×%d; they must fit", g.Size, g.Size, g.Height, g.Width)
	}
	if x.Rows%(g.Height*g.Width) != 0 {
		misfit(op, "%s has %d pixels; images have %d", nameX, x.Rows, g.Height*g.Width)
	}
	images = x.Rows / (g.Height * g.Width)
	want(op, nameX, x, x.Rows, g.Channels)
	want(op, nameW, w, g.Inputs(), g.Filters)
	want(op, nameY, y, images*g.OutHeight()*g.OutWidth(), g.Filters)
	return images
}
