package canvas

import (
	"iter"
	"slices"

	"pongpg/emu"
)

// Shrink returns the picture at another size, at most its own: each pixel is the mean, by
// area, of those that it covers. At its own size it is the same picture.
func (m *Image) Shrink(width, height int) *Image {
	return NewShrinker(m.Width, m.Height, width, height).Shrink(m, nil)
}

// Shrinker shrinks pictures of one size that follow each other, and of each only what is new in
// it: most of a game's picture is that of the frame before.
type Shrinker struct {
	// Thin is set, before the first picture, to keep what is thinner than a pixel of the small
	// picture from fading into the field, which is of the colour in the upper right corner: it is
	// wholly in the pixel that its middle is in, and in that alone.
	Thin bool

	field        emu.RGB
	across, down []cover
	plain        []emu.RGB  // a row without what is thin
	thin         []Span     // of a row
	reach        int        // rows that a pixel of the small picture covers, rounded up
	before       []emu.RGB  // the picture before; nil before the first
	sums         [][][3]int // of each of its rows: the weighted sums of what each pixel covers
	spans        []Span     // of each of its rows: the small picture's columns that have changed
	small        *Image
	changed      []Span // of each of its rows: the columns that have changed
}

// Span is from a column up to another one: none if that is not more.
type Span struct{ From, To int }

// With returns the span that holds both.
func (s Span) With(other Span) Span {
	if s.From >= s.To {
		return other
	}
	if other.From >= other.To {
		return s
	}
	return Span{min(s.From, other.From), max(s.To, other.To)}
}

// NewShrinker returns a Shrinker from one size to another, at most the same.
func NewShrinker(width, height, smallWidth, smallHeight int) *Shrinker {
	s := &Shrinker{
		across: covers(width, smallWidth), down: covers(height, smallHeight),
		sums: make([][][3]int, height), spans: make([]Span, height),
		small: New(smallWidth, smallHeight), changed: make([]Span, smallHeight),
		plain: make([]emu.RGB, width), reach: (height + smallHeight - 1) / smallHeight,
	}
	for y := range s.sums {
		s.sums[y] = make([][3]int, smallWidth)
	}
	return s
}

// Shrink returns the small picture, until the next call: what m.Shrink does, but for Thin. Rows that
// are not fresh are as in the call before; nil: they may all be.
func (s *Shrinker) Shrink(m *Image, fresh []bool) *Image {
	field := m.Pix[m.Width-1]
	first := s.before == nil || field != s.field
	s.field = field
	if s.before == nil {
		s.before = make([]emu.RGB, len(m.Pix))
	}
	thinAcross, thinDown := s.Thin && s.small.Width < m.Width, s.Thin && s.small.Height < m.Height
	for y := range s.spans {
		row, before := m.Pix[y*m.Width:][:m.Width], s.before[y*m.Width:][:m.Width]
		new := Span{0, m.Width}
		switch {
		case first:
		case fresh == nil || fresh[y]:
			new = difference(row, before)
		default:
			new = Span{}
		}
		s.spans[y] = Span{}
		if new.From < new.To {
			copy(before[new.From:new.To], row[new.From:new.To])
			s.spans[y] = Span{new.From * s.small.Width / m.Width, (new.To*s.small.Width-1)/m.Width + 1}
			if thinAcross {
				// What is thin and reaches into it may have become another.
				s.spans[y] = Span{max(s.spans[y].From-1, 0), min(s.spans[y].To+1, s.small.Width)}
				s.narrowThin(y, row)
			} else {
				s.narrow(y, row)
			}
		}
	}
	for y, rows := range s.down {
		from, to := rows.first, rows.first+len(rows.weights)
		if thinDown {
			from, to = max(from-s.reach, 0), min(to+s.reach, m.Height)
		}
		var new Span
		for _, row := range s.spans[from:to] {
			new = new.With(row)
		}
		if s.changed[y] = new; new.From >= new.To {
			continue
		}
		if thinDown {
			s.meanThin(y, new, m.Width, m.Height)
		} else {
			s.mean(y, new, m.Width*m.Height)
		}
	}
	return s.small
}

// Changed returns which columns of each row of what Shrink returned last may differ from those
// before, until the next call of Shrink.
func (s *Shrinker) Changed() []Span { return s.changed }

// narrow adds up what has changed in a row.
func (s *Shrinker) narrow(y int, row []emu.RGB) {
	for x := s.spans[y].From; x < s.spans[y].To; x++ {
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
func (s *Shrinker) mean(y int, columns Span, area int) {
	rows := &s.down[y]
	for x := columns.From; x < columns.To; x++ {
		var sum [3]int
		for i, h := range rows.weights {
			add(&sum, h, s.sums[rows.first+i][x])
		}
		s.set(x, y, sum, area)
	}
}

// set makes a pixel of a weighted sum.
func (s *Shrinker) set(x, y int, sum [3]int, weight int) {
	for k := range sum {
		s.small.Pix[y*s.small.Width+x][k] = uint8((sum[k] + weight/2) / weight)
	}
}

// add adds a colour to a sum, with a weight.
func add(sum *[3]int, weight int, colour [3]int) {
	for k, part := range colour {
		sum[k] += weight * part
	}
}

// divided returns a sum, divided.
func divided(sum [3]int, by int) [3]int { return [3]int{sum[0] / by, sum[1] / by, sum[2] / by} }

// narrowThin is narrow, with what is thin in the row wholly in one column: of several in one column, the last.
func (s *Shrinker) narrowThin(y int, row []emu.RGB) {
	side, small := len(row), s.small.Width
	// What is thin and reaches into the columns is between these.
	last, wide := &s.across[s.spans[y].To-1], side/small+1
	from, to := max(s.across[s.spans[y].From].first-wide, 0), min(last.first+len(last.weights)+wide, side)
	copy(s.plain[from:to], row[from:to])
	s.thin = s.thin[:0]
	for r := range runs(from, to, func(x int) bool { return row[x] != s.field }) {
		if r.thin(side, small) {
			s.thin = append(s.thin, r)
			for x := r.From; x < r.To; x++ {
				s.plain[x] = s.field
			}
		}
	}
	s.narrow(y, s.plain)
	for _, r := range s.thin {
		x := r.middle(side, small)
		if x < s.spans[y].From || x >= s.spans[y].To {
			continue
		}
		var sum [3]int
		for _, c := range row[r.From:r.To] {
			for k, part := range c {
				sum[k] += side * int(part)
			}
		}
		s.sums[y][x] = divided(sum, r.To-r.From)
	}
}

// meanThin is mean, with what is thin in a column wholly in one row: of several in one row, the last.
func (s *Shrinker) meanThin(y int, columns Span, width, height int) {
	var field [3]int
	for k, part := range s.field {
		field[k] = width * int(part)
	}
	rows := &s.down[y]
	first, end := rows.first, rows.first+len(rows.weights)
	from, to := max(first-s.reach, 0), min(end+s.reach, height) // what is thin and in the row is between these
	for x := columns.From; x < columns.To; x++ {
		var sum [3]int
		something := false
		for i, h := range rows.weights {
			part := &s.sums[first+i][x]
			something = something || *part != field
			add(&sum, h, *part)
		}
		if !something {
			s.set(x, y, sum, width*height)
			continue
		}
		for r := range runs(from, to, func(y int) bool { return s.sums[y][x] != field }) {
			if !r.thin(height, s.small.Height) {
				continue
			}
			for y := max(r.From, first); y < min(r.To, end); y++ {
				h := rows.weights[y-first]
				add(&sum, h, field)
				add(&sum, -h, s.sums[y][x])
			}
		}
		for r := range runs(from, to, func(y int) bool { return s.sums[y][x] != field }) {
			if r.thin(height, s.small.Height) && r.middle(height, s.small.Height) == y {
				sum = [3]int{}
				for y := r.From; y < r.To; y++ {
					add(&sum, height, s.sums[y][x])
				}
				sum = divided(sum, r.To-r.From)
			}
		}
		s.set(x, y, sum, width*height)
	}
}

// runs returns the stretches between two places where there is something.
func runs(from, to int, there func(int) bool) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for at := from; at < to; at++ {
			if !there(at) {
				continue
			}
			r := Span{at, at + 1}
			for r.To < to && there(r.To) {
				r.To++
			}
			if at = r.To; !yield(r) {
				return
			}
		}
	}
}

// thin reports whether a stretch of a side is no longer than what a pixel of a small side covers.
func (s Span) thin(side, small int) bool { return (s.To-s.From)*small <= side }

// middle returns the pixel of a small side that the middle of a stretch of a side is in.
func (s Span) middle(side, small int) int { return (s.From + s.To) * small / (2 * side) }

// difference returns from where to where two rows differ.
func difference(a, b []emu.RGB) Span {
	if equal(a, b) {
		return Span{}
	}
	d := Span{0, len(a)}
	for a[d.From] == b[d.From] {
		d.From++
	}
	for a[d.To-1] == b[d.To-1] {
		d.To--
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
