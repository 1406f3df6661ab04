package plot

import (
	"image/color"
	"unicode/utf8"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"pongpg/cmd/internal/format"
)

// legend says which line is which, above the panels, where it hides nothing.
type legend struct {
	entries []entry
	rows    int
}

// entry is a sample of a line, or of a band, and its name.
type entry struct {
	label string
	count string // after it
	style style
	band  bool
	x     vg.Length // from the left
	row   int
}

const (
	sampleWidth = vg.Length(26)
	sampleGap   = vg.Length(4)
	entryGap    = vg.Length(14)
	legendRow   = vg.Length(13)
)

// bandLabel is what the bands are.
const bandLabel = "from the lowest seed to the highest"

// newLegend lays entries out from left to right, in as many rows as they need.
func newLegend(series []Series, styles []style, merged bool, width vg.Length) legend {
	var l legend
	for i, s := range series {
		l.entries = append(l.entries, entry{label: s.Label, count: s.Count, style: styles[i]})
	}
	if merged {
		l.entries = append(l.entries, entry{label: bandLabel, band: true})
	}
	letters := textStyle(textSize)
	x := vg.Length(0)
	for i := range l.entries {
		e := &l.entries[i]
		e.label = shortened(e.label, letters, width-sampleWidth-sampleGap-letters.Width(e.count)) + e.count
		wide := sampleWidth + sampleGap + letters.Width(e.label)
		if x > 0 && x+wide > width {
			x = 0
			l.rows++
		}
		e.x, e.row = x, l.rows
		x += wide + entryGap
	}
	l.rows++
	return l
}

// shortened returns as much of a label as there is room for, the beginning and the end.
func shortened(label string, letters text.Style, room vg.Length) string {
	for n := utf8.RuneCountInString(label); ; n-- {
		if short := format.Middle(label, n); letters.Width(short) <= room || n <= 1 {
			return short
		}
	}
}

func (l *legend) height() vg.Length {
	if l.rows == 0 {
		return 0
	}
	return vg.Length(l.rows)*legendRow + legendGaps
}

// draw draws the legend at the top of c.
func (l *legend) draw(c draw.Canvas) {
	letters := textStyle(textSize)
	letters.YAlign = text.YCenter
	for _, e := range l.entries {
		left, y := c.Min.X+e.x, c.Max.Y-legendRow*(vg.Length(e.row)+0.5)
		right := left + sampleWidth
		if e.band {
			c.FillPolygon(color.Gray{0xcc}, []vg.Point{{X: left, Y: y - 4}, {X: right, Y: y - 4}, {X: right, Y: y + 4}, {X: left, Y: y + 4}})
		} else {
			c.StrokeLine2(e.style.line, left, y, right, y)
			if e.style.glyph.Shape != nil {
				c.DrawGlyph(e.style.glyph, vg.Point{X: (left + right) / 2, Y: y})
			}
		}
		c.FillText(letters, vg.Point{X: right + sampleGap, Y: y + letters.FontExtents().Descent}, e.label)
	}
}
