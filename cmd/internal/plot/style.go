package plot

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is that of Okabe and Ito, which the colour-blind can tell apart ("Color Universal
// Design", 2008), without its yellow, which is hard to see on white.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0x00, 0x00, 0x00, 0xff}, // black
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
}

// As their numbers have no common factor, 210 lines go by before a style comes again:
// without colour, 30.
var (
	dashes = [][]vg.Length{nil, {5, 2}, {1.5, 1.5}, {6, 1.5, 1.5, 1.5}, {9, 2.5}}
	glyphs = []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.SquareGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.CrossGlyph{},
	}
)

const (
	lineWidth  = vg.Length(1.1)
	thinWidth  = vg.Length(0.4)
	markRadius = vg.Length(2.4)
	textSize   = vg.Length(9)
	tickSize   = vg.Length(8)
	titleSize  = vg.Length(11)
	bandAlpha  = 0x38
)

var (
	gridColor = color.Gray{0xdd}
	zeroColor = color.Gray{0x88}
)

// style is how a line is drawn, in a panel and in the legend.
type style struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
	band  color.NRGBA
}

// styleOf returns the style of line i of n. A line that is alone has no marks.
func styleOf(i, n int) style {
	ink := palette[i%len(palette)]
	band := ink
	band.A = bandAlpha
	s := style{
		line: draw.LineStyle{Color: ink, Width: lineWidth, Dashes: dashes[i%len(dashes)]},
		band: band,
	}
	if n > 1 {
		s.glyph = draw.GlyphStyle{Color: ink, Radius: markRadius, Shape: glyphs[i%len(glyphs)]}
	}
	return s
}

// textStyle returns the style of text of a size, in Liberation Sans, which comes with the
// program and goes into the picture's file.
func textStyle(size vg.Length) text.Style {
	return text.Style{
		Color:   color.Black,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}

// setStyle gives an axis its lines and letters. Its name is drawn by drawLabels.
func setStyle(a *plot.Axis, x text.XAlignment, y text.YAlignment) {
	a.Tick.Label = textStyle(tickSize)
	a.Tick.Label.XAlign, a.Tick.Label.YAlign = x, y
	a.Tick.Length = 3
	a.Tick.Width, a.Width = thinWidth, thinWidth
	a.Padding = 0
}
