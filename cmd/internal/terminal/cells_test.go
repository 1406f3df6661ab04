package terminal

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
)

// vt is a terminal that knows what appendChanges writes: cells with the parameters of their
// colours.
type vt struct {
	columns, rows, column, row int
	cell                       []vtCell
	front, behind              string
}

type vtCell struct {
	letter        rune
	front, behind string
}

func (v *vt) write(t *testing.T, data []byte) {
	t.Helper()
	text := string(data)
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			end := strings.IndexAny(rest, "HmJ")
			v.control(t, rest[:end], rest[end])
			text = rest[end+1:]
			continue
		}
		letter := []rune(text)[0]
		text = text[len(string(letter)):]
		if v.column >= v.columns || v.row >= v.rows {
			t.Fatalf("%q is written in column %d of row %d", letter, v.column, v.row)
		}
		v.cell[v.row*v.columns+v.column] = vtCell{letter, v.front, v.behind}
		v.column++
	}
}

func (v *vt) control(t *testing.T, parameters string, final byte) {
	t.Helper()
	switch final {
	case 'J':
		v.cell = make([]vtCell, v.columns*v.rows)
	case 'H':
		if n, err := fmt.Sscanf(parameters, "%d;%d", &v.row, &v.column); n != 2 || err != nil {
			t.Fatalf("cursor to %q", parameters)
		}
		v.row--
		v.column--
	case 'm':
		if parameters == "0" {
			v.front, v.behind = "", ""
			return
		}
		for fields := strings.Split(parameters, ";"); len(fields) > 0; {
			length := map[string]int{"2": 5, "5": 3}[fields[1]]
			colour := strings.Join(fields[1:length], ";")
			switch fields[0] {
			case "38":
				v.front = colour
			case "48":
				v.behind = colour
			default:
				t.Fatalf("colours %q", parameters)
			}
			fields = fields[length:]
		}
	}
}

// TestChanges shows random pictures one after the other, of which some cells change, and now
// and then the size, and compares what a terminal has of each.
func TestChanges(t *testing.T) {
	const seed = 3
	random := rand.New(rand.NewPCG(seed, 0))
	for _, depth := range []Depth{Depth24, Depth256} {
		var c, shown *Cells
		var v vt
		for frame := range 200 {
			switch frame {
			case 0, 150:
				c = NewCells(17, 5)
			case 100:
				c = NewCells(9, 11)
			}
			v.columns, v.rows = c.Columns, c.Rows
			for range random.IntN(len(c.cell)) {
				shade := func() emu.RGB { return emu.RGB{uint8(random.IntN(3) * 100), 7, uint8(random.IntN(2) * 50)} }
				c.stretch(random.IntN(c.Columns), random.IntN(c.Rows), 1)[0] = Cell{[]rune("▀█ ab▌")[random.IntN(6)], shade(), shade()}
			}
			var changes []byte
			changes, shown = c.appendChanges(nil, shown, depth)
			v.write(t, changes)
			for i, cell := range c.cell {
				got := v.cell[i]
				front, behind := string(depth.appendColour(nil, 38, cell.Front))[3:], string(depth.appendColour(nil, 48, cell.Behind))[3:]
				if got.letter != cell.Letter || got.behind != behind || cell.Letter != ' ' && got.front != front {
					t.Fatalf("seed %d, frame %d, cell %d: %+v, want %+v", seed, frame, i, got, cell)
				}
			}
			for row := range c.Rows {
				c.stretch(0, row, c.Columns) // all is drawn on, and nothing becomes another
			}
			if changes, shown = c.appendChanges(nil, shown, depth); len(changes) != 0 {
				t.Fatalf("without a change %q is written", changes)
			}
		}
	}
}

// TestPicture compares the half-blocks of a screen with its pixels.
func TestPicture(t *testing.T) {
	g := emu.NewGame()
	for range 200 {
		g.Step(emu.Left)
	}
	var s emu.Screen
	g.Draw(&s)
	m := canvas.New(emu.ScreenWidth, emu.ScreenHeight)
	m.Game(&g)
	c := NewCells(170, 110)
	c.Picture(3, 2, m, nil)
	colours := map[emu.RGB]bool{}
	for y := range s {
		for x := range s[y] {
			cell := c.At(3+x, 2+y/2)
			got := [2]emu.RGB{cell.Front, cell.Behind}[y%2]
			if cell.Letter != '▀' || got != s[y][x] {
				t.Fatalf("column %d, row %d is %v in %q, want %v", x, y, got, cell.Letter, s[y][x])
			}
			colours[got] = true
		}
	}
	if len(colours) != 5 {
		t.Errorf("%d colours, want 5", len(colours))
	}
	if c.At(2, 2).Letter != ' ' || c.At(3, 107).Letter != ' ' {
		t.Error("something is drawn beside the screen")
	}
	changed := make([]canvas.Span, m.Height)
	changed[60], changed[61] = canvas.Span{From: 8, To: 10}, canvas.Span{From: 4, To: 9} // alone
	c = NewCells(170, 110)
	c.Picture(3, 2, m, changed)
	for row := range c.Rows {
		for column := range c.Columns {
			if drawn := c.At(column, row).Letter != ' '; drawn != (row == 2+30 && column >= 3+4 && column < 3+10) {
				t.Errorf("column %d, row %d is drawn: %v", column, row, drawn)
			}
		}
	}
	NewCells(20, 7).Picture(15, 5, m, nil) // what is beyond the terminal is left out
}

// TestBar holds bars to their eighths.
func TestBar(t *testing.T) {
	for fraction, want := range map[float64]string{-1: "    ", 0: "    ", 0.01: "    ", 1. / 32: "▏   ", 0.5: "██  ", 0.72: "██▉ ", 1: "████", 2: "████"} {
		c := NewCells(6, 1)
		c.Bar(1, 0, 4, Ink, fraction)
		got := ""
		for _, cell := range c.cell[1:5] {
			got += string(cell.Letter)
		}
		if got != want || c.At(0, 0).Letter != ' ' || c.At(5, 0).Letter != ' ' {
			t.Errorf("%g: %q, want %q", fraction, got, want)
		}
	}
}

// TestColours compares the 256 colours with the nearest of all, and the environment's word.
func TestColours(t *testing.T) {
	const seed = 4
	random := rand.New(rand.NewPCG(seed, 0))
	colour := func(index int) [3]int {
		if index >= 232 {
			grey := 8 + 10*(index-232)
			return [3]int{grey, grey, grey}
		}
		return [3]int{cube[(index-16)/36], cube[(index-16)/6%6], cube[(index-16)%6]}
	}
	for range 5000 {
		c := emu.RGB{uint8(random.Uint32()), uint8(random.Uint32()), uint8(random.Uint32())}
		if random.IntN(2) == 0 {
			c[1], c[2] = c[0]+uint8(random.IntN(9)), c[0]
		}
		nearest := 16
		for index := 16; index < 256; index++ {
			if apart(c, colour(index)) < apart(c, colour(nearest)) {
				nearest = index
			}
		}
		if got := int(index256(c)); apart(c, colour(got)) != apart(c, colour(nearest)) {
			t.Fatalf("seed %d: %v is colour %d, nearer is %d", seed, c, got, nearest)
		}
	}
	for environment, want := range map[string]Depth{
		"COLORTERM=truecolor": Depth24, "COLORTERM=24bit": Depth24, "TERM=xterm-direct": Depth24,
		"TERM=xterm-256color": Depth256, "COLORTERM=1": Depth256, "": Depth256,
	} {
		name, value, _ := strings.Cut(environment, "=")
		if got := depthOf(func(asked string) string {
			if asked == name {
				return value
			}
			return ""
		}); got != want {
			t.Errorf("%s: %d", environment, got)
		}
	}
	if got := string(Depth24.appendColour(nil, 48, emu.RGB{144, 72, 17})); got != "48;2;144;72;17" {
		t.Error(got)
	}
	if got, want := string(Depth256.appendColour(nil, 38, emu.RGB{236, 236, 236})), "38;5;"+strconv.Itoa(255); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestTextCut holds a line to its letters, and one that is cut to saying so.
func TestTextCut(t *testing.T) {
	for _, test := range []struct {
		column, width int
		line, want    string
	}{
		{0, 8, "75", "75      "},
		{0, 8, "decision", "decision"},
		{0, 8, "decisions", "decisio…"},
		{2, 3, "äöü", "  äöü   "},
		{2, 3, "äöüß", "  äö…   "},
		{6, 9, "abc", "      a…"},
		{8, 9, "abc", "        "},
		{0, 0, "abc", "        "},
	} {
		c := NewCells(8, 1)
		c.Text(test.column, 0, test.width, Ink, test.line)
		got := ""
		for column := range c.Columns {
			got += string(c.At(column, 0).Letter)
		}
		if got != test.want {
			t.Errorf("%q in %d cells from %d on: %q, want %q", test.line, test.width, test.column, got, test.want)
		}
	}
}
