package emu_test

import (
	"bytes"
	"slices"
	"testing"

	"pongpg/emu"
)

// TestObservationRoutes takes every frame of long play by both routes: the screen
// drawn, cropped, halved, freed of its background and subtracted from the one before,
// as the post does it; and codes. It also counts what only rare play shows.
func TestObservationRoutes(t *testing.T) {
	streams := uint32(3)
	if raceDetector {
		streams = 1
	}
	for _, player := range []player{anyAction, upDown, tracker, watcher} {
		t.Run(player.name, func(t *testing.T) {
			t.Parallel()
			for stream := range streams {
				routes := newRoutes(t)
				for d := range uint32(budget(20_000)) {
					routes.step(player.act(&routes.game, stream, d), d)
				}
				if player.name == watcher.name && routes.fastest != 4 {
					t.Errorf("the ball was never faster than %d", routes.fastest)
				}
			}
		})
	}
}

// routes is a game with its image made by both routes.
type routes struct {
	t       *testing.T
	game    emu.Game
	before  emu.Picture
	image   [2][emu.ImagePixels]uint8 // by the screen: now and before
	screen  emu.Screen
	row     [emu.ObservationWidth]uint16
	pixels  []uint16
	fastest int32 // behind the agent's paddle
}

func newRoutes(t *testing.T) *routes {
	r := &routes{t: t, game: emu.NewGame(), pixels: make([]uint16, 0, emu.PixelWidth)}
	r.before = r.game.Picture()
	r.game.Draw(&r.screen)
	r.screen.Image(r.image[0][:])
	return r
}

func (r *routes) step(action emu.Action, frame uint32) {
	if r.game.Over() {
		r.game.Reset()
	}
	r.game.Step(action)
	r.image[1] = r.image[0]
	r.game.Draw(&r.screen)
	r.screen.Image(r.image[0][:])
	now := r.game.Picture()
	if r.game.BallX > 200 && r.game.BallY != 0 {
		r.fastest = max(r.fastest, r.game.SpeedX)
	}

	var drawn [emu.ImagePixels]uint8
	now.Draw(drawn[:])
	if !bytes.Equal(drawn[:], r.image[0][:]) {
		r.t.Fatalf("frame %d: the picture %+v is not the screen's: %+v", frame, now, r.game)
	}
	var want [emu.ImagePixels]int8
	var wantPixels []uint16
	for p := range want {
		want[p] = int8(r.image[0][p]) - int8(r.image[1][p])
		if want[p] != 0 {
			wantPixels = append(wantPixels, entry(p, want[p]))
		}
	}
	emu.Observe(r.row[:], now, r.before)
	if got := expand(r.row[:]); got != want {
		r.t.Fatalf("frame %d: the codes %d are not the difference: %+v", frame, r.row, r.game)
	}
	if r.pixels = emu.Difference.AppendPixels(r.pixels[:0], r.row[:]); !slices.Equal(r.pixels, wantPixels) {
		r.t.Fatalf("frame %d: pixels %d, want %d: %+v", frame, r.pixels, wantPixels, r.game)
	}
	r.before = now
}

// expand returns the sum of a row's shapes.
func expand(row []uint16) (sum [emu.ImagePixels]int8) {
	for _, e := range row {
		if e == emu.EndOfRow {
			break
		}
		for _, pixel := range emu.CodePixels(e >> 1) {
			sum[pixel] += 1 - 2*int8(e&1)
		}
	}
	return sum
}

// TestObserveRows compares rows with what they are to hold: shapes in order, the new
// place before the old, nothing where nothing moved, and then ends.
func TestObserveRows(t *testing.T) {
	const n, end = emu.NoCode, emu.EndOfRow
	for _, c := range []struct {
		now, before emu.Picture
		want        [emu.ObservationWidth]uint16
	}{
		{emu.Blank, emu.Blank, [6]uint16{end, end, end, end, end, end}},
		{emu.Picture{1, 90, 200}, emu.Picture{1, 90, 200}, [6]uint16{end, end, end, end, end, end}},
		{emu.Picture{1, 90, 200}, emu.Blank, [6]uint16{2, 180, 400, end, end, end}},
		{emu.Blank, emu.Picture{1, 90, 200}, [6]uint16{3, 181, 401, end, end, end}},
		{emu.Picture{2, 91, 201}, emu.Picture{1, 90, 200}, [6]uint16{4, 3, 182, 181, 402, 401}},
		{emu.Picture{n, 91, n}, emu.Picture{1, 90, n}, [6]uint16{3, 182, 181, end, end, end}},
		{emu.Picture{n, 91, 0}, emu.Picture{n, 91, 3}, [6]uint16{0, 7, end, end, end, end}},
	} {
		var got [emu.ObservationWidth]uint16
		emu.Observe(got[:], c.now, c.before)
		if got != c.want {
			t.Errorf("from %v to %v: %d, want %d", c.before, c.now, got, c.want)
		}
	}
}

// entry returns the entry of a pixel that has come (1) or gone (−1).
func entry(pixel int, value int8) uint16 {
	if value < 0 {
		return uint16(pixel)<<1 | 1
	}
	return uint16(pixel) << 1
}
