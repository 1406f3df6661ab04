package emu

// Step is what a decision brings, in the caller's arrays: one element, or one
// row, a game.
type Step struct {
	// Observation [games][ObservationWidth] is the entries (Observe) of the next
	// decision's observation: the picture now minus the one a decision ago; empty
	// where an episode has just begun.
	Observation []uint16

	// Reward is the sum of the decision's rewards: −1, 0 or +1.
	Reward []int8

	// Terminated says that a player has 21 points; Truncated that the
	// preset's time limit, or the console's, has cut the episode off. The
	// observation beside either is the next episode's first.
	Terminated, Truncated []bool
}

// NewStep returns a Step for games games.
func NewStep(games int) Step {
	return Step{
		Observation: make([]uint16, games*ObservationWidth),
		Reward:      make([]int8, games),
		Terminated:  make([]bool, games),
		Truncated:   make([]bool, games),
	}
}

// slice returns the elements and rows of games lo to hi (exclusive).
func (s Step) slice(lo, hi int) Step {
	return Step{
		Observation: s.Observation[lo*ObservationWidth : hi*ObservationWidth],
		Reward:      s.Reward[lo:hi],
		Terminated:  s.Terminated[lo:hi],
		Truncated:   s.Truncated[lo:hi],
	}
}

// Episode is an episode that has ended.
type Episode struct {
	Game      int   // index in the vector
	Return    int32 // sum of rewards: agent's score minus the opponent's
	Decisions int32 // length
	Frames    int32 // length in emulated frames
	Truncated bool
}
