package emu

import "fmt"

// Action is what the player does during a frame, by its number in the Arcade
// Learning Environment. Only Pong's minimal action set exists.
type Action uint8

// The minimal action set of Pong. Right moves the agent's paddle up, Left down:
// they are the two ends of the console's paddle knob.
const (
	Noop      Action = 0
	Fire      Action = 1
	Right     Action = 3
	Left      Action = 4
	RightFire Action = 11
	LeftFire  Action = 12
)

// MinimalActions is the minimal action set in the order of Gymnasium's Pong: the
// action at index i is Gymnasium's action i.
var MinimalActions = [6]Action{Noop, Fire, Right, Left, RightFire, LeftFire}

// ParseAction returns the action with an ALE number. The error names the choices.
func ParseAction(ale int) (Action, error) {
	for _, a := range MinimalActions {
		if int(a) == ale {
			return a, nil
		}
	}
	return 0, fmt.Errorf("action %d is not one of Pong's: use 0 (noop), 1 (fire), 3 (right, up), 4 (left, down), 11 (right+fire) or 12 (left+fire)", ale)
}

// turn returns the paddle knob's direction: −1 for Right (up), +1 for Left
// (down), else 0.
func (a Action) turn() int32 {
	switch a {
	case Right, RightFire:
		return -1
	case Left, LeftFire:
		return 1
	}
	return 0
}

// fires reports whether the button is held.
func (a Action) fires() bool { return a == Fire || a == RightFire || a == LeftFire }
