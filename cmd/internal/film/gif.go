package film

import (
	"image"
	"image/gif"
	"io"
)

// writeGIF writes a clip as a GIF that goes on for ever.
func writeGIF(c *clip, w io.Writer) error {
	palette := c.colours()
	g := &gif.GIF{
		Config:          image.Config{ColorModel: palette, Width: c.size.Width * c.size.Scale, Height: c.size.Height * c.size.Scale},
		BackgroundIndex: 0,
	}
	for i, p := range c.pieces {
		g.Image = append(g.Image, c.image(p, palette))
		g.Delay = append(g.Delay, c.timing.centiseconds(c.end(i))-c.timing.centiseconds(p.from))
		g.Disposal = append(g.Disposal, gif.DisposalNone)
	}
	return gif.EncodeAll(w, g)
}
