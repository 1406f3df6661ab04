package arena

import "pongpg/emu"

// What the panel takes of a terminal beside the screen, and below it; and the smallest screen
// that something can be seen on.
const (
	panelColumns = 34
	panelRows    = 11

	minColumns, minRows = 24, 12
)

// box is a part of a terminal, in cells.
type box struct{ column, row, columns, rows int }

// layout says where the screen and what is said about it go: the screen's size in pixels is
// columns × 2·rows. It is beside the panel or above it, where it is larger. Nothing is seen on a
// terminal that is too small: ok is false.
func layout(columns, rows int) (screen, panel box, ok bool) {
	beside, above := box{}, box{}
	beside.columns, beside.rows = fit(columns-1-panelColumns, rows)
	above.columns, above.rows = fit(columns, rows-panelRows)
	if columns >= panelColumns && above.visible() && above.columns*above.rows > beside.columns*beside.rows {
		return above, box{0, above.rows, columns, rows - above.rows}, true
	}
	left := beside.columns + 1
	return beside, box{left, 0, columns - left, rows}, beside.visible()
}

func (b box) visible() bool { return b.columns >= minColumns && b.rows >= minRows }

// fit returns the size of a screen in a part of the terminal: pixel by pixel where there is
// room; else at most as wide as it is on a television set, 4 to 3, and at least as if
// its pixels were square.
func fit(columns, rows int) (int, int) {
	columns, rows = max(columns, 0), min(max(rows, 0), emu.ScreenHeight/2)
	width := min(columns, 2*rows*4/3, emu.ScreenWidth)
	if height := width * emu.ScreenHeight / emu.ScreenWidth / 2; height < rows {
		rows = height
	}
	return width, rows
}
