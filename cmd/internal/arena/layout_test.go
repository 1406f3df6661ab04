package arena

import "testing"

// winning is what the default recipe's policies have to say, post's what the post's have.
var (
	winning = content{actions: 6, images: 2}
	post    = content{actions: 2, images: 1}
)

// TestLayout holds the screen's place to what there is room for.
func TestLayout(t *testing.T) {
	for _, test := range []struct {
		columns, rows int
		of            content
		screen, panel box
		ok            bool
	}{
		{200, 110, winning, box{0, 0, 160, 105}, box{161, 0, 39, 110}, true}, // pixel by pixel
		{195, 105, winning, box{0, 0, 160, 105}, box{161, 0, 34, 105}, true},
		{80, 24, winning, box{0, 0, 45, 24}, box{46, 0, 34, 24}, true},  // a classical terminal
		{160, 24, winning, box{0, 0, 64, 24}, box{65, 0, 95, 24}, true}, // as wide as television
		{70, 60, winning, box{0, 0, 70, 45}, box{0, 45, 70, 15}, true},  // square pixels, above
		{59, 24, winning, box{0, 0, 24, 15}, box{25, 0, 34, 24}, true},
		{34, 35, winning, box{0, 0, 34, 14}, box{0, 14, 34, 21}, true},
		{80, 16, winning, box{0, 0, 28, 16}, box{29, 0, 51, 16}, true}, // a smaller screen for a panel in two columns
		{80, 16, content{person: true}, box{0, 0, 42, 16}, box{43, 0, 37, 16}, true},
		{59, 12, winning, box{0, 0, 24, 12}, box{25, 0, 34, 12}, true}, // the least beside
		{34, 20, post, box{0, 0, 32, 12}, box{0, 12, 34, 8}, true},     // and above
		{58, 12, winning, box{}, box{}, false},
		{34, 19, post, box{}, box{}, false},
		{10, 5, post, box{}, box{}, false},
	} {
		screen, panel, ok := layout(test.columns, test.rows, test.of)
		if ok != test.ok || ok && (screen != test.screen || panel != test.panel) {
			t.Errorf("%d×%d: %v, %v, %v, want %v, %v, %v", test.columns, test.rows, screen, panel, ok, test.screen, test.panel, test.ok)
		}
	}
	for columns := range 250 {
		for rows := range 130 {
			screen, panel, ok := layout(columns, rows, winning)
			if !ok {
				continue
			}
			if screen.columns > 160 || screen.rows > 105 || screen.columns > columns || screen.rows > rows ||
				panel.column+panel.columns > columns || panel.row+panel.rows > rows || panel.columns < panelColumns || panel.rows < panelRows {
				t.Fatalf("%d×%d: %v, %v", columns, rows, screen, panel)
			}
		}
	}
}

// TestLevel holds what is left out on which sizes to what the user is told: on terminals of all
// others the difference and some units are there.
func TestLevel(t *testing.T) {
	for _, of := range []content{winning, post, {actions: 6, images: 2, person: true}} {
		for columns := 1; columns < 250; columns++ {
			for rows := 1; rows < 130; rows++ {
				enough := columns >= 59 && rows >= 24 || columns >= 34 && rows >= 35 || columns >= 80 && rows >= 16
				if _, panel, _ := layout(columns, rows, of); enough && arrange(panel.columns, panel.rows, of).level < whole {
					t.Fatalf("%+v: on %d×%d something is left out", of, columns, rows)
				}
			}
		}
	}
}

// TestArrange finds the parts of panels of all sizes within them, and apart from each other.
func TestArrange(t *testing.T) {
	notes := []string{"", "an error that needs more than a line of a panel that is not wide"}
	for _, of := range []content{winning, post, {actions: 3, images: 2}, {person: true}} {
		for columns := panelColumns; columns < 200; columns += 3 {
			for rows := panelRows; rows < 120; rows++ {
				of.note = notes[(columns+rows)%2]
				p := arrange(columns, rows, of)
				parts := append([]box{p.words, p.bars, p.units, p.keys, p.headline}, p.images...)
				for i, a := range parts {
					if a.column < 0 || a.row < 0 || a.column+a.columns > columns || a.row+a.rows > rows {
						t.Fatalf("%+v on %d×%d: part %d is at %v", of, columns, rows, i, a)
					}
					for j, b := range parts[:i] {
						if a.column < b.column+b.columns && b.column < a.column+a.columns && a.row < b.row+b.rows && b.row < a.row+a.rows {
							t.Fatalf("%+v on %d×%d: part %d at %v covers part %d at %v", of, columns, rows, i, a, j, b)
						}
					}
				}
				if images := len(p.images); images > 0 && p.images[0].columns < minSeen || p.level == whole && of.images > 0 && (images == 0 || p.units.rows <= minUnits) {
					t.Fatalf("%+v on %d×%d: %+v", of, columns, rows, p)
				}
			}
		}
	}
}
