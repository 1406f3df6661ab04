package emu

import "pongpg/emu/philox"

// Frames is one game under a preset, played frame by frame for somebody to look at or to
// play along. What it plays is, bit for bit, what a Vector with the same seed plays in a
// game that has just been reset to the same stream.
//
// A decision is begun by Act and played by Next, as often as that returns true. The game is
// the caller's to draw; its EnemyY may be changed after each frame, to any even number in
// 0…206, to move the opponent's paddle.
type Frames struct {
	Game Game

	// Of the episode: frames and decisions so far, the last one included.
	Frame, Decisions int32

	preset Preset
	rules  rules
	seed   uint64
	stream uint32

	words            [4]uint32 // random words of the decision
	next             int       // frame of it
	over             bool
	action, executed Action
	shown, before    Picture // at the decision, and at the one before
}

// NewFrames returns a game under a preset, at the first decision of the stream's episode. It
// panics if the preset cannot be played.
func NewFrames(preset Preset, seed uint64, stream uint32) *Frames {
	preset.check()
	f := &Frames{preset: preset, rules: preset.rules(), seed: seed}
	f.Begin(stream)
	return f
}

// Begin puts the game to the start of an episode, at the beginning of a random stream.
func (f *Frames) Begin(stream uint32) {
	*f = Frames{Game: NewGame(), preset: f.preset, rules: f.rules, seed: f.seed, stream: stream, next: MaxSkip}
	f.shown = f.Game.Picture()
	f.before = f.shown
}

// Stream returns the random stream, and how many decisions it has seen: the names under
// which others may draw numbers for the next decision.
func (f *Frames) Stream() (stream, tick uint32) { return f.stream, uint32(f.Decisions) }

// Act begins a decision. It panics if the one before has frames left, or the episode is over.
func (f *Frames) Act(a Action) {
	if f.More() || f.Ended() {
		panic("emu: a decision before the last one was played to its end, or after the episode's")
	}
	f.words[0], f.words[1], f.words[2], f.words[3] = philox.Block(f.seed, uint32(f.Decisions), f.stream, philox.PurposeGame, 0)
	f.action, f.next = a, 0
	f.Decisions++
}

// More reports whether the decision has another frame.
func (f *Frames) More() bool {
	return !f.over && f.next < f.preset.SkipMax && f.words[0] >= f.rules[f.next]
}

// Next plays the decision's next frame, and returns its reward as Game.Step does. It panics
// if there is none.
func (f *Frames) Next() (reward int32) {
	if !f.More() {
		panic("emu: a decision has no more frames: Act comes first")
	}
	if f.words[1+f.next/2]>>(16*(f.next%2))&0xFFFF >= f.rules[ruleSticky] {
		f.executed = f.action
	}
	reward = f.Game.Step(f.executed)
	f.next++
	f.Frame++
	f.over = f.Game.Over()
	return reward
}

// Executed returns the action of the last frame, which is an earlier decision's where the
// preset is sticky.
func (f *Frames) Executed() Action { return f.executed }

// Ended reports whether the episode is over: a player has 21 points, or a time limit, looked
// at between decisions, has cut it off.
func (f *Frames) Ended() bool {
	cut := uint32(f.Decisions) > f.rules[ruleDecisions] || f.Frame >= FrameLimit
	return f.over || cut && !f.More()
}

// Observe writes the observation of the next decision to row, as the Input says. It is to be
// called once a decision, before Act. It panics if row is shorter than ObservationWidth.
func (f *Frames) Observe(row []uint16, in Input) {
	f.before, f.shown = f.shown, f.Game.Picture()
	switch {
	case in == Both:
		ObserveBoth(row, f.shown, f.before)
	case f.Decisions == 0:
		Observe(row, Blank, Blank)
	default:
		Observe(row, f.shown, f.before)
	}
}
