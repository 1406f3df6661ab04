package emu

import (
	"bytes"
	"hash/crc32"
	"strconv"
)

// TraceHeader names the columns of a TraceRow.
const TraceHeader = "action,reward,game_over,frame,serve_timer,ball_x,ball_y,minus_speed_x,speed_y,enemy_y,paddle_y,smoothed,enemy_score,agent_score,crc32,ones"

// TraceScreenHeader names TraceRow.ScreenCRC, where it follows the other columns.
const TraceScreenHeader = "screen_crc32"

// TraceRow is a frame as it is recorded to compare with the Arcade Learning
// Environment.
type TraceRow struct {
	Action Action
	Reward int32
	Over   bool
	Game   Game   // after the frame
	CRC    uint32 // CRC-32 (IEEE) of the image's 6,400 bytes, each 0 or 1
	Ones   int    // pixels of the image that are 1
}

// String returns the row as comma-separated numbers under TraceHeader, frame
// modulo 256 as the console keeps it.
func (r TraceRow) String() string { return string(r.AppendTo(nil)) }

// AppendTo appends what String returns to dst.
func (r TraceRow) AppendTo(dst []byte) []byte {
	over := int64(0)
	if r.Over {
		over = 1
	}
	g := &r.Game
	for i, x := range [...]int64{
		int64(r.Action), int64(r.Reward), over, int64(g.Frame & 255), int64(g.ServeTimer),
		int64(g.BallX), int64(g.BallY), int64(-g.SpeedX), int64(g.SpeedY),
		int64(g.EnemyY), int64(g.PaddleY), int64(g.Smoothed), int64(g.EnemyScore), int64(g.AgentScore),
		int64(r.CRC), int64(r.Ones),
	} {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, x, 10)
	}
	return dst
}

// ScreenCRC returns the CRC-32 (IEEE) of the whole picture after the frame (Game.Draw):
// 210·160·3 bytes, red, green and blue of each pixel, row by row.
func (r TraceRow) ScreenCRC() (crc uint32) {
	var screen Screen
	r.Game.Draw(&screen)
	var line [3 * ScreenWidth]byte
	for y := range screen {
		for x, c := range &screen[y] {
			copy(line[3*x:], c[:])
		}
		crc = crc32.Update(crc, crc32.IEEETable, line[:])
	}
	return crc
}

// Tracer plays a game frame by frame and reports each one. A game that is over is
// reset before its next frame.
type Tracer struct {
	game   Game
	over   bool
	frames int
	image  [ImagePixels]uint8
}

// NewTracer returns a Tracer at the first frame of a game.
func NewTracer() *Tracer { return &Tracer{game: NewGame()} }

// Step plays one frame.
func (t *Tracer) Step(a Action) TraceRow {
	if t.over {
		t.game.Reset()
		t.frames = 0
	}
	reward := t.game.Step(a)
	t.frames++
	t.over = t.game.Over() || t.frames == FrameLimit
	t.game.Picture().Draw(t.image[:])
	ones := bytes.Count(t.image[:], []byte{1})
	return TraceRow{a, reward, t.over, t.game, crc32.ChecksumIEEE(t.image[:]), ones}
}
