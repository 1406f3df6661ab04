package emu

import (
	"fmt"

	"pongpg/emu/philox"
)

//go:generate go run ./asm -out step_amd64.s -stubs step_stubs_amd64.go -pkg emu

// VectorLanes is the number of adjacent games that are stepped together. Ranges of
// games that are stepped side by side (StepRange) begin at a multiple of it.
const VectorLanes = 16

// Vector is many games, stepped one decision at a time. A decision is a few frames
// with one action (Preset). A game that ends starts again within the same step, so
// that every game is always in play (Gymnasium's same-step autoreset).
//
// Every random number is drawn by name: the vector's seed, the game's stream
// and how many decisions the stream has seen. What a game does therefore depends on
// these and on the actions only, not on other games, on which goroutine stepped it
// or on the processor's instruction set.
type Vector struct {
	games  int
	seed   uint64
	preset Preset
	rules  rules
	blocks []block // the games, VectorLanes a block

	input Input
	shown []Picture // of each game, at its last decision, where observations hold both images

	// Of the games' streams: the name, and the number of decisions drawn.
	stream, tick []uint32

	words [4][]uint32 // random words of the current decision
	team  team        // what Step shares with its workers
}

// NewVector returns games under a preset, each at the first decision of its first
// episode. The random stream of game i is number firstStream+i of the seed. It panics
// if games is not positive or the preset cannot be played.
func NewVector(games int, preset Preset, seed uint64, firstStream uint32) *Vector {
	if games < 1 {
		panic(fmt.Sprintf("emu: a vector of %d games", games))
	}
	preset.check()
	v := &Vector{games: games, seed: seed, preset: preset, rules: preset.rules()}
	v.blocks = make([]block, (games+VectorLanes-1)/VectorLanes)
	for w := range v.words {
		v.words[w] = make([]uint32, games)
	}
	v.stream, v.tick = make([]uint32, games), make([]uint32, games)
	for i := range games {
		v.ResetGame(i, firstStream+uint32(i))
	}
	v.team.init(v)
	return v
}

// Games returns the number of games.
func (v *Vector) Games() int { return v.games }

// Stream returns the random stream of each game and how many decisions each has
// seen: the names under which others may draw numbers for a game's next decision.
// The arrays are the vector's own and must not be changed.
func (v *Vector) Stream() (stream, tick []uint32) { return v.stream, v.tick }

// ResetGame puts game i to the start of an episode, at the beginning of a random
// stream. It panics if there is no such game.
func (v *Vector) ResetGame(i int, stream uint32) {
	v.stream[i], v.tick[i] = stream, 0
	v.startEpisode(i)
}

// StepRange plays one decision of games lo to hi (exclusive) with their actions,
// and writes what comes of it to s. actions and the arrays of s have an element (or
// row) for each of these games. The episodes that ended are appended to ended, in the
// order of games, whose new value is returned. Ranges that begin at multiples of
// VectorLanes may be stepped side by side. It panics if an array is too short.
func (v *Vector) StepRange(lo, hi int, actions []Action, s Step, ended []Episode) []Episode {
	if lo%VectorLanes != 0 || lo < 0 || hi > v.games || lo >= hi {
		panic(fmt.Sprintf("emu: games %d to %d of %d stepped; ranges begin at multiples of %d", lo, hi, v.games, VectorLanes))
	}
	s = s.slice(0, hi-lo)
	if v.advance(lo, hi, actions[:hi-lo], s) {
		ended = v.collect(lo, hi, s, ended)
	}
	return ended
}

// advance plays the decision, and reports whether an episode has ended; where one
// has, the next has not begun.
func (v *Vector) advance(lo, hi int, actions []Action, s Step) (ended bool) {
	w := &v.words
	philox.Blocks(v.seed, philox.PurposeGame, v.tick[lo:hi], v.stream[lo:hi], w[0][lo:hi], w[1][lo:hi], w[2][lo:hi], w[3][lo:hi])
	done, ended := v.advanceLanes(lo, hi, actions, s)
	for i := lo + done; i < hi; i++ {
		if v.advanceOne(i, i-lo, actions[i-lo], s) {
			ended = true
		}
	}
	if v.input == Both {
		v.observeBoth(lo, hi, s.Observation)
	}
	return ended
}

// advanceOne plays the decision of game i, which is element at of the caller's
// arrays: what the vector forms (package asm) are generated after.
func (v *Vector) advanceOne(i, at int, action Action, s Step) (ended bool) {
	b, lane := v.lane(i)
	g := b.load(lane)
	executed := Action(b[fieldExecuted][lane])
	reward, over := int32(0), false
	for f := 0; f < v.preset.SkipMax && v.words[0][i] >= v.rules[f] && !over; f++ {
		if v.words[1+f/2][i]>>(16*(f%2))&0xFFFF >= v.rules[ruleSticky] {
			executed = action
		}
		reward += g.Step(executed)
		over = g.Over()
	}
	before, now := b.picture(lane), g.Picture()
	b.store(lane, &g)
	b.storePicture(lane, now)
	b[fieldExecuted][lane] = int32(executed)
	b[fieldDecisions][lane]++
	v.tick[i]++

	truncated := !over && (uint32(b[fieldDecisions][lane]) > v.rules[ruleDecisions] || b.frames(lane) >= FrameLimit)
	s.Reward[at], s.Terminated[at], s.Truncated[at] = int8(reward), over, truncated
	Observe(s.Observation[at*ObservationWidth:], now, before)
	return over || truncated
}

// collect appends the episodes that have ended to ended and starts the games'
// next ones.
func (v *Vector) collect(lo, hi int, s Step, ended []Episode) []Episode {
	for i := lo; i < hi; i++ {
		at := i - lo
		if !s.Terminated[at] && !s.Truncated[at] {
			continue
		}
		b, lane := v.lane(i)
		ended = append(ended, Episode{
			Game:      i,
			Return:    b[fieldAgentScore][lane] - b[fieldEnemyScore][lane],
			Decisions: b[fieldDecisions][lane],
			Frames:    b.frames(lane),
			Truncated: s.Truncated[at],
		})
		v.startEpisode(i)
		v.observeStart(s.Observation[at*ObservationWidth:], b, lane, i)
	}
	return ended
}

// startEpisode puts game i to the first decision of an episode.
func (v *Vector) startEpisode(i int) {
	b, lane := v.lane(i)
	g := NewGame()
	b.store(lane, &g)
	b[fieldExecuted][lane] = int32(Noop)
	b[fieldDecisions][lane] = 0
	b.storePicture(lane, g.Picture())
}
