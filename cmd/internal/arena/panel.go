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
	c, of := v.cells, v.Match.content()
	fresh := c == nil || c.Columns != columns || c.Rows != rows || of != v.layout.of
	if fresh {
		c = terminal.NewCells(columns, rows)
		v.cells, v.screen = c, screen{}
		v.layout.of = of
		v.layout.screen, v.layout.panel, v.layout.ok = layout(columns, rows, of)
	}
	if !v.layout.ok {
		for row, line := range format.Wrap(tooSmall(columns, rows), columns) {
			c.Text(0, row, columns, terminal.Ink, line)
		}
		return c
	}
	screen, panel := v.layout.screen, v.layout.panel
	picture, changed := v.screen.draw(v.Match.Game(), screen.columns, 2*screen.rows)
	c.Picture(screen.column, screen.row, picture, changed)
	if now := v.said(); fresh || now != v.before {
		if fresh || now.note != v.before.note {
			of.note = now.note
			v.layout.plan, v.layout.keys = arrange(panel.columns, panel.rows, of), keyLines(of, panel.columns)
		}
		v.before = now
		c.Clear(panel.column, panel.row, panel.columns, panel.rows)
		v.drawPanel(c, panel)
	}
	c.Text(panel.column, panel.row+frameRow, panel.columns, terminal.Ink, v.frameLine())
	return c
}

// tooSmall says so, and names sizes on which all of a panel is shown: TestLevel holds layout to them.
func tooSmall(columns, rows int) string {
	return fmt.Sprintf("%d×%d is too small: make it 59×24 or 34×35", columns, rows)
}

// placed is where the screen and the panel are, for what the panel has to say.
type placed struct {
	of            content
	screen, panel box
	ok            bool
	plan          plan // of the panel, with the note
	keys          []string
}

// content returns what there is to say of a match, without a note.
func (m *Match) content() content {
	c := content{person: m.Person != nil}
	if m.Agent != nil {
		c.actions = len(m.Agent.Policy.ActionSet())
		c.images = m.Agent.Policy.Input.Pixels() / emu.ImagePixels
	}
	return c
}

// screen draws the screen of one game, frame after frame, at one size: of each only the rows that are
// new.
type screen struct {
	whole         *canvas.Image // nil before the first
	bands, before []emu.Band    // of this frame, and of the one before
	fresh         []bool        // rows of this frame
	shrinker      *canvas.Shrinker
}

// draw returns the picture, until the next call, and which columns of its rows may have changed.
func (s *screen) draw(g *emu.Game, width, height int) (*canvas.Image, []canvas.Span) {
	if s.whole == nil {
		s.whole = canvas.New(emu.ScreenWidth, emu.ScreenHeight)
		s.fresh = make([]bool, emu.ScreenHeight)
		s.shrinker = canvas.NewShrinker(emu.ScreenWidth, emu.ScreenHeight, width, height)
		s.shrinker.Thin = true // the ball is two pixels wide
	}
	s.before, s.bands = s.bands, g.Bands(s.before[:0])
	s.whole.Bands(s.bands, s.before, s.fresh)
	return s.shrinker.Shrink(s.whole, s.fresh), s.shrinker.Changed()
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
	every       int
	note        string
}

func (v *Viewer) said() said {
	m := v.Match
	g := m.Game()
	return said{m.Agent, g.EnemyScore, g.AgentScore, m.Episode, m.Decisions(), v.paused, v.Speed, v.shownOf(), v.note}
}

// frameRow is the panel's row with frameLine.
const frameRow = 2

func (v *Viewer) frameLine() string {
	m := v.Match
	return fmt.Sprintf("decision %s  frame %s", format.Count(int64(m.Decisions())), format.Count(int64(m.Frame())))
}

// drawPanel writes what there is to say on a blank panel.
func (v *Viewer) drawPanel(c *terminal.Cells, at box) {
	m, p := v.Match, &v.layout.plan
	v.drawWords(c, p.words.from(at))
	for i, line := range v.layout.keys {
		c.Text(at.column, at.row+p.keys.row+i, at.columns, terminal.Faint, line)
	}
	if m.Agent == nil || len(m.Decision.Prob) == 0 {
		return
	}
	bars := p.bars.from(at)
	for i, action := range m.Agent.Policy.ActionSet()[:bars.rows] {
		ink := other
		if i == m.Decision.Index {
			ink = taken
		}
		bar(c, box{bars.column, bars.row + i, bars.columns, 1}, ink, actionNames[action], float64(m.Decision.Prob[i]), percent(m.Decision.Prob[i]))
	}
	v.drawSeen(c, p, at)
	v.drawHidden(c, p.units.from(at))
}

// from returns a part of another box as a part of the terminal.
func (b box) from(of box) box {
	return box{of.column + b.column, of.row + b.row, b.columns, b.rows}
}

// drawWords writes the first lines, but for frameLine, and the note.
func (v *Viewer) drawWords(c *terminal.Cells, at box) {
	m := v.Match
	c.Text(at.column, at.row, at.columns, terminal.Ink, m.title(at.columns))
	left, right := m.sides()
	score := fmt.Sprintf("%s %d", left, v.before.left)
	c.Text(at.column, at.row+1, at.columns, leftInk, score)
	c.Text(at.column+len(score)+3, at.row+1, at.columns-len(score)-3, rightInk, fmt.Sprintf("%d %s", v.before.right, right))
	c.Text(at.column, at.row+frameRow+1, at.columns, terminal.Faint, fmt.Sprintf("episode %s, %s", format.Count(int64(m.Episode)), v.state()))
	lines := format.Wrap(v.note, at.columns)
	room := at.rows - wordRows
	for i, line := range lines[:min(len(lines), max(room, 0))] {
		if i == room-1 && len(lines) > room {
			line += keyGap + lines[room] // which has no room, and is cut
		}
		c.Text(at.column, at.row+wordRows+i, at.columns, leftInk, line)
	}
}

// percent returns a probability as people write it.
func percent(p float32) string { return fmt.Sprintf("%4.0f%%", 100*p) }

// activity returns what a unit says, in five letters.
func activity(h float32) string {
	decimals := 2
	switch {
	case h >= 999.5:
		decimals = 0
	case h >= 99.95:
		decimals = 1
	}
	return fmt.Sprintf("%5.*f", decimals, h)
}

// bar draws a name, a bar that is filled by a fraction, and a number.
func bar(c *terminal.Cells, at box, ink emu.RGB, name string, fraction float64, number string) {
	c.Text(at.column, at.row, nameColumns-1, terminal.Ink, name)
	width := max(at.columns-nameColumns-6, 0)
	c.Bar(at.column+nameColumns, at.row, width, ink, fraction)
	c.Text(at.column+nameColumns+width+1, at.row, 5, terminal.Ink, number)
}

// drawSeen draws what the network sees: both images, or the difference alone.
func (v *Viewer) drawSeen(c *terminal.Cells, p *plan, at box) {
	if len(p.images) == 0 {
		return
	}
	head := p.headline.from(at)
	c.Text(head.column, head.row, head.columns, terminal.Faint, seenHeadline(len(p.images), head.columns))
	seen := canvas.Observation(v.Match.Row, v.Match.Agent.Policy.Input, p.images[0].columns)
	for i, m := range seen[len(seen)-len(p.images):] {
		place := p.images[i].from(at)
		c.Picture(place.column, place.row, m, nil)
	}
}

// seenHeadline returns what images are, in as many words as there is room for.
func seenHeadline(images, columns int) string {
	if images == 2 {
		return longest(columns, "it sees the image, the difference", "the image, the difference", "image, difference", "it sees")
	}
	return longest(columns, "the network sees the difference", "it sees the difference", "the difference")
}

// longest returns the first of texts that has room, or the last.
func longest(columns int, texts ...string) string {
	for _, text := range texts {
		if len(text) <= columns {
			return text
		}
	}
	return texts[len(texts)-1]
}

// drawHidden draws the hidden units that are most active, as far as there are rows.
func (v *Viewer) drawHidden(c *terminal.Cells, at box) {
	hidden := v.Match.Decision.Hidden
	units := active(hidden)
	if at.rows < 2 || len(units) == 0 {
		return
	}
	n, of := len(units), len(hidden)
	c.Text(at.column, at.row, at.columns, terminal.Faint, longest(at.columns,
		fmt.Sprintf("%d of %d hidden units are active", n, of), fmt.Sprintf("%d of %d units active", n, of), fmt.Sprintf("%d of %d active", n, of), fmt.Sprintf("%d active", n)))
	for i, unit := range units[:min(n, at.rows-1)] {
		h, row := hidden[unit], at.row+1+i
		fraction := float64(h / hidden[units[0]])
		if at.columns >= 2*nameColumns {
			bar(c, box{at.column, row, at.columns, 1}, other, fmt.Sprint("unit ", unit), fraction, activity(h))
			continue
		}
		const number = 4
		c.Text(at.column, row, number, terminal.Ink, fmt.Sprintf("%*d", number, unit))
		c.Bar(at.column+number+1, row, at.columns-number-1, other, fraction)
	}
}

// title says who plays, in at most so many letters: of a long name the beginning and the end.
func (m *Match) title(letters int) string {
	switch {
	case m.Agent == nil:
		return "Pong"
	case m.Agent.Update < 0:
		return format.Middle(m.Agent.Name, letters)
	}
	update := fmt.Sprintf("update %s of ", format.Count(m.Agent.Update))
	return update + format.Middle(m.Agent.Name, letters-len(update))
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
