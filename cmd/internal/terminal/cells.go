package terminal

import (
	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
)

// Cell is a letter with its colour and the one behind it.
type Cell struct {
	Letter        rune
	Front, Behind emu.RGB
}

// Cells is a terminal's picture: Rows rows of Columns cells, row by row.
type Cells struct {
	Columns, Rows int
	Cell          []Cell
}

// Colours of text.
var (
	Paper = emu.RGB{12, 12, 16}
	Ink   = emu.RGB{204, 204, 204}
	Faint = emu.RGB{120, 120, 128}
)

// NewCells returns blank cells.
func NewCells(columns, rows int) *Cells {
	c := &Cells{columns, rows, make([]Cell, columns*rows)}
	if len(c.Cell) > 0 {
		c.Cell[0] = Cell{' ', Ink, Paper}
	}
	for n := 1; n < len(c.Cell); n *= 2 { // ever more at a time
		copy(c.Cell[n:], c.Cell[:n])
	}
	return c
}

// Text writes a line from a cell on, as far as there are cells, up to width of them.
func (c *Cells) Text(column, row, width int, ink emu.RGB, line string) {
	if row < 0 || row >= c.Rows {
		return
	}
	end := min(column+width, c.Columns)
	for _, letter := range line {
		if column >= end {
			return
		}
		if column >= 0 {
			at := &c.Cell[row*c.Columns+column]
			at.Letter, at.Front = letter, ink
		}
		column++
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
// there are cells. Below a picture with an odd number of rows is Paper.
func (c *Cells) Picture(column, row int, m *canvas.Image) {
	width := min(m.Width, c.Columns-column)
	for y := 0; y < m.Height && row+y/2 < c.Rows && width > 0; y += 2 {
		cells := c.Cell[(row+y/2)*c.Columns+column:][:width]
		above := m.Pix[y*m.Width:][:width]
		for x := range cells {
			cells[x] = Cell{'▀', above[x], Paper}
		}
		if y+1 < m.Height {
			below := m.Pix[(y+1)*m.Width:][:width]
			for x := range cells {
				cells[x].Behind = below[x]
			}
		}
	}
}

// appendChanges appends what makes a terminal that shows before (nil: nothing is known of
// it) show c.
func (c *Cells) appendChanges(dst []byte, before *Cells, depth Depth) []byte {
	if before != nil && (before.Columns != c.Columns || before.Rows != c.Rows) {
		before = nil
	}
	if before == nil {
		dst = append(dst, "\x1b[0m\x1b[2J"...)
	}
	pen := Cell{} // the colours that are selected, once Letter is set
	for row := range c.Rows {
		at := -1 // the column of the cursor, if it is in the row
		for column := range c.Columns {
			i := row*c.Columns + column
			cell := c.Cell[i]
			if before != nil && before.Cell[i] == cell {
				continue
			}
			if at != column {
				dst = appendNumbers(append(dst, "\x1b["...), row+1, column+1)
				dst = append(dst, 'H')
			}
			dst = appendPen(dst, &pen, cell, depth)
			dst = append(dst, string(cell.Letter)...)
			at = column + 1
		}
	}
	return dst
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
