package emu

import (
	"fmt"

	"pongpg/emu/philox"
)

// VectorLanes is the number of adjacent games that are stepped together. Ranges of
// games that are stepped side by side (StepRange) begin at a multiple of it.
const VectorLanes = 16

// Vector is many games, stepped one decision at a time. A decision is a few frames
// with one action (Preset). A game that ends starts again within the same step, so
// that every game is always in play (Gymnasium's same-step autoreset).
//
// Every random number is drawn by name: the vector's seed, the game's stream
// and how many decisions the stream has seen. What a game does therefore depends on these
// and on the actions only, not on other games or on which goroutine stepped it.
type Vector struct {
	games  int
	seed   uint64
	preset Preset
	state  [stateFields][]int32 // one array a variable, one element a game

	// Of the games' streams: the name, and the number of decisions drawn.
	stream, tick []uint32

	words [4][]uint32 // random words of the current decision
}

// The variables of a game in a Vector: those of Game, then what outlives a frame
// only here.
const (
	fieldFrame = iota
	fieldServeTimer
	fieldBallX
	fieldBallY
	fieldSpeedX
	fieldSpeedY
	fieldEnemyY
	fieldPaddleY
	fieldSmoothed
	fieldKnob
	fieldKnobTarget
	fieldEnemyScore
	fieldAgentScore
	fieldFired
	fieldExecuted  // the action of the last frame, which a sticky one repeats
	fieldDecisions // of this episode so far
	fieldEnemyCode // the Picture at the last decision
	fieldAgentCode
	fieldBallCode
	stateFields
)

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

// Episode is an episode that has ended.
type Episode struct {
	Game      int   // index in the vector
	Return    int32 // sum of rewards: agent's score minus the opponent's
	Decisions int32 // length
	Frames    int32 // length in emulated frames
	Truncated bool
}

// NewVector returns games under a preset, each at the first decision of its first
// episode. The random stream of game i is number firstStream+i of the seed. It panics if
// games is not positive.
func NewVector(games int, preset Preset, seed uint64, firstStream uint32) *Vector {
	if games < 1 {
		panic(fmt.Sprintf("emu: a vector of %d games", games))
	}
	preset.check()
	v := &Vector{games: games, seed: seed, preset: preset}
	padded := (games + VectorLanes - 1) / VectorLanes * VectorLanes
	for f := range v.state {
		v.state[f] = make([]int32, padded)
	}
	for w := range v.words {
		v.words[w] = make([]uint32, padded)
	}
	v.stream, v.tick = make([]uint32, padded), make([]uint32, padded)
	for i := range padded {
		v.ResetGame(i, firstStream+uint32(i))
	}
	return v
}

// Games returns the number of games.
func (v *Vector) Games() int { return v.games }

// Stream returns the random stream of each game and how many decisions each has
// seen: the names under which others may draw numbers for a game's next decision.
// The arrays are the vector's own and must not be changed.
func (v *Vector) Stream() (stream, tick []uint32) { return v.stream[:v.games], v.tick[:v.games] }

// ResetGame puts game i to the start of an episode, at the beginning of a random
// stream.
func (v *Vector) ResetGame(i int, stream uint32) {
	v.stream[i], v.tick[i] = stream, 0
	v.startEpisode(i)
}

// startEpisode puts game i to the first decision of an episode.
func (v *Vector) startEpisode(i int) {
	g := NewGame()
	v.store(i, &g)
	v.state[fieldExecuted][i] = int32(Noop)
	v.state[fieldDecisions][i] = 0
	v.storePicture(i, g.Picture())
}

// StepRange plays one decision of games lo to hi (exclusive) with their actions,
// and writes what comes of it to s. actions and the arrays of s have an element (or row) for
// each of these games. The episodes that ended are appended to ended, whose new
// value is returned. Ranges that begin at multiples of VectorLanes may be stepped side by side.
// It panics if an array is too short.
func (v *Vector) StepRange(lo, hi int, actions []Action, s Step, ended []Episode) []Episode {
	if lo%VectorLanes != 0 || lo < 0 || hi > v.games || lo >= hi {
		panic(fmt.Sprintf("emu: games %d to %d of %d stepped; ranges begin at multiples of %d", lo, hi, v.games, VectorLanes))
	}
	n := hi - lo
	actions, s.Reward = actions[:n], s.Reward[:n]
	s.Terminated, s.Truncated = s.Terminated[:n], s.Truncated[:n]
	s.Observation = s.Observation[:n*ObservationWidth]
	v.draw(lo, hi)
	for i := lo; i < hi; i++ {
		ended = v.stepOne(i, i-lo, actions[i-lo], s, ended)
	}
	return ended
}

// draw draws the random words of the games' next decision.
func (v *Vector) draw(lo, hi int) {
	w := &v.words
	for i := lo; i < hi; i++ {
		w[0][i], w[1][i], w[2][i], w[3][i] = philox.Block(v.seed, v.tick[i], v.stream[i], philox.PurposeGame, 0)
		v.tick[i]++
	}
}

// stepOne plays one decision of game i, which is element at of the caller's arrays.
func (v *Vector) stepOne(i, at int, action Action, s Step, ended []Episode) []Episode {
	g := v.load(i)
	executed := Action(v.state[fieldExecuted][i])
	reward, over := int32(0), false
	for f := range v.skip(i) {
		if !v.sticks(i, f) {
			executed = action
		}
		reward += g.Step(executed)
		if over = g.Over(); over {
			break
		}
	}
	before, now := v.picture(i), g.Picture()
	v.store(i, &g)
	v.state[fieldExecuted][i] = int32(executed)
	v.storePicture(i, now)
	v.state[fieldDecisions][i]++
	s.Reward[at] = int8(reward)
	Observe(s.Observation[at*ObservationWidth:], now, before)
	return v.finish(i, at, over, s, ended)
}

// skip returns the number of frames of game i's current decision: uniform, by the
// high half of a product, from word 0.
func (v *Vector) skip(i int) int {
	span := uint64(v.preset.SkipMax - v.preset.SkipMin + 1)
	return v.preset.SkipMin + int(uint64(v.words[0][i])*span>>32)
}

// sticks reports whether frame f of game i's current decision repeats the last
// executed action: 16 bits of words 1 and 2 for each frame.
func (v *Vector) sticks(i, f int) bool {
	return v.words[1+f/2][i]>>(16*(f%2))&0xFFFF < v.stickyBelow()
}

// stickyBelow returns the probability of a sticky action in units of 2⁻¹⁶.
func (v *Vector) stickyBelow() uint32 { return uint32(v.preset.Sticky*(1<<16) + 0.5) }

// finish writes how the decision ended, and starts the next episode of a game
// whose episode is over.
func (v *Vector) finish(i, at int, over bool, s Step, ended []Episode) []Episode {
	frames := (v.state[fieldFrame][i] - resetFrame) & 0xFFFF
	decisions := v.state[fieldDecisions][i]
	truncated := !over && (int(decisions) >= v.preset.TimeLimit || frames >= FrameLimit)
	s.Terminated[at], s.Truncated[at] = over, truncated
	if !over && !truncated {
		return ended
	}
	ended = append(ended, Episode{
		Game:      i,
		Return:    v.state[fieldAgentScore][i] - v.state[fieldEnemyScore][i],
		Decisions: decisions,
		Frames:    frames,
		Truncated: truncated,
	})
	v.startEpisode(i)
	s.Observation[at*ObservationWidth] = EndOfRow
	return ended
}
