package terminal

import (
	"unicode/utf8"

	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
)

// Cell is a letter with its colour and the one behind it.
type Cell struct {
	Letter        rune
	Front, Behind emu.RGB
}

// Cells is a terminal's picture: Rows rows of Columns cells. It is drawn on frame after frame, and
// knows which parts of its rows have been drawn on since it was shown.
type Cells struct {
	Columns, Rows int
	cell          []Cell        // row by row
	touched       []canvas.Span // columns of each row
}

// Colours of text.
var (
	Paper = emu.RGB{12, 12, 16}
	Ink   = emu.RGB{204, 204, 204}
	Faint = emu.RGB{120, 120, 128}
)

// NewCells returns blank cells.
func NewCells(width, rows int) *Cells {
	c := &Cells{width, rows, make([]Cell, width*rows), make([]canvas.Span, rows)}
	c.Clear(0, 0, width, rows)
	return c
}

// At returns a cell.
func (c *Cells) At(column, row int) Cell { return c.cell[row*c.Columns+column] }

// stretch returns cells of a row to be drawn on, which is in the picture: from a column on, width of
// them, as far as there are any.
func (c *Cells) stretch(column, row, width int) []Cell {
	end := min(column+width, c.Columns)
	c.touched[row] = c.touched[row].With(canvas.Span{From: column, To: end})
	return c.cell[row*c.Columns:][column:end]
}

// Clear makes a part of the cells blank, as far as there are cells.
func (c *Cells) Clear(column, row, width, rows int) {
	for end := min(row+rows, c.Rows); row < end && column < c.Columns; row++ {
		blank := c.stretch(column, row, width)
		for i := range blank {
			blank[i] = Cell{' ', Ink, Paper}
		}
	}
}

// Text writes a line from a cell on, as far as there are cells, up to width of them. What is cut ends
// in "…".
func (c *Cells) Text(column, row, width int, ink emu.RGB, line string) {
	if row >= c.Rows || column >= c.Columns || width <= 0 {
		return
	}
	cells := c.stretch(column, row, width)
	for i, letter := range line {
		if len(cells) == 0 {
			return
		}
		if len(cells) == 1 && i+utf8.RuneLen(letter) < len(line) {
			letter = '…'
		}
		cells[0].Letter, cells[0].Front = letter, ink
		cells = cells[1:]
	}
}

// eighths are the parts of a cell, from its left side on.
var eighths = [8]rune{' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'}

// Bar draws a bar of width cells that is filled by a fraction.
func (c *Cells) Bar(column, row, width int, ink emu.RGB, fraction float64) {
	filled := int(min(max(fraction, 0), 1)*float64(8*width) + 0.5)
	bar := make([]rune, 0, width)
	for range filled / 8 {
		bar = append(bar, '█')
	}
	if filled%8 > 0 {
		bar = append(bar, eighths[filled%8])
	}
	c.Text(column, row, width, ink, string(bar))
}

// Picture draws a picture, two of whose rows are a row of cells, from a cell on, as far as
// there are cells. Below a picture with an odd number of rows is Paper. changed, if it is not nil,
// are the columns of each of the picture's rows that are to be drawn.
func (c *Cells) Picture(column, row int, m *canvas.Image, changed []canvas.Span) {
	for y := 0; y < m.Height && row+y/2 < c.Rows; y += 2 {
		new := canvas.Span{From: 0, To: m.Width}
		if changed != nil {
			if new = changed[y]; y+1 < m.Height {
				new = new.With(changed[y+1])
			}
		}
		if new.From >= new.To || column+new.From >= c.Columns {
			continue
		}
		cells := c.stretch(column+new.From, row+y/2, new.To-new.From)
		above := m.Pix[y*m.Width+new.From:]
		for x := range cells {
			cells[x] = Cell{'▀', above[x], Paper}
		}
		if y+1 < m.Height {
			below := m.Pix[(y+1)*m.Width+new.From:]
			for x := range cells {
				cells[x].Behind = below[x]
			}
		}
	}
}

// appendChanges appends what makes a terminal that shows before (nil: nothing is known of
// it) show c, and returns what it shows then, for which before is used if it can be.
func (c *Cells) appendChanges(dst []byte, before *Cells, depth Depth) ([]byte, *Cells) {
	all := before == nil || before.Columns != c.Columns || before.Rows != c.Rows
	if all {
		dst = append(dst, "\x1b[0m\x1b[2J"...)
		before = &Cells{Columns: c.Columns, Rows: c.Rows, cell: make([]Cell, len(c.cell))}
	}
	pen := Cell{} // the colours that are selected, once Letter is set
	for row, drawn := range c.touched {
		if all {
			drawn = canvas.Span{From: 0, To: c.Columns}
		}
		at := -1 // the column of the cursor, if it is in the row
		for column := drawn.From; column < drawn.To; column++ {
			cell, shown := c.cell[row*c.Columns+column], &before.cell[row*c.Columns+column]
			if *shown == cell {
				continue
			}
			*shown = cell
			if at != column {
				dst = appendNumbers(append(dst, "\x1b["...), row+1, column+1)
				dst = append(dst, 'H')
			}
			dst = appendPen(dst, &pen, cell, depth)
			dst = utf8.AppendRune(dst, cell.Letter)
			at = column + 1
		}
	}
	clear(c.touched)
	return dst, before
}

// appendPen appends what selects the colours of a cell.
func appendPen(dst []byte, pen *Cell, cell Cell, depth Depth) []byte {
	first := pen.Letter == 0
	// The colour of a blank is not to be seen.
	front := first || cell.Front != pen.Front && cell.Letter != ' '
	behind := first || cell.Behind != pen.Behind
	if !front && !behind {
		return dst
	}
	dst = append(dst, "\x1b["...)
	if front {
		dst = depth.appendColour(dst, 38, cell.Front)
		pen.Front = cell.Front
	}
	if front && behind {
		dst = append(dst, ';')
	}
	if behind {
		dst = depth.appendColour(dst, 48, cell.Behind)
		pen.Behind = cell.Behind
	}
	pen.Letter = cell.Letter
	return append(dst, 'm')
}
