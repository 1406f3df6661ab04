package picture

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"pongpg/trainer"
)

// Options say how filters are drawn.
type Options struct {
	Scale int  // screen pixels a weight, on a side; 0: as few as make an image usualSize wide
	Color bool // blue and red instead of grey
}

// Sheet is how pictures of some filters are laid out: each unit's images side by side, with a
// line of text below, in a grid with a title above.
type Sheet struct {
	Width, Height int // in pixels

	options    Options
	order      []int // the units that are shown, row by row
	images     int
	size       int // of an image, in weights
	cols       int
	tile, line int // a tile's width and a line's height
}

const (
	usualSize = 80
	gap       = 4 // between tiles
	between   = 1 // between the images of a unit
	letter    = 7 // width of the font's letters, in pixels
	ascent    = 11
	lineHigh  = 15
	wide      = 1.6 // a sheet's width over its height, about

	// saturated is the fraction of a unit's weights that may be beyond the brightest colour: 12
	// of 6,400. Of many units some pixels of the agent's paddle would make all else grey.
	saturated = 1. / 500
)

// MaxPixels is the most that all frames of a picture may have together: what it takes in
// bytes of memory.
const MaxPixels = 1 << 29

// ByImportance returns the numbers of the n most important units, or of all if they are
// fewer: those first that have the most to say.
func ByImportance(f *trainer.Filters, n int) []int {
	order := ByNumber(f, f.Units)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.Importance[b], f.Importance[a]) })
	return order[:min(n, len(order))]
}

// ByNumber returns the numbers of the first n units, or of all if they are fewer.
func ByNumber(f *trainer.Filters, n int) []int {
	order := make([]int, min(n, f.Units))
	for i := range order {
		order[i] = i
	}
	return order
}

// NewSheet lays out pictures of units of filters like f, in an order, with titles of up to
// titleLetters letters. It is an error if frames of them have more than MaxPixels.
func NewSheet(f *trainer.Filters, order []int, titleLetters, frames int, o Options) (*Sheet, error) {
	if o.Scale == 0 {
		o.Scale = (usualSize + f.Size - 1) / f.Size
	}
	s := &Sheet{options: o, order: order, images: f.Images, size: f.Size}
	s.tile = f.Images*f.Size*o.Scale + (f.Images-1)*between
	s.line = f.Size*o.Scale + lineHigh
	s.cols = columns(len(order), wide*float64(s.line+gap)/float64(s.tile+gap))
	rows := (len(order) + s.cols - 1) / s.cols
	s.Width = gap + max(s.cols*(s.tile+gap), letter*titleLetters+gap)
	s.Height = gap + lineHigh + rows*(s.line+gap)
	if pixels := float64(s.Width) * float64(s.Height) * float64(frames); pixels > MaxPixels {
		return nil, fmt.Errorf("%d frames of %d×%d pixels are more than the %d that a picture may have; show fewer --units or --frames, or lower --scale", frames, s.Width, s.Height, MaxPixels)
	}
	return s, nil
}

// columns returns in how many columns n tiles make a grid of about so many columns a row:
// within two of that, where the fewest places stay empty.
func columns(n int, ratio float64) int {
	about := max(1, int(math.Round(math.Sqrt(float64(n)*ratio))))
	empty := func(cols int) int { return (cols - n%cols) % cols }
	best := min(n, about)
	for _, cols := range []int{about - 1, about + 1, about - 2, about + 2} {
		if cols >= 1 && cols <= n && empty(cols) < empty(best) {
			best = cols
		}
	}
	return best
}

// Draw draws filters of the shape that the sheet was laid out for. Each unit's weights are
// scaled by the largest of them, whatever its sign, over all its images; but the few that
// are larger by far than the rest are as bright as the next.
func (s *Sheet) Draw(f *trainer.Filters, title string) (*image.Paletted, error) {
	if f.Images != s.images || f.Size != s.size || slices.Max(s.order) >= f.Units {
		return nil, fmt.Errorf("its %d units of %d images of %d×%[3]d weights are not those of the other checkpoints", f.Units, f.Images, f.Size)
	}
	colors := grey
	if s.options.Color {
		colors = diverging
	}
	m := image.NewPaletted(image.Rect(0, 0, s.Width, s.Height), colors)
	for i := range m.Pix {
		m.Pix[i] = background
	}
	write(m, gap, gap, title)
	for i, unit := range s.order {
		x, y := gap+i%s.cols*(s.tile+gap), gap+lineHigh+i/s.cols*(s.line+gap)
		s.drawUnit(m, x, y, f.Unit(unit))
		write(m, x, y+s.size*s.options.Scale, caption(f, unit, s.tile/letter))
	}
	return m, nil
}

// drawUnit draws the images of a unit, with the upper left corner at x, y.
func (s *Sheet) drawUnit(m *image.Paletted, x, y int, weights []float32) {
	most := brightest(weights)
	scale, side := s.options.Scale, s.size*s.options.Scale
	for i := range s.images {
		left := x + i*(side+between)
		for row := range s.size {
			of := weights[(i*s.size+row)*s.size:][:s.size]
			first := m.Pix[m.PixOffset(left, y+row*scale):][:side]
			for col, w := range of {
				pixels := first[col*scale:][:scale]
				for k, l := 0, level(w, most); k < len(pixels); k++ {
					pixels[k] = l
				}
			}
			for below := 1; below < scale; below++ {
				copy(m.Pix[m.PixOffset(left, y+row*scale+below):], first)
			}
		}
	}
}

// brightest returns the size of weights that has the strongest colour: that which saturated of
// them reach at most, to a thousandth of the largest.
func brightest(weights []float32) float32 {
	const bins = 1024
	most, counts := float32(0), [bins]int{}
	for _, w := range weights {
		if size := abs(w); size > most {
			most = size
		}
	}
	if most == 0 {
		return 0
	}
	for _, w := range weights {
		counts[min(bins-1, int(abs(w)/most*bins))]++
	}
	beyond, bin := 0, bins
	for bin > 1 && beyond+counts[bin-1] <= int(saturated*float64(len(weights))) {
		bin--
		beyond += counts[bin]
	}
	return most * float32(bin) / bins
}

func abs(x float32) float32 { return float32(math.Abs(float64(x))) }

// caption returns a unit's number and what it speaks for, as far as there is room: with two
// actions its weight for up with a sign, otherwise an action and how much.
func caption(f *trainer.Filters, unit, letters int) string {
	name := strconv.Itoa(unit)
	action, by, ok := f.Favours(unit)
	if !ok {
		return name
	}
	if len(f.Actions) == 1 {
		return fmt.Sprintf("%s %+.2f", name, f.Votes[unit])
	}
	name += " " + action
	if long := fmt.Sprintf("%s %.2f", name, by); len(long) <= letters {
		return long
	}
	return name
}

// write writes a line of text with the upper left corner at x, y.
func write(m *image.Paletted, x, y int, line string) {
	d := font.Drawer{Dst: letters{m}, Src: image.Opaque, Face: basicfont.Face7x13, Dot: fixed.P(x, y+ascent)}
	d.DrawString(line)
}

// letters is a picture as package font draws on it: with the colour text, which package image would
// look for among all of them at every pixel.
type letters struct{ to *image.Paletted }

func (l letters) ColorModel() color.Model { return color.AlphaModel }
func (l letters) Bounds() image.Rectangle { return l.to.Rect }
func (l letters) At(int, int) color.Color { return color.Transparent }

// Set paints where a letter is: the font has pixels or none, nothing between.
func (l letters) Set(x, y int, c color.Color) {
	if _, _, _, alpha := c.RGBA(); alpha > 0 {
		l.to.SetColorIndex(x, y, text)
	}
}
