package arena

import "pongpg/emu"

// The least that the panel takes of a terminal beside the screen, and below it; and the smallest
// screen that something can be seen on.
const (
	panelColumns = 34
	panelRows    = 8

	minColumns, minRows = 24, 12
)

// box is a part of a terminal, in cells.
type box struct{ column, row, columns, rows int }

// layout says where the screen and what is said about it go: the screen's size in pixels is
// columns × 2·rows. It is beside the panel or above it: where the panel shows more of what there is,
// and of those where it is largest. Nothing is seen on a terminal that is too small: ok is false.
func layout(columns, rows int, of content) (screen, panel box, ok bool) {
	shown := cut - 1
	try := func(s, p box) (enough bool) {
		if !s.visible() {
			return true // as all that would follow
		}
		l := arrange(p.columns, p.rows, of).level
		if l > shown || l == shown && s.columns*s.rows > screen.columns*screen.rows {
			screen, panel, shown = s, p, l
		}
		return l == whole
	}
	for width := panelColumns; width < columns; width++ {
		s := box{}
		s.columns, s.rows = fit(columns-1-width, rows)
		left := s.columns + 1
		if try(s, box{left, 0, columns - left, rows}) {
			break
		}
	}
	for height := panelRows; height < rows && columns >= panelColumns; height++ {
		s := box{}
		s.columns, s.rows = fit(columns, rows-height)
		if try(s, box{0, s.rows, columns, rows - s.rows}) {
			break
		}
	}
	return screen, panel, screen.visible()
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
