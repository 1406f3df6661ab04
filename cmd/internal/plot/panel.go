package plot

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one pair of axes with the lines of all series.
type panel struct {
	x, y         *Quantity
	curves       []*curve
	styles       []style
	xUnit, yUnit unit
}

// plot returns the panel as gonum draws it, without the names of its axes.
func (p *panel) plot() *plot.Plot {
	g := plot.New()
	g.BackgroundColor = nil
	setStyle(&g.X, text.XCenter, text.YTop)
	setStyle(&g.Y, text.XRight, text.YCenter)
	g.X.Tick.Marker, g.Y.Tick.Marker = linearTicks{}, linearTicks{}
	if p.y.log {
		g.Y.Scale, g.Y.Tick.Marker = plot.LogScale{}, logTicks{}
	}
	g.X.Min, g.X.Max, g.Y.Min, g.Y.Max = p.ranges()
	g.Add(grid{zero: p.y.zeroLine})
	for i, c := range p.curves {
		if c.low != nil {
			g.Add(band{c, p.styles[i]})
		}
	}
	for i, c := range p.curves {
		g.Add(line{c, p.styles[i], (float64(i) + 0.5) / float64(len(p.curves))})
	}
	return g
}

// scale chooses the units of the axes, and takes the curves to them.
func (p *panel) scale() {
	reachX, reachY := 0.0, 0.0
	for _, c := range p.curves {
		for i := range c.x {
			reachX, reachY = max(reachX, math.Abs(c.x[i])), max(reachY, math.Abs(c.y[i]))
		}
	}
	p.xUnit, p.yUnit = p.x.unitFor(reachX), p.y.unitFor(reachY)
	for i, c := range p.curves {
		p.curves[i] = &curve{scaled(c.x, p.xUnit), scaled(c.y, p.yUnit), scaled(c.low, p.yUnit), scaled(c.high, p.yUnit)}
	}
}

// drawLabels draws the names of the axes around a canvas whose data are in area. gonum's own
// would make a panel smaller than its neighbours where a name is longer than its axis.
func (p *panel) drawLabels(c draw.Canvas, area vg.Rectangle) {
	letters := textStyle(textSize)
	letters.XAlign, letters.YAlign = text.XCenter, text.YTop
	name, short := p.x.axisLabels(p.xUnit)
	if letters.Width(name) > area.Size().X {
		name = short
	}
	middle := vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: (area.Min.Y + area.Max.Y) / 2}
	c.FillText(letters, vg.Point{X: middle.X, Y: c.Min.Y - labelGap + letters.FontExtents().Descent}, name)
	name, short = p.y.axisLabels(p.yUnit)
	if letters.Width(name) > area.Size().Y {
		name = short
	}
	letters.Rotation = math.Pi / 2
	letters.YAlign = text.YBottom
	c.FillText(letters, vg.Point{X: c.Min.X - labelGap, Y: middle.Y}, name)
}

func scaled(values []float64, u unit) []float64 {
	if values == nil {
		return nil
	}
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v / u.size
	}
	return out
}

// ranges returns what the axes show: all of the curves, with a little room above and below.
func (p *panel) ranges() (xMin, xMax, yMin, yMax float64) {
	xMin, xMax, yMin, yMax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, c := range p.curves {
		xMin, xMax = min(xMin, c.x[0]), max(xMax, c.x[len(c.x)-1])
		for _, values := range [][]float64{c.y, c.low, c.high} {
			for _, y := range values {
				yMin, yMax = min(yMin, y), max(yMax, y)
			}
		}
	}
	if p.x.fromZero {
		xMin = 0
	}
	if p.y.fromZero {
		yMin = min(0, yMin)
	}
	if xMin == xMax {
		xMax++
	}
	const room = 0.04 // of the axis
	if p.y.log {
		factor := max(math.Pow(yMax/yMin, room), 1.1)
		return xMin, xMax, yMin / factor, yMax * factor
	}
	extra := (yMax - yMin) * room
	if extra == 0 {
		extra = 0.5
	}
	if yMin != 0 || !p.y.fromZero {
		yMin -= extra
	}
	return xMin, xMax, yMin, yMax + extra
}

// grid is thin lines at the labelled ticks, but on the axes themselves, and one at zero.
type grid struct{ zero bool }

// Plot implements plot.Plotter.
func (g grid) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	thin := draw.LineStyle{Color: gridColor, Width: thinWidth}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := toX(t.Value); !t.IsMinor() && x > c.Min.X+1 && x <= c.Max.X {
			c.StrokeLine2(thin, x, c.Min.Y, x, c.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := toY(t.Value); !t.IsMinor() && y > c.Min.Y+1 && y <= c.Max.Y {
			c.StrokeLine2(thin, c.Min.X, y, c.Max.X, y)
		}
	}
	if g.zero && p.Y.Min < 0 && p.Y.Max > 0 {
		c.StrokeLine2(draw.LineStyle{Color: zeroColor, Width: 2 * thinWidth}, c.Min.X, toY(0), c.Max.X, toY(0))
	}
}

// band is what lies between the lowest and the highest of merged runs.
type band struct {
	of    *curve
	style style
}

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	var outline []vg.Point
	for i, x := range b.of.x {
		outline = append(outline, vg.Point{X: toX(x), Y: toY(b.of.high[i])})
	}
	for i := len(b.of.x) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: toX(b.of.x[i]), Y: toY(b.of.low[i])})
	}
	c.FillPolygon(b.style.band, outline)
}

// line is a curve, with marks at regular places.
type line struct {
	of    *curve
	style style
	phase float64 // where between two places the marks are, so that those of lines differ
}

const (
	columns = 1500 // that a line is thinned to: as fine as a printed column is wide
	marks   = 7
)

// Plot implements plot.Plotter.
func (l line) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	thin := l.of.thinned(columns)
	var points []vg.Point
	for i := range thin.x {
		points = append(points, vg.Point{X: toX(thin.x[i]), Y: toY(thin.y[i])})
	}
	c.StrokeLines(l.style.line, points)
	if len(points) == 1 { // a line of one point would not be seen
		c.DrawGlyph(draw.GlyphStyle{Color: l.style.line.Color, Radius: markRadius, Shape: draw.CircleGlyph{}}, points[0])
		return
	}
	if l.style.glyph.Shape == nil {
		return
	}
	for i := range marks {
		x := p.X.Min + (p.X.Max-p.X.Min)*(float64(i)+l.phase)/marks
		if x >= l.of.x[0] && x <= l.of.x[len(l.of.x)-1] {
			c.DrawGlyph(l.style.glyph, vg.Point{X: toX(x), Y: toY(l.of.at(x))})
		}
	}
}
