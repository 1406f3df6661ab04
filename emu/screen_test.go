package emu_test

import (
	"strings"
	"testing"

	"pongpg/emu"
)

// Colours of the screen, by the letters that picture uses.
var letters = map[emu.RGB]byte{
	{0, 0, 0}:       'k',
	{144, 72, 17}:   '.',
	{236, 236, 236}: 'W',
	{213, 130, 74}:  'E',
	{92, 186, 92}:   'A',
	{109, 118, 43}:  ',',
	{53, 95, 24}:    'w',
	{210, 182, 86}:  'e',
	{101, 111, 228}: 'a',
}

// picture returns rows top… and columns left… as letters, a line a row; high rows and
// wide columns of the screen are a letter.
func picture(t *testing.T, g emu.Game, top, left, rows, columns, high, wide int) string {
	t.Helper()
	var s emu.Screen
	g.Draw(&s)
	var lines strings.Builder
	for row := range rows {
		for column := range columns {
			pixel := s[top+row*high][left+column*wide]
			letter, ok := letters[pixel]
			if !ok {
				t.Fatalf("row %d, column %d has the colour %v", top+row*high, left+column*wide, pixel)
			}
			lines.WriteByte(letter)
		}
		lines.WriteByte('\n')
	}
	return lines.String()
}

// block undoes the indentation of a picture in a test.
func block(lines string) string {
	return strings.ReplaceAll(strings.TrimLeft(lines, "\n"), "\t", "")
}

func checkPicture(t *testing.T, what, got, want string) {
	t.Helper()
	if got != block(want) {
		t.Errorf("%s:\n%swant\n%s", what, got, block(want))
	}
}

// inPlay is a game in the middle of a point.
func inPlay() emu.Game {
	g := emu.NewGame()
	g.Frame, g.ServeTimer, g.KnobTarget, g.SpeedX, g.SpeedY = 1000, 0, 0, 1, 1
	g.BallX, g.BallY, g.EnemyY, g.PaddleY = 129, 113, 100, 120 // the ball in columns 80–81, rows 99–102
	return g
}

// TestScreenDigits looks at each score: at the first pixels of its blocks, then at
// the last.
func TestScreenDigits(t *testing.T) {
	rows := [10][5]string{
		{"###", "#.#", "#.#", "#.#", "###"}, {".#.", ".#.", ".#.", ".#.", ".#."},
		{"###", "..#", "###", "#..", "###"}, {"###", "..#", ".##", "..#", "###"},
		{"#.#", "#.#", "###", "..#", "..#"}, {"###", "#..", "###", "..#", "###"},
		{"#..", "#..", "###", "#.#", "###"}, {"###", "..#", "..#", "..#", "..#"},
		{"###", "#.#", "###", "#.#", "###"}, {"###", "#.#", "###", "..#", "..#"},
	}
	tens := [3][5]string{
		{"...", "...", "...", "...", "..."}, {".#.", ".#.", ".#.", ".#.", ".#."}, rows[2],
	}
	for score := range int32(22) {
		var want strings.Builder
		for row := range 5 {
			want.WriteString(tens[score/10][row] + "." + rows[score%10][row] + "\n")
		}
		g := inPlay()
		g.EnemyScore = score
		checkPicture(t, "the opponent's score", picture(t, g, 1, 20, 5, 7, 4, 4), strings.ReplaceAll(want.String(), "#", "E"))
		g.EnemyScore, g.AgentScore = 21-score, score
		checkPicture(t, "the agent's score", picture(t, g, 4, 103, 5, 7, 4, 4), strings.ReplaceAll(want.String(), "#", "A"))
	}
}

// TestScreenField looks at all of the screen's parts, a letter for 10 rows and 4
// columns, and at their corners.
func TestScreenField(t *testing.T) {
	checkPicture(t, "the screen", picture(t, inPlay(), 0, 0, 21, 40, 10, 4), `
	kk......................................
	.........E.E.................A.A........
	.........EEE.................AAA........
	WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW
	........................................
	........................................
	........................................
	........................................
	........................................
	....E...................................
	....E...............W...................
	...................................A....
	...................................A....
	........................................
	........................................
	........................................
	........................................
	........................................
	........................................
	........................................
	WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW
	`)
	for _, corner := range []struct {
		what      string
		top, left int
		want      string
	}{
		{"the black corner's end", 0, 6, "kk.\n...\n...\n"},
		{"the upper wall's first rows", 23, 0, "...\nWWW\nWWW\n"},
		{"the upper wall's last row", 33, 157, "WWW\n...\n...\n"},
		{"the lower wall's first rows", 193, 157, "...\nWWW\nWWW\n"},
		{"the opponent's upper left corner", 84, 15, "...\n.EE\n.EE\n"},
		{"the opponent's lower right corner", 99, 18, "EE.\nEE.\n...\n"},
		{"the agent's upper left corner", 105, 139, "...\n.AA\n.AA\n"},
		{"the agent's lower right corner", 120, 142, "AA.\nAA.\n...\n"},
		{"the ball's upper left corner", 98, 79, "...\n.WW\n.WW\n"},
		{"the ball's lower right corner", 101, 80, "WW.\nWW.\n...\n"},
	} {
		checkPicture(t, corner.what, picture(t, inPlay(), corner.top, corner.left, 3, 3, 1, 1), corner.want)
	}
}

// TestScreenClips looks at what is partly outside of the field: a paddle at either
// end of it, and the ball, which wraps around the sides.
func TestScreenClips(t *testing.T) {
	g := inPlay()
	g.EnemyY, g.PaddleY = 36, 200
	checkPicture(t, "the opponent at the top", picture(t, g, 33, 16, 5, 1, 1, 1), "W\nE\nE\nE\n.\n")
	checkPicture(t, "the agent at the bottom", picture(t, g, 185, 140, 10, 1, 1, 1), ".\nA\nA\nA\nA\nA\nA\nA\nA\nW\n")
	g.BallX, g.BallY = 208, 46
	checkPicture(t, "the ball at the right", picture(t, g, 31, 157, 6, 3, 1, 1), "WWW\nWWW\nWWW\n..W\n...\n...\n")
	checkPicture(t, "the ball's other half", picture(t, g, 31, 0, 6, 3, 1, 1), "WWW\nWWW\nWWW\nW..\nW..\n...\n")
}

// TestScreenLateBall looks at balls far to the right, whose edges are a row higher
// than elsewhere.
func TestScreenLateBall(t *testing.T) {
	for _, c := range []struct {
		what                string
		x, y, enemy, paddle int32
		knobTarget          int32
		top, left           int
		want                string
	}{
		{"even, left of the limit", 199, 100, 60, 180, 0, 85, 150, "...\nWW.\nWW.\nWW.\nWW.\n...\n"},
		{"even, one column beyond", 200, 100, 60, 180, 0, 85, 150, "..W\n.WW\n.WW\n.WW\n.W.\n...\n"},
		{"even, beside the agent's paddle", 197, 124, 60, 120, 0, 108, 147, "...\n..W\n.WW\n.WW\n.WW\n.W.\n"},
		{"even, three rows", 199, 118, 60, 120, 0, 103, 149, "...\n.WW\n.WW\n.WW\n...\n...\n"},
		{"even, five rows", 199, 134, 60, 120, 0, 119, 149, ".WW\n.WW\n.WW\n.WW\n.WW\n...\n"},
		{"even, above the knob's row", 200, 100, 60, 180, 150, 85, 150, "...\n.WW\n.WW\n.WW\n.WW\n...\n"},
		{"odd, left of the limit", 180, 101, 60, 180, 0, 86, 130, "...\n.WW\n.WW\n.WW\n.WW\n...\n"},
		{"odd, beyond", 182, 101, 60, 180, 0, 86, 133, "WW.\nWW.\nWW.\nWW.\n...\n...\n"},
		{"even, beyond", 201, 100, 60, 180, 0, 85, 150, "..W\n..W\n..W\n..W\n...\n...\n"},
	} {
		g := inPlay()
		g.BallX, g.BallY, g.EnemyY, g.PaddleY, g.KnobTarget = c.x, c.y, c.enemy, c.paddle, c.knobTarget
		checkPicture(t, c.what, picture(t, g, c.top, c.left, 6, 3, 1, 1), c.want)
	}
}

// TestScreenFirstFrames looks at the pictures of the reset and of the frame after it,
// which have other colours, and at the next one.
func TestScreenFirstFrames(t *testing.T) {
	first := `
	kk,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	,,,,,,,,,e,e,,,,,,,,,,,,,,,,,a,a,,,,,,,,
	,,,,,,,,,eee,,,,,,,,,,,,,,,,,aaa,,,,,,,,
	wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,a,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,a,,,,
	,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
	`
	g := emu.NewGame()
	checkPicture(t, "the reset", picture(t, g, 0, 0, 13, 40, 10, 4), first)
	checkPicture(t, "the reset's ball", picture(t, g, 44, 1, 6, 4, 1, 1), ",,,,\n,ww,\n,ww,\n,ww,\n,ww,\n,,,,\n")
	g.Step(emu.Noop)
	checkPicture(t, "frame 1", picture(t, g, 0, 0, 13, 40, 10, 4), first)
	checkPicture(t, "frame 1, without a ball", picture(t, g, 44, 1, 2, 4, 1, 1), ",,,,\n,,,,\n")
	g.Step(emu.Noop)
	checkPicture(t, "frame 2", picture(t, g, 0, 0, 13, 40, 10, 4), strings.NewReplacer(",", ".", "a", "A", "e", "E", "w", "W").Replace(first))
}

// TestScreenScoreIsLate plays on until each player has made points: a point shows one
// frame after its reward.
func TestScreenScoreIsLate(t *testing.T) {
	for _, c := range []struct {
		name   string
		player player
		reward int32
		left   int
	}{{"opponent", upDown, -1, 20}, {"agent", watcher, 1, 100}} {
		score := func(g emu.Game) string { return picture(t, g, 1, c.left, 20, 28, 1, 1) }
		g, points := emu.NewGame(), 0
		for frame := uint32(2); points < 12; frame++ {
			before := g
			if g.Over() {
				t.Fatalf("the %s made %d points only", c.name, points)
			}
			if g.Step(c.player.act(&g, 0, frame)) != c.reward {
				continue
			}
			points++
			if score(g) != score(before) {
				t.Fatalf("the %s's point %d shows in its own frame", c.name, points)
			}
			shown := score(g)
			g.Step(emu.Noop)
			if score(g) == shown {
				t.Fatalf("the %s's point %d does not show in the next frame", c.name, points)
			}
		}
	}
}

// TestBands holds a screen's bands to the screen, in a game with all that it can show, and on top of
// other bands.
func TestBands(t *testing.T) {
	g := emu.NewGame()
	var s emu.Screen
	var bands []emu.Band
	most := 0
	for frame := range 20_000 {
		g.Step([3]emu.Action{emu.Right, emu.Left, emu.Fire}[frame/37%3])
		if frame%1000 == 0 {
			g.AgentScore, g.EnemyScore = int32(frame/1000), int32(20-frame/1000)
		}
		g.Draw(&s)
		before := 0
		if frame%2 == 1 {
			before = 1 // what is there stays, and is not made one with what comes
		}
		bands = g.Bands(bands[:before])
		y := 0
		for i, band := range bands[before:] {
			if i > 0 && band.Row == bands[before+i-1].Row {
				t.Fatalf("frame %d: bands %d and %d are alike", frame, i-1, i)
			}
			for range band.Rows {
				if s[y] != band.Row {
					t.Fatalf("frame %d: row %d is another in its band", frame, y)
				}
				y++
			}
		}
		if y != emu.ScreenHeight {
			t.Fatalf("frame %d: the bands have %d rows", frame, y)
		}
		most = max(most, len(bands)-before)
	}
	if most < 15 || most > 25 {
		t.Errorf("up to %d bands", most)
	}
}

func BenchmarkScreen(b *testing.B) {
	g := inPlay()
	b.Run("Draw", func(b *testing.B) {
		var s emu.Screen
		for b.Loop() {
			g.Draw(&s)
		}
	})
	b.Run("Bands", func(b *testing.B) {
		var bands []emu.Band
		for b.Loop() {
			bands = g.Bands(bands[:0])
		}
	})
}
