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
		list[i] = unseen(size)
	}
	for _, e := range in.AppendPixels(nil, row) {
		list[int(e>>1)/emu.ImagePixels].see(e)
	}
	return list
}

// Difference returns the difference alone, the last of Observation's pictures, emu.ImageSize ×
// emu.ImageSize.
func Difference(row []uint16, in emu.Input) *Image {
	m, last := unseen(emu.ImageSize), in.Pixels()/emu.ImagePixels-1
	for _, e := range in.AppendPixels(nil, row) {
		if int(e>>1)/emu.ImagePixels == last {
			m.see(e)
		}
	}
	return m
}

// unseen returns a picture in which nothing is seen.
func unseen(size int) *Image {
	m := New(size, size)
	m.Fill(0, 0, size, size, Nothing)
	return m
}

// see draws an entry of an observation in its picture.
func (m *Image) see(e uint16) {
	pixel := int(e>>1) % emu.ImagePixels
	x, y := pixel%emu.ImageSize*m.Width/emu.ImageSize, pixel/emu.ImageSize*m.Height/emu.ImageSize
	at := &m.Pix[y*m.Width+x]
	if e&1 == 0 {
		*at = Plus
	} else if *at != Plus {
		*at = Minus
	}
}
