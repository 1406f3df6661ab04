package canvas

import "pongpg/emu"

// Colours of an observation's pixels.
var (
	Nothing = emu.RGB{24, 24, 32}
	Plus    = emu.RGB{240, 240, 240} // 1: there is something now
	Minus   = emu.RGB{220, 80, 60}   // −1: in a difference, there was something before
)

// Observation returns the pictures that the network sees in an observation: the difference
// alone, or the image now and the difference. They are size × size, at most emu.ImageSize;
// where several pixels fall on one, that one is not Nothing if any of them is not, and
// Plus before Minus.
func Observation(row []uint16, in emu.Input, size int) []*Image {
	list := make([]*Image, in.Pixels()/emu.ImagePixels)
	for i := range list {
		list[i] = New(size, size)
		list[i].Fill(0, 0, size, size, Nothing)
	}
	for _, e := range in.AppendPixels(nil, row) {
		pixel := int(e>>1) % emu.ImagePixels
		x, y := pixel%emu.ImageSize*size/emu.ImageSize, pixel/emu.ImageSize*size/emu.ImageSize
		at := &list[int(e>>1)/emu.ImagePixels].Pix[y*size+x]
		if e&1 == 0 {
			*at = Plus
		} else if *at != Plus {
			*at = Minus
		}
	}
	return list
}
