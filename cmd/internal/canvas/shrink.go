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
	spans        []span     // of each of its rows: the small picture's columns that have changed
	small        *Image
	changed      []bool // which of its rows have
}

// span is from a column up to another one: none if that is not more.
type span struct{ from, to int }

// with returns the span that holds both.
func (s span) with(other span) span {
	if s.from >= s.to {
		return other
	}
	if other.from >= other.to {
		return s
	}
	return span{min(s.from, other.from), max(s.to, other.to)}
}

// NewShrinker returns a Shrinker from one size to another, at most the same.
func NewShrinker(width, height, smallWidth, smallHeight int) *Shrinker {
	s := &Shrinker{
		across: covers(width, smallWidth), down: covers(height, smallHeight),
		sums: make([][][3]int, height), spans: make([]span, height),
		small: New(smallWidth, smallHeight), changed: make([]bool, smallHeight),
	}
	for y := range s.sums {
		s.sums[y] = make([][3]int, smallWidth)
	}
	return s
}

// Shrink returns what m.Shrink does, until the next call.
func (s *Shrinker) Shrink(m *Image) *Image {
	first := s.before == nil
	if first {
		s.before = make([]emu.RGB, len(m.Pix))
	}
	for y := range s.spans {
		row, before := m.Pix[y*m.Width:][:m.Width], s.before[y*m.Width:][:m.Width]
		new := span{0, m.Width}
		if !first {
			new = difference(row, before)
		}
		s.spans[y] = span{}
		if new.from < new.to {
			copy(before[new.from:new.to], row[new.from:new.to])
			s.spans[y] = span{new.from * s.small.Width / m.Width, (new.to*s.small.Width-1)/m.Width + 1}
			s.narrow(y, row)
		}
	}
	for y, rows := range s.down {
		var new span
		for _, row := range s.spans[rows.first:][:len(rows.weights)] {
			new = new.with(row)
		}
		if s.changed[y] = new.from < new.to; s.changed[y] {
			s.mean(y, new, m.Width*m.Height)
		}
	}
	return s.small
}

// Changed reports which rows of what Shrink returned last may differ from those before, until the
// next call of Shrink.
func (s *Shrinker) Changed() []bool { return s.changed }

// narrow adds up what has changed in a row.
func (s *Shrinker) narrow(y int, row []emu.RGB) {
	for x := s.spans[y].from; x < s.spans[y].to; x++ {
		columns, sum := &s.across[x], [3]int{}
		for i, w := range columns.weights {
			for k, part := range row[columns.first+i] {
				sum[k] += w * int(part)
			}
		}
		s.sums[y][x] = sum
	}
}

// mean makes columns of a row of what they cover. The weights of a pixel add up to area.
func (s *Shrinker) mean(y int, columns span, area int) {
	rows, to := &s.down[y], s.small.Pix[y*s.small.Width:]
	for x := columns.from; x < columns.to; x++ {
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

// difference returns from where to where two rows differ.
func difference(a, b []emu.RGB) span {
	if equal(a, b) {
		return span{}
	}
	d := span{0, len(a)}
	for a[d.from] == b[d.from] {
		d.from++
	}
	for a[d.to-1] == b[d.to-1] {
		d.to--
	}
	return d
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
