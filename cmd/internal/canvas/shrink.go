package canvas

import (
	"slices"

	"pongpg/emu"
)

// Shrink returns the picture at another size, at most its own: each pixel is the mean, by
// area, of those that it covers. At its own size it is the same picture.
func (m *Image) Shrink(width, height int) *Image {
	return NewShrinker(m.Width, m.Height, width, height).Shrink(m)
}

// Shrinker shrinks pictures of one size that follow each other, and of each only what is new in
// it: most of a game's picture is that of the frame before.
type Shrinker struct {
	across, down []cover
	before       []emu.RGB  // the picture before; nil before the first
	sums         [][][3]int // of each of its rows: the weighted sums of what each pixel covers
	small        *Image
}

// NewShrinker returns a Shrinker from one size to another, at most the same.
func NewShrinker(width, height, smallWidth, smallHeight int) *Shrinker {
	s := &Shrinker{
		across: covers(width, smallWidth), down: covers(height, smallHeight),
		sums: make([][][3]int, height), small: New(smallWidth, smallHeight),
	}
	for y := range s.sums {
		s.sums[y] = make([][3]int, smallWidth)
	}
	return s
}

// Shrink returns what m.Shrink does, until the next call.
func (s *Shrinker) Shrink(m *Image) *Image {
	changed := make([]bool, m.Height)
	for y := range changed {
		row := m.Pix[y*m.Width:][:m.Width]
		if changed[y] = s.before == nil || !equal(row, s.before[y*m.Width:][:m.Width]); changed[y] {
			s.narrow(s.sums[y], row)
		}
	}
	s.before = append(s.before[:0], m.Pix...)
	for y, rows := range s.down {
		if slices.Contains(changed[rows.first:][:len(rows.weights)], true) {
			s.mean(s.small.Pix[y*s.small.Width:][:s.small.Width], rows, m.Width*m.Height)
		}
	}
	return s.small
}

// narrow adds up a row.
func (s *Shrinker) narrow(sums [][3]int, row []emu.RGB) {
	for x, columns := range s.across {
		var sum [3]int
		for i, w := range columns.weights {
			for k, part := range row[columns.first+i] {
				sum[k] += w * int(part)
			}
		}
		sums[x] = sum
	}
}

// mean makes a row of what it covers. The weights of a pixel add up to area.
func (s *Shrinker) mean(to []emu.RGB, rows cover, area int) {
	for x := range to {
		var sum [3]int
		for i, h := range rows.weights {
			for k, part := range s.sums[rows.first+i][x] {
				sum[k] += h * part
			}
		}
		for k := range sum {
			to[x][k] = uint8((sum[k] + area/2) / area)
		}
	}
}

// equal reports whether two rows are alike. Arrays are compared many bytes at a time.
func equal(a, b []emu.RGB) bool {
	const some = 16
	for len(a) >= some {
		if *(*[some]emu.RGB)(a) != *(*[some]emu.RGB)(b) {
			return false
		}
		a, b = a[some:], b[some:]
	}
	return slices.Equal(a, b)
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
