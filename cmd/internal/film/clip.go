package film

import (
	"fmt"
	"image"
	"image/color"

	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
)

// clip is a film as what changes from picture to picture, in the colours that it has.
type clip struct {
	size    Size
	timing  timing
	palette []emu.RGB // the first one stands for unchanged
	index   map[emu.RGB]uint8
	pieces  []piece
	added   int
	last    []uint8
}

// unchanged is the colour of a pixel that is as in the picture before: transparent, which
// makes a GIF with a panel less than half as large as its colour would.
const unchanged = 0

// piece is the rectangle of a picture beyond which it is as the one before.
type piece struct {
	from          int // number of the picture
	left, top     int
	width, height int
	pix           []uint8 // [height][width] of the palette
}

func newClip(size Size, t timing) *clip {
	return &clip{size: size, timing: t, palette: make([]emu.RGB, 1), index: map[emu.RGB]uint8{}}
}

func (c *clip) add(m *canvas.Image) error {
	if m.Width != c.size.Width || m.Height != c.size.Height {
		panic(fmt.Sprintf("film: a picture of %d×%d pixels in a film of %d×%d", m.Width, m.Height, c.size.Width, c.size.Height))
	}
	number := c.added
	c.added++
	if number%c.timing.every != 0 {
		return nil
	}
	now := make([]uint8, len(m.Pix))
	for i, colour := range m.Pix {
		if i > 0 && colour == m.Pix[i-1] {
			now[i] = now[i-1]
			continue
		}
		index, ok := c.index[colour]
		if !ok {
			if len(c.palette) == 256 {
				return fmt.Errorf("more than 256 colours: make it an .mp4")
			}
			index = uint8(len(c.palette))
			c.index[colour], c.palette = index, append(c.palette, colour)
		}
		now[i] = index
	}
	if p, changed := c.difference(now); changed {
		p.from = number
		c.pieces = append(c.pieces, p)
	}
	c.last = now
	return nil
}

// difference returns the smallest rectangle that holds all that is not as in the last picture.
func (c *clip) difference(now []uint8) (p piece, changed bool) {
	left, right, top, bottom := c.size.Width, -1, c.size.Height, -1
	for y := range c.size.Height {
		for x := range c.size.Width {
			if at := y*c.size.Width + x; c.last == nil || c.last[at] != now[at] {
				left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
			}
		}
	}
	if right < 0 {
		return p, false
	}
	p = piece{left: left, top: top, width: right - left + 1, height: bottom - top + 1}
	for y := top; y <= bottom; y++ {
		for at := y*c.size.Width + left; at <= y*c.size.Width+right; at++ {
			if c.last != nil && c.last[at] == now[at] {
				p.pix = append(p.pix, unchanged)
			} else {
				p.pix = append(p.pix, now[at])
			}
		}
	}
	return p, true
}

// pictures returns for how many pictures piece i is shown. The last one is shown until the
// next would be due that a film of the clip's timing has.
func (c *clip) pictures(i int) int { return c.end(i) - c.pieces[i].from }

// end returns the number of the picture before which piece i is shown.
func (c *clip) end(i int) int {
	if i+1 < len(c.pieces) {
		return c.pieces[i+1].from
	}
	return (c.added + c.timing.every - 1) / c.timing.every * c.timing.every
}

// colours returns the palette as package image has it.
func (c *clip) colours() color.Palette {
	list := make(color.Palette, len(c.palette))
	for i, rgb := range c.palette {
		list[i] = color.RGBA{rgb[0], rgb[1], rgb[2], 255}
	}
	list[unchanged] = color.RGBA{}
	return list
}

// image returns a piece as it is written, at its place in the picture.
func (c *clip) image(p piece, palette color.Palette) *image.Paletted {
	s := c.size.Scale
	m := image.NewPaletted(image.Rect(p.left*s, p.top*s, (p.left+p.width)*s, (p.top+p.height)*s), palette)
	for y := range p.height * s {
		line := m.Pix[y*m.Stride:][:p.width*s]
		for x := range line {
			line[x] = p.pix[y/s*p.width+x/s]
		}
	}
	return m
}
