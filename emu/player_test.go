package emu_test

import (
	"testing"

	"pongpg/emu"
)

// player chooses the action of game i's decision d, which the picture and the
// paddles of game may help with.
type player struct {
	name string
	act  func(game *emu.Game, i, d uint32) emu.Action
}

var (
	// anyAction changes between all six actions often enough to reach every corner.
	anyAction = player{"any", func(_ *emu.Game, i, d uint32) emu.Action {
		return emu.MinimalActions[random(i, d/8)%6]
	}}

	upDown = player{"updown", func(_ *emu.Game, i, d uint32) emu.Action {
		return emu.Right + emu.Action(random(i, d)&1)
	}}

	// tracker follows the ball, as well as its game's number says, with the button
	// held every now and then, so that rallies are long and the ball is fast.
	tracker = player{"tracker", func(g *emu.Game, i, d uint32) emu.Action {
		if random(i, d)%16 < i%4 {
			return emu.MinimalActions[random(i, d)>>8%6]
		}
		aim := g.PaddleY + int32(random(i, d/256)%16)
		button := random(i, d/64)&1 == 1
		switch {
		case g.BallY == 0 || g.BallY >= aim-4 && g.BallY <= aim+4:
			if button {
				return emu.Fire
			}
			return emu.Noop
		case g.BallY < aim:
			if button {
				return emu.RightFire
			}
			return emu.Right
		case button:
			return emu.LeftFire
		}
		return emu.Left
	}}

	// watcher follows the ball with the button held, which makes it as fast as it can
	// be, and lets it pass every third time.
	watcher = player{"watcher", func(g *emu.Game, i, d uint32) emu.Action {
		aim := g.PaddleY + 6
		if (g.AgentScore+g.EnemyScore)%3 == 2 && g.SpeedX >= 3 {
			aim += 40
		}
		switch {
		case g.BallY >= aim-3 && g.BallY <= aim+3:
			return emu.Fire
		case g.BallY < aim:
			return emu.RightFire
		}
		return emu.LeftFire
	}}

	// stall and the opponent both return the ball for ever, at 1 and at 4 frames a
	// decision, where nothing is random.
	stall = player{"stall", func(g *emu.Game, _, _ uint32) emu.Action {
		aim := g.PaddleY + 1
		switch {
		case g.BallY == 0 || g.BallY >= aim-3 && g.BallY <= aim+3:
			return emu.Noop
		case g.BallY < aim:
			return emu.Right
		}
		return emu.Left
	}}
)

// budget returns n, or a part of it where tests are to be quick or are slow.
func budget(n int) int {
	if testing.Short() || raceDetector {
		return n / 10
	}
	return n
}
