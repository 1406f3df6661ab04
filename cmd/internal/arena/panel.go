package arena

import (
	"fmt"

	"pongpg/cmd/internal/canvas"
	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/terminal"
	"pongpg/emu"
)

// Colours of the two sides are the screen's; a bar's is that of the action that was taken,
// or not.
var (
	leftInk  = emu.RGB{213, 130, 74}
	rightInk = emu.RGB{92, 186, 92}
	taken    = emu.RGB{92, 186, 92}
	other    = emu.RGB{90, 120, 170}
)

// actionNames are what the actions do, by their numbers.
var actionNames = map[emu.Action]string{
	emu.Noop: "stay", emu.Fire: "fire", emu.Right: "up", emu.Left: "down", emu.RightFire: "up+fire", emu.LeftFire: "down+fire",
}

// ActionName returns what an action does.
func ActionName(a emu.Action) string { return actionNames[a] }

const nameColumns = 10 // the longest name and a blank

// Draw returns what a terminal of a size shows, until the next call: of the same size it is the
// same cells, of which only what is new has been drawn.
func (v *Viewer) Draw(columns, rows int) *terminal.Cells {
	c := v.cells
	fresh := c == nil || c.Columns != columns || c.Rows != rows
	if fresh {
		c = terminal.NewCells(columns, rows)
		v.cells, v.screen = c, screen{}
	}
	screen, panel, ok := layout(columns, rows)
	if !ok {
		c.Text(0, 0, columns, terminal.Ink, fmt.Sprintf("%d×%d is too small:", columns, rows))
		c.Text(0, 1, columns, terminal.Ink, fmt.Sprintf("make it %d×%d or %d×%d", minColumns+1+panelColumns, 2*minRows, panelColumns, panelRows+2*minRows))
		return c
	}
	picture, changed := v.screen.draw(v.Match.Game(), screen.columns, 2*screen.rows)
	c.Picture(screen.column, screen.row, picture, changed)
	if now := v.said(); fresh || now != v.before {
		v.before = now
		c.Clear(panel.column, panel.row, panel.columns, panel.rows)
		v.drawPanel(c, panel)
	}
	c.Text(panel.column, panel.row+frameRow, panel.columns, terminal.Ink, v.frameLine())
	return c
}

// screen draws the screen of one game, frame after frame, at one size.
type screen struct {
	whole    *canvas.Image // nil before the first
	shrinker *canvas.Shrinker
}

// draw returns the picture, until the next call, and which of its rows may have changed.
func (s *screen) draw(g *emu.Game, width, height int) (*canvas.Image, []bool) {
	if s.whole == nil {
		s.whole = canvas.New(emu.ScreenWidth, emu.ScreenHeight)
		s.shrinker = canvas.NewShrinker(emu.ScreenWidth, emu.ScreenHeight, width, height)
	}
	s.whole.Game(g)
	return s.shrinker.Shrink(s.whole), s.shrinker.Changed()
}

// said is what the panel's words and pictures follow from, but for the line that counts frames: that
// changes with each, the rest a few times a second.
type said struct {
	agent       *Agent
	left, right int32 // points
	episode     int
	decisions   int32
	paused      bool
	speed       float64
	note        string
}

func (v *Viewer) said() said {
	m := v.Match
	g := m.Game()
	return said{m.Agent, g.EnemyScore, g.AgentScore, m.Episode, m.Decisions(), v.paused, v.Speed, v.note}
}

// frameRow is the panel's row with frameLine.
const frameRow = 2

func (v *Viewer) frameLine() string {
	m := v.Match
	return fmt.Sprintf("episode %d, decision %d, frame %d", m.Episode, m.Decisions(), m.Frame())
}

// drawPanel writes what there is to say on a blank panel, the most important first.
func (v *Viewer) drawPanel(c *terminal.Cells, at box) {
	m, row := v.Match, at.row
	end := at.row + at.rows - 1 // of the keys
	line := func(ink emu.RGB, text string) {
		if row < end {
			c.Text(at.column, row, at.columns, ink, text)
			row++
		}
	}
	for _, help := range v.help(at.columns) {
		c.Text(at.column, end, at.columns, terminal.Faint, help)
		end--
	}
	end++
	line(terminal.Ink, m.title())
	left, right := m.sides()
	score := fmt.Sprintf("%s %d", left, v.before.left)
	c.Text(at.column, row, at.columns, leftInk, score)
	c.Text(at.column+len(score)+3, row, at.columns-len(score)-3, rightInk, fmt.Sprintf("%d %s", v.before.right, right))
	row = at.row + frameRow + 1
	line(terminal.Faint, v.state())
	if v.note != "" {
		line(leftInk, v.note)
	}
	if m.Agent == nil || len(m.Decision.Prob) == 0 {
		return
	}
	set := m.Agent.Policy.ActionSet()
	for i, action := range set {
		if row < end {
			ink := other
			if i == m.Decision.Index {
				ink = taken
			}
			bar(c, box{at.column, row, at.columns, 1}, ink, actionNames[action], float64(m.Decision.Prob[i]), percent(m.Decision.Prob[i]))
			row++
		}
	}
	row = v.drawSeen(c, box{at.column, row + 1, at.columns, end - row - 1})
	v.drawHidden(c, box{at.column, row + 1, at.columns, end - row - 1})
}

// percent returns a probability as people write it.
func percent(p float32) string { return fmt.Sprintf("%4.0f%%", 100*p) }

// bar draws a name, a bar that is filled by a fraction, and a number.
func bar(c *terminal.Cells, at box, ink emu.RGB, name string, fraction float64, number string) {
	c.Text(at.column, at.row, nameColumns-1, terminal.Ink, name)
	width := max(at.columns-nameColumns-6, 0)
	c.Bar(at.column+nameColumns, at.row, width, ink, fraction)
	c.Text(at.column+nameColumns+width+1, at.row, 5, terminal.Ink, number)
}

const (
	minSeen    = 16 // pixels: less shows nothing
	hiddenRows = 4  // with its headline; more where there is room
)

// drawSeen draws what the network sees, side by side, and returns the row below.
func (v *Viewer) drawSeen(c *terminal.Cells, at box) int {
	in := v.Match.Agent.Policy.Input
	images := in.Pixels() / emu.ImagePixels
	size := min((at.columns-images+1)/images, 2*(at.rows-1-hiddenRows-1), emu.ImageSize) &^ 1
	if size < minSeen {
		return at.row - 1
	}
	name := "the network sees the difference"
	if images == 2 {
		name = "it sees the image, the difference"
	}
	c.Text(at.column, at.row, at.columns, terminal.Faint, name)
	for i, m := range canvas.Observation(v.Match.Row, in, size) {
		c.Picture(at.column+i*(size+1), at.row+1, m, nil)
	}
	return at.row + 1 + size/2
}

// drawHidden draws the hidden units that are most active, as far as there are rows.
func (v *Viewer) drawHidden(c *terminal.Cells, at box) {
	hidden := v.Match.Decision.Hidden
	units := active(hidden)
	if at.rows < 2 || len(units) == 0 {
		return
	}
	c.Text(at.column, at.row, at.columns, terminal.Faint, fmt.Sprintf("%d of %d hidden units are active", len(units), len(hidden)))
	for i, unit := range units[:min(len(units), at.rows-1)] {
		h := hidden[unit]
		bar(c, box{at.column, at.row + 1 + i, at.columns, 1}, other, fmt.Sprint("unit ", unit), float64(h/hidden[units[0]]), fmt.Sprintf("%5.2f", h))
	}
}

// help returns what the keys do, the last line first.
func (v *Viewer) help(columns int) []string {
	if v.Match.Person != nil && v.Match.Agent != nil {
		return []string{"p pause  q quit", "↑ ↓ or w s move"} // the left side has no fire
	}
	if v.Match.Person != nil {
		return []string{"p pause  q quit", "↑ ↓ or w s move  space fire"}
	}
	if columns >= 52 {
		return []string{"space pause  . frame  + − speed  n next point  q quit"}
	}
	return []string{"+ − speed  n next point  q quit", "space pause  . a frame"}
}

// title says who plays.
func (m *Match) title() string {
	switch {
	case m.Agent == nil:
		return "Pong"
	case m.Agent.Update < 0:
		return m.Agent.Name
	}
	return fmt.Sprintf("update %s of %s", format.Count(m.Agent.Update), m.Agent.Name)
}

// sides names who is on the left and on the right.
func (m *Match) sides() (left, right string) {
	left, right = "opponent", "agent"
	switch {
	case m.Agent == nil:
		right = "you"
	case m.Person != nil:
		left = "you"
	}
	return left, right
}
