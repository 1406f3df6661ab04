package trainer

import (
	"pongpg/emu"
)

// sight is what can be seen in the two images of an observation (emu.Both) of where things
// are. Nothing of it comes from the game: shapes are told apart by their pixels, as anybody
// would who looks at the images: two columns wide is a paddle, one the ball.
type sight struct {
	ball, before place // of the ball, in the image and in the one before
	agent        place // of the paddle on the right
	agentBefore  place
}

// place is a row and a column of an image: a shape's first pixel, or nowhere.
type place struct {
	row, column int8
	seen        bool
}

// shape is what a code looks like.
type shape struct {
	place
	kind shapeKind
}

type shapeKind uint8

const (
	ballShape shapeKind = iota
	enemyShape
	agentShape
)

// shapes are those of all codes.
var shapes = func() (list [emu.Codes]shape) {
	for code := range list {
		pixels := emu.CodePixels(uint16(code))
		if len(pixels) == 0 {
			continue
		}
		row, column := pixels[0]/emu.ImageSize, pixels[0]%emu.ImageSize
		last := pixels[len(pixels)-1] % emu.ImageSize
		list[code].place = place{int8(row), int8(column), true}
		switch {
		case last == column:
			list[code].kind = ballShape
		case column < emu.ImageSize/2:
			list[code].kind = enemyShape
		default:
			list[code].kind = agentShape
		}
	}
	return list
}()

// look returns what is to be seen in an observation of emu.Both.
func look(row []uint16) (s sight) {
	for _, e := range row[:emu.ObservationWidth] {
		if e == emu.EndOfRow {
			break
		}
		code := int(e >> 1)
		if code >= emu.Codes {
			switch seen := &shapes[code-emu.Codes]; seen.kind {
			case ballShape:
				s.before = seen.place
			case agentShape:
				s.agentBefore = seen.place
			}
			continue
		}
		switch seen := &shapes[code]; seen.kind {
		case ballShape:
			s.ball = seen.place
		case agentShape:
			s.agent = seen.place
		}
	}
	return s
}

// approaching reports whether the ball is seen to come closer to the agent.
func (s *sight) approaching() bool {
	return s.ball.seen && s.before.seen && s.ball.column > s.before.column
}
