package arena

import (
	"fmt"

	"pongpg/cmd/internal/canvas"
	"pongpg/cmd/internal/terminal"
	"pongpg/emu"
)

// A film's panel, beside the screen: two images as the network sees them fit into it, and a
// column of units as wide and as high as one.
const (
	panelWidth = 3*emu.ImageSize + 4*panelGap
	panelGap   = 4
	panelName  = 10 * canvas.LetterWidth
	panelValue = 5 * canvas.LetterWidth
	panelBar   = panelWidth - 2*panelGap - panelName - panelValue

	unitName   = 4 * canvas.LetterWidth
	unitHeight = (emu.ImageSize - canvas.LetterHeight) / mostUnits // as digits need no more
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
	line(terminal.Ink, m.title((panelWidth-2*panelGap)/canvas.LetterWidth))
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
		to.Fill(x+panelName, y+3, int(panelBar*p+0.5), canvas.LetterHeight-5, ink)
		to.Text(x+panelName+panelBar, y, terminal.Ink, percent(p)) // which begins with a blank
		line(terminal.Ink, actionNames[action])
	}
	seen := canvas.Observation(m.Row, m.Agent.Policy.Input, emu.ImageSize)
	y = emu.ScreenHeight - panelGap - emu.ImageSize
	for _, image := range seen {
		to.Put(x, y, image)
		x += emu.ImageSize + panelGap
	}
	m.filmUnits(to, x, y)
}

// filmUnits draws the units that are most active from column x, row y on, to the panel's edge.
// Their activities are bars, relative to the largest: digits that change with each decision cannot
// be read, and make the film larger.
func (m *Match) filmUnits(to *canvas.Image, x, y int) {
	units, _ := m.MostActive()
	most := units[0].Activity
	for _, u := range units {
		most = max(most, u.Activity)
	}
	to.Text(x, y, terminal.Faint, "most active")
	y += canvas.LetterHeight
	width := emu.ScreenWidth + panelWidth - panelGap - x - unitName - panelGap
	for i, u := range units {
		if u.Number >= 0 {
			top := y + i*unitHeight
			to.Text(x, top, terminal.Ink, fmt.Sprintf("%4d", u.Number))
			to.Fill(x+unitName+panelGap, top+3, int(float32(width)*u.Activity/most+0.5), canvas.LetterHeight-5, other)
		}
	}
}
