package emu_test

import (
	"slices"
	"testing"

	"pongpg/emu"
)

// TestCodesDiffer holds all codes to distinct, ascending pixels of the image.
func TestCodesDiffer(t *testing.T) {
	seen := map[string]int{}
	for code := range emu.Codes {
		pixels := emu.CodePixels(uint16(code))
		if len(pixels) == 0 || len(pixels) > 16 {
			t.Fatalf("code %d has %d pixels", code, len(pixels))
		}
		key := ""
		for i, pixel := range pixels {
			if pixel >= emu.ImagePixels || i > 0 && pixel <= pixels[i-1] {
				t.Fatalf("code %d has the pixels %d", code, pixels)
			}
			key += string(rune(pixel)) + ","
		}
		if other, ok := seen[key]; ok {
			t.Fatalf("codes %d and %d have the same pixels", other, code)
		}
		seen[key] = code
	}
	if emu.CodePixels(emu.NoCode) != nil {
		t.Error("NoCode has pixels")
	}
}

// TestCodePanics checks that a number that is not a code is a mistake.
func TestCodePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for a number that is not a code")
		}
	}()
	emu.CodePixels(emu.Codes)
}

// TestPicturesHaveCodes puts the ball in every place, with the paddles and the knob in
// some: the shapes have codes, of their kind, that share no pixel, and the ball is seen
// in its own column only.
func TestPicturesHaveCodes(t *testing.T) {
	places := []int32{38, 60, 81, 110, 131, 160, 200, 203}
	step := 1
	if testing.Short() || raceDetector {
		step = 7
	}
	g := emu.NewGame()
	g.Frame = 1000
	for at := 0; at < 256*256*len(places)*4; at += step {
		rest := at / (256 * 256)
		g.BallX, g.BallY = int32(at&255), int32(at>>8&255)
		g.PaddleY, g.EnemyY = places[rest%8], places[(rest+3)%8]&^1
		g.KnobTarget = []int32{38, 80, 110, 204}[rest/8]
		checkCodes(t, &g)
	}
	for paddle := int32(0); paddle <= 206; paddle += 2 {
		g.EnemyY, g.PaddleY = paddle, max(paddle, 38)
		checkCodes(t, &g)
		for _, x := range []int32{63, 65, 66, 67, 68, 187, 189, 190, 191, 192, 199, 201, 203, 205, 207} {
			g.KnobTarget = 38
			for g.BallX, g.BallY = x, 1; g.BallY < 256; g.BallY += int32(step) {
				checkCodes(t, &g)
			}
		}
	}
}

func checkCodes(t *testing.T, g *emu.Game) {
	p := g.Picture()
	for i, code := range [3]uint16{p.Enemy, p.Agent, p.Ball} {
		if code == emu.NoCode {
			continue
		}
		if int(code) >= emu.Codes || min(code/(80+7), 2) != uint16(i) {
			t.Fatalf("shape %d has code %d: %+v", i, code, *g)
		}
	}
	ball := emu.CodePixels(p.Ball)
	if g.BallY == 0 && ball != nil {
		t.Fatalf("there is no ball, but it has code %d: %+v", p.Ball, *g)
	}
	x := (g.BallX - 49 + 160) % 160
	column := uint16(x+1) / 2 % 80
	for _, pixel := range ball {
		if pixel%80 != column || slices.Contains(emu.CodePixels(p.Enemy), pixel) || slices.Contains(emu.CodePixels(p.Agent), pixel) {
			t.Fatalf("the ball has pixels %d: %+v", ball, *g)
		}
	}
}
