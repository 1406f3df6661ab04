package plot

import (
	"errors"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Figure is a picture: a panel for each pair of X and Y, with a line for each series in each.
type Figure struct {
	X, Y   []Quantity
	Series []Series
	Smooth int // updates that a point is the mean of; below 2, each is itself
	Title  string

	Width, Height float64 // cm; 0 for what the panels need
	DPI           int     // of a PNG; 0 for DefaultDPI
}

// DefaultDPI is the resolution of a PNG: that which journals ask for.
const DefaultDPI = 300

// In cm.
const (
	panelWidth, panelHeight       = 8.2, 6.2
	onlyWidth                     = 11 // of a panel that is alone
	leastWidth, leastHeight       = 4, 3
	centimetre                    = vg.Centimeter
	margin                        = vg.Length(4)
	rowGap, columnGap, legendGaps = vg.Length(8), vg.Length(14), vg.Length(6)
	labelGap, labelRoom           = vg.Length(3), vg.Length(14) // of the axes' names
)

// rowsAndColumns returns how the panels lie: for several X the rows are Y and the columns X;
// for one, up to three panels in a row.
func (f *Figure) rowsAndColumns() (rows, columns int) {
	if len(f.X) > 1 {
		return len(f.Y), len(f.X)
	}
	if columns = len(f.Y); columns > 3 {
		columns = (columns + 1) / 2
	}
	return (len(f.Y) + columns - 1) / columns, columns
}

// panelAt returns which quantities are in a place; none in one that is left over.
func (f *Figure) panelAt(row, column, columns int) (x, y *Quantity) {
	if len(f.X) > 1 {
		return &f.X[column], &f.Y[row]
	}
	if i := row*columns + column; i < len(f.Y) {
		return &f.X[0], &f.Y[i]
	}
	return nil, nil
}

// layout is a figure ready to be drawn.
type layout struct {
	width, height vg.Length
	title         string
	legend        legend
	panels        [][]*panel // nil in a place that is left over
}

// layout makes the lines and finds places for them. Its errors are about the runs or the size.
func (f *Figure) layout() (*layout, error) {
	if len(f.Series) == 0 {
		return nil, errors.New("there is no run to draw: name at least one")
	}
	rows, columns := f.rowsAndColumns()
	l := &layout{title: f.Title, width: vg.Length(f.Width) * centimetre, height: vg.Length(f.Height) * centimetre}
	if l.width == 0 {
		l.width = panelWidth * centimetre * vg.Length(columns)
		if rows*columns == 1 {
			l.width = onlyWidth * centimetre
		}
	}
	var styles []style
	merged := false
	for i, s := range f.Series {
		styles = append(styles, styleOf(i, len(f.Series)))
		merged = merged || len(s.Runs) > 1
	}
	if len(f.Series) > 1 || merged {
		l.legend = newLegend(f.Series, styles, merged, l.width-2*margin)
	}
	above := l.above()
	if l.height == 0 {
		l.height = above + panelHeight*centimetre*vg.Length(rows)
	}
	if l.width < leastWidth*centimetre*vg.Length(columns) || l.height-above < leastHeight*centimetre*vg.Length(rows) {
		return nil, fmt.Errorf("%.3g × %.3g cm is too small for %s in %s and their legend: make --width and --height larger, or plot less",
			l.width/centimetre, l.height/centimetre, plural(rows*columns, "panel"), plural(rows, "row"))
	}
	for row := range rows {
		panels := make([]*panel, columns)
		for column := range columns {
			x, y := f.panelAt(row, column, columns)
			if x == nil {
				continue
			}
			p := &panel{x: x, y: y, styles: styles}
			for i := range f.Series {
				c, err := curveOf(&f.Series[i], x, y, f.Smooth)
				if err != nil {
					return nil, err
				}
				p.curves = append(p.curves, c)
			}
			p.scale()
			panels[column] = p
		}
		l.panels = append(l.panels, panels)
	}
	return l, nil
}

// above returns the height of the title and the legend.
func (l *layout) above() vg.Length {
	height := l.legend.height()
	if l.title != "" {
		style := textStyle(titleSize)
		height += style.Height(l.title) + legendGaps
	}
	return height
}

// draw draws the figure on a canvas of its size.
func (l *layout) draw(canvas vg.Canvas) {
	c := draw.NewCanvas(canvas, l.width, l.height)
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	if l.title != "" {
		style := textStyle(titleSize)
		style.XAlign, style.YAlign = text.XCenter, text.YTop
		c.FillText(style, vg.Point{X: c.Center().X, Y: c.Max.Y + style.FontExtents().Descent}, l.title)
		c.Max.Y -= style.Height(l.title) + legendGaps
	}
	l.legend.draw(c)
	c.Max.Y -= l.legend.height()
	l.drawPanels(c)
}

// drawPanels draws the panels on c, their axes as long as each other.
func (l *layout) drawPanels(c draw.Canvas) {
	plots := make([][]*plot.Plot, len(l.panels))
	for row, panels := range l.panels {
		for _, p := range panels {
			var g *plot.Plot
			if p != nil {
				g = p.plot()
			}
			plots[row] = append(plots[row], g)
		}
	}
	places := plot.Align(plots, draw.Tiles{
		Rows: len(plots), Cols: len(plots[0]), PadX: columnGap + labelRoom, PadY: rowGap + labelRoom,
		PadLeft: labelRoom, PadBottom: labelRoom,
	}, c)
	for row, panels := range l.panels {
		for column, p := range panels {
			if p != nil {
				place := places[row][column]
				plots[row][column].Draw(place)
				p.drawLabels(place, plots[row][column].DataCanvas(place).Rectangle)
			}
		}
	}
}
