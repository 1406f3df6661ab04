package canvas

import (
	"slices"

	"pongpg/emu"
)

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
	var s emu.Screen
	g.Draw(&s)
	for y := range s {
		copy(m.Pix[y*m.Width:(y+1)*m.Width], s[y][:])
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

// Shrink returns the picture at another size, at most its own: each pixel is the mean, by
// area, of those that it covers. At its own size it is the same picture.
func (m *Image) Shrink(width, height int) *Image {
	if width == m.Width && height == m.Height {
		return m
	}
	small, down := New(width, height), covers(m.Height, height)
	same, lines := m.narrow(covers(m.Width, width))
	for y, rows := range down {
		to := small.Pix[y*width:][:width]
		if last := rows.first + len(rows.weights) - 1; y > 0 && same[last] == same[down[y-1].first] {
			copy(to, small.Pix[(y-1)*width:]) // both cover nothing but rows that are alike
			continue
		}
		for x := range to {
			var sum [3]int
			for i, h := range rows.weights {
				for k, part := range lines[same[rows.first+i]][x] {
					sum[k] += h * part
				}
			}
			for k := range sum { // the weights add up to the picture's pixels
				to[x][k] = uint8((sum[k] + m.Width*m.Height/2) / (m.Width * m.Height))
			}
		}
	}
	return small
}

// narrow returns for each row the first of those, up to it, that are all like it, as most rows of
// a game are; and of each first one the weighted sums of its pixels.
func (m *Image) narrow(across []cover) (same []int, lines [][][3]int) {
	same, lines = make([]int, m.Height), make([][][3]int, m.Height)
	var above []emu.RGB
	for y := range same {
		row := m.Pix[y*m.Width:][:m.Width]
		if y > 0 && slices.Equal(row, above) {
			same[y] = same[y-1]
			continue
		}
		above, same[y], lines[y] = row, y, make([][3]int, len(across))
		for x, columns := range across {
			for i, w := range columns.weights {
				for k, part := range row[columns.first+i] {
					lines[y][x][k] += w * int(part)
				}
			}
		}
	}
	return same, lines
}

// cover is which pixels a smaller picture's pixel covers along a side.
type cover struct {
	first   int
	weights []int // of pixel first and those after it; they add up to the side
}

// covers returns what each of to pixels covers of a side of from ≥ to pixels: the part of a
// pixel that it covers is weight/to of it.
func covers(from, to int) []cover {
	list := make([]cover, to)
	for i := range list {
		lo, hi := i*from, (i+1)*from // in 1/to of a pixel
		list[i].first = lo / to
		for p := lo / to; p*to < hi; p++ {
			list[i].weights = append(list[i].weights, min(hi, (p+1)*to)-max(lo, p*to))
		}
	}
	return list
}
