package arena

import "testing"

// TestLayout holds the screen's place to what there is room for.
func TestLayout(t *testing.T) {
	for _, test := range []struct {
		columns, rows int
		screen, panel box
		ok            bool
	}{
		{200, 110, box{0, 0, 160, 105}, box{161, 0, 39, 110}, true}, // pixel by pixel
		{195, 105, box{0, 0, 160, 105}, box{161, 0, 34, 105}, true},
		{80, 24, box{0, 0, 45, 24}, box{46, 0, 34, 24}, true},  // a classical terminal
		{160, 24, box{0, 0, 64, 24}, box{65, 0, 95, 24}, true}, // as wide as television
		{70, 60, box{0, 0, 70, 45}, box{0, 45, 70, 15}, true},  // square pixels, above
		{59, 22, box{0, 0, 24, 15}, box{25, 0, 34, 22}, true},  // the least beside
		{34, 35, box{0, 0, 34, 22}, box{0, 22, 34, 13}, true},  // and above
		{58, 12, box{0, 0, 2, 1}, box{}, false},
		{10, 5, box{}, box{}, false},
	} {
		screen, panel, ok := layout(test.columns, test.rows)
		if ok != test.ok || ok && (screen != test.screen || panel != test.panel) {
			t.Errorf("%d×%d: %v, %v, %v, want %v, %v, %v", test.columns, test.rows, screen, panel, ok, test.screen, test.panel, test.ok)
		}
	}
	for columns := range 250 {
		for rows := range 130 {
			screen, panel, ok := layout(columns, rows)
			if !ok {
				continue
			}
			if screen.columns > 160 || screen.rows > 105 || screen.columns > columns || screen.rows > rows ||
				panel.column+panel.columns > columns || panel.row+panel.rows > rows || panel.columns < 34 || panel.rows < 11 {
				t.Fatalf("%d×%d: %v, %v", columns, rows, screen, panel)
			}
		}
	}
}
