package arena

import (
	"fmt"

	"pongpg/cmd/internal/canvas"
	"pongpg/cmd/internal/terminal"
	"pongpg/emu"
)

// A film's panel, beside the screen: two images as the network sees them fit into it.
const (
	panelWidth = 2*emu.ImageSize + 3*panelGap
	panelGap   = 4
	panelName  = 10 * canvas.LetterWidth
	panelValue = 5 * canvas.LetterWidth
)

// PictureSize returns the size of Picture.
func PictureSize(panel bool) (width, height int) {
	if panel {
		return emu.ScreenWidth + panelWidth, emu.ScreenHeight
	}
	return emu.ScreenWidth, emu.ScreenHeight
}

// Picture draws the screen, and beside it what a film's panel says, if it is asked for, to to,
// which is of PictureSize.
func (m *Match) Picture(to *canvas.Image, panel bool) {
	if panel {
		to.Fill(emu.ScreenWidth, 0, panelWidth, emu.ScreenHeight, terminal.Paper)
		m.filmPanel(to, emu.ScreenWidth+panelGap)
	}
	to.Game(m.Game())
}

// filmPanel draws the panel from column x on.
func (m *Match) filmPanel(to *canvas.Image, x int) {
	y := panelGap
	line := func(ink emu.RGB, text string) {
		to.Text(x, y, ink, text)
		y += canvas.LetterHeight
	}
	line(terminal.Ink, m.title())
	g := m.Game()
	left := fmt.Sprintf("opponent %d", g.EnemyScore)
	to.Text(x+(len(left)+3)*canvas.LetterWidth, y, rightInk, fmt.Sprintf("%d agent", g.AgentScore))
	line(leftInk, left)
	line(terminal.Faint, fmt.Sprintf("decision %d", m.Decisions()))
	if len(m.Decision.Prob) == 0 {
		return
	}
	for i, action := range m.Agent.Policy.ActionSet() {
		ink := other
		if i == m.Decision.Index {
			ink = taken
		}
		p := m.Decision.Prob[i]
		width := panelWidth - 2*panelGap - panelName - panelValue
		to.Fill(x+panelName, y+3, int(float32(width)*p+0.5), canvas.LetterHeight-5, ink)
		to.Text(x+panelName+width, y, terminal.Ink, percent(p)) // which begins with a blank
		line(terminal.Ink, actionNames[action])
	}
	for i, seen := range canvas.Observation(m.Row, m.Agent.Policy.Input, emu.ImageSize) {
		to.Put(x+i*(emu.ImageSize+panelGap), emu.ScreenHeight-panelGap-emu.ImageSize, seen)
	}
}
