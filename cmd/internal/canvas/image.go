package canvas

import "pongpg/emu"

// Image is a picture of Height rows of Width pixels, row by row.
type Image struct {
	Width, Height int
	Pix           []emu.RGB
}

// New returns a black picture. It panics if a side is negative.
func New(width, height int) *Image {
	return &Image{width, height, make([]emu.RGB, width*height)}
}

// At returns the pixel in a column and a row.
func (m *Image) At(x, y int) emu.RGB { return m.Pix[y*m.Width+x] }

// Fill paints a rectangle, as far as it is in the picture.
func (m *Image) Fill(x, y, width, height int, c emu.RGB) {
	for row := max(y, 0); row < min(y+height, m.Height); row++ {
		for column := max(x, 0); column < min(x+width, m.Width); column++ {
			m.Pix[row*m.Width+column] = c
		}
	}
}

// Put copies src with its upper left corner at column x, row y, as far as it is in the picture.
func (m *Image) Put(x, y int, src *Image) {
	for row := range src.Height {
		for column := range src.Width {
			m.Fill(x+column, y+row, 1, 1, src.At(column, row))
		}
	}
}

// Game draws the console's screen, emu.ScreenWidth × emu.ScreenHeight, at the upper left
// corner. It panics if the picture is smaller.
func (m *Image) Game(g *emu.Game) {
	var screen [24]emu.Band
	m.Bands(g.Bands(screen[:0]), nil, make([]bool, emu.ScreenHeight))
}

// Bands is Game for a screen's bands, on top of a screen of other bands, if before is not nil: only
// rows that differ are drawn. fresh, of the screen's height, is told which.
func (m *Image) Bands(bands, before []emu.Band, fresh []bool) {
	y, left := 0, 0 // rows of the band before that are not below y yet
	for i := range bands {
		for end := y + bands[i].Rows; y < end; {
			rows, same := end-y, false
			if len(before) > 0 {
				if left == 0 {
					left = before[0].Rows
				}
				rows, same = min(rows, left), before[0].Row == bands[i].Row
				if left -= rows; left == 0 {
					before = before[1:]
				}
			}
			for ; rows > 0; rows-- {
				if fresh[y] = !same; !same {
					copy(m.Pix[y*m.Width:][:m.Width], bands[i].Row[:])
				}
				y++
			}
		}
	}
}

// Enlarge returns the picture with every pixel times × times as large.
func (m *Image) Enlarge(times int) *Image {
	large := New(m.Width*times, m.Height*times)
	for y := range large.Height {
		for x := range large.Width {
			large.Pix[y*large.Width+x] = m.At(x/times, y/times)
		}
	}
	return large
}
