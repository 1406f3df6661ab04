package picture

import (
	"image/color"
	"math"
)

// A picture has 256 colours: levels of weights, from the most negative to the most positive,
// and those of what is around them.
const (
	levels = 251 // odd: the one in the middle is 0
	zero   = levels / 2

	background = levels + iota - 2
	text
)

// grey is black for the most negative weight, mid grey for 0, white for the most positive.
var grey = palette(color.RGBA{40, 40, 40, 255}, color.RGBA{255, 255, 255, 255}, func(x float64) color.RGBA {
	v := uint8(math.Round(255 * x))
	return color.RGBA{v, v, v, 255}
})

// diverging is blue below 0, almost white at 0 and red above. It is RdBu of 11 classes of
// ColorBrewer (Brewer, Harrower; colorbrewer2.org), which lists it as safe for the
// colour-blind, backwards, and linear between its colours.
var diverging = palette(color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}, func(x float64) color.RGBA {
	at := x * float64(len(blueToRed)-1)
	i := min(int(at), len(blueToRed)-2)
	a, b, part := blueToRed[i], blueToRed[i+1], at-float64(i)
	mix := func(shift uint) uint8 {
		from, to := float64(a>>shift&0xff), float64(b>>shift&0xff)
		return uint8(math.Round(from + (to-from)*part))
	}
	return color.RGBA{mix(16), mix(8), mix(0), 255}
})

var blueToRed = [...]uint32{
	0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f,
}

// palette returns a palette with of's colours, from 0 to 1, as levels.
func palette(around, letters color.RGBA, of func(x float64) color.RGBA) color.Palette {
	p := make(color.Palette, 256)
	for i := range p {
		p[i] = around
	}
	for i := range levels {
		p[i] = of(float64(i) / (levels - 1))
	}
	p[text] = letters
	return p
}

// level returns the level of a weight, where those of most and beyond get the highest.
func level(weight, most float32) uint8 {
	if most <= 0 {
		return zero
	}
	x := float64(weight) / float64(most) * zero
	switch {
	case x >= zero:
		return levels - 1
	case x <= -zero:
		return 0
	}
	return uint8(x + (zero + 0.5)) // the nearest
}
