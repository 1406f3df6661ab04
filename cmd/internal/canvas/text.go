package canvas

import (
	"image"
	"image/color"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"pongpg/emu"
)

// Size of a letter of Text, in pixels.
const (
	LetterWidth  = 7
	LetterHeight = 13
)

// Text writes a line of ASCII and "…" with its upper left corner at column x, row y, as far as it is
// in the picture.
func (m *Image) Text(x, y int, c emu.RGB, line string) {
	d := font.Drawer{
		Dst: &painted{m, c}, Src: image.Opaque, Face: basicfont.Face7x13,
		Dot: fixed.P(x, y+basicfont.Face7x13.Ascent),
	}
	for i, part := range strings.Split(line, "…") {
		if i > 0 {
			x := d.Dot.X.Floor()
			for dot := x + 1; dot < x+LetterWidth; dot += 2 {
				m.Fill(dot, y+basicfont.Face7x13.Ascent-1, 1, 1, c)
			}
			d.Dot.X += fixed.I(LetterWidth)
		}
		d.DrawString(part)
	}
}

// painted is a picture as package font draws on it, in one colour.
type painted struct {
	to *Image
	c  emu.RGB
}

func (p *painted) ColorModel() color.Model { return color.AlphaModel }
func (p *painted) Bounds() image.Rectangle { return image.Rect(0, 0, p.to.Width, p.to.Height) }
func (p *painted) At(int, int) color.Color { return color.Transparent }

// Set paints where the letter is: the font has pixels or none, nothing between.
func (p *painted) Set(x, y int, c color.Color) {
	if _, _, _, alpha := c.RGBA(); alpha > 0 {
		p.to.Fill(x, y, 1, 1, p.c)
	}
}
