package arena

import (
	"pongpg/cmd/internal/terminal"
	"pongpg/emu"
)

const (
	// On a terminal that does not say when a key is let go, hold is how many frames one that is
	// repeated counts as held after it was last heard of: longer than what is between two
	// repetitions (a thirtieth of a second on most machines), short enough for a small move.
	hold = 6

	// There a key that is pressed is not repeated for a quarter to half a second, and until then nobody
	// knows if it is held. It counts as held for so many frames, for a few of them wholly, then in one
	// frame of several: a tap is a small move, and a paddle does not stand still until the repetition.
	due                   = 30
	tapFrames             = 2
	rightEvery, leftEvery = 6, 3

	// A person's paddle on the left moves as the opponent's does, two rows a frame, while a
	// key has been held for a few frames, then twice as fast: about two thirds of what the
	// knob on the right does.
	leftSlow, leftFast = 2, 4
	slowFrames         = 3

	// The left paddle's last row where it is wholly in the field: even, as always.
	leftTop, leftBottom, leftStart = 50, 192, 120
)

// Person is somebody at the keyboard: up and down, or w and s, and the space bar. Key hears a
// terminal's keys, Hold what is held as others know it.
type Person struct {
	up, down, fire held
	releases       bool  // the terminal says when a key is let go
	y              int32 // last row of the paddle on the left
	moving         int   // frames for which it has gone one way
	way            int32 // which one that is
}

// held is how a key is held.
type held struct {
	frames int  // for which it still counts as held
	age    int  // frames since it was pressed
	quiet  int  // frames since it was last heard of
	steady bool // it is known to be held: it is repeated, or will be let go
}

const untilReleased = 1 << 30

// now reports whether a key moves something in this frame, which it does in one of every frames as long
// as it may be a tap.
func (h *held) now(every int) bool {
	return h.frames > 0 && (h.steady || h.age < tapFrames || h.age%every == 0)
}

// NewPerson returns somebody who has not touched a key.
func NewPerson() *Person { return &Person{y: leftStart} }

// Key takes note of a key.
func (p *Person) Key(k terminal.Key) {
	switch k.Code {
	case terminal.ReportsReleases:
		p.releases = true
	case terminal.Up, 'w', 'W':
		p.touch(&p.up, k.Event)
		p.down = p.yield(p.down, k.Event)
	case terminal.Down, 's', 'S':
		p.touch(&p.down, k.Event)
		p.up = p.yield(p.up, k.Event)
	case ' ':
		p.touch(&p.fire, k.Event)
	}
}

// Hold says which keys are held from now on, for who is told when each is pressed and let go.
func (p *Person) Hold(up, down, fire bool) {
	p.up, p.down, p.fire = heldIf(up), heldIf(down), heldIf(fire)
}

func heldIf(is bool) held {
	if is {
		return held{frames: untilReleased, steady: true}
	}
	return held{}
}

func (p *Person) touch(key *held, event terminal.Event) {
	switch {
	case event == terminal.Released:
		*key = held{}
	case p.releases:
		*key = heldIf(true)
	case key.frames > 0 && key.quiet < hold:
		key.frames, key.quiet, key.steady = hold, 0, true
	default:
		*key = held{frames: due}
	}
}

// yield returns what remains of a direction's key when the other's is pressed: nothing,
// unless it is known to be held still.
func (p *Person) yield(other held, event terminal.Event) held {
	if event == terminal.Pressed && other.frames != untilReleased {
		return held{}
	}
	return other
}

// direction returns −1 for up, 1 for down, 0 for neither or both.
func (p *Person) direction(every int) int32 {
	d := int32(0)
	if p.up.now(every) {
		d--
	}
	if p.down.now(every) {
		d++
	}
	return d
}

// Action returns what the person does at the right paddle.
func (p *Person) Action() emu.Action {
	turn := 1 + p.direction(rightEvery)
	if p.fire.now(1) {
		return [3]emu.Action{emu.RightFire, emu.Fire, emu.LeftFire}[turn]
	}
	return [3]emu.Action{emu.Right, emu.Noop, emu.Left}[turn]
}

// Left returns where the person's paddle on the left is after another frame: its last row.
func (p *Person) Left() int32 {
	d := p.direction(leftEvery)
	if d != p.way {
		p.moving, p.way = 0, d
	}
	p.moving++
	if p.moving > slowFrames {
		d *= leftFast
	} else {
		d *= leftSlow
	}
	p.y = min(max(p.y+d, leftTop), leftBottom)
	return p.y
}

// Frame lets a frame pass.
func (p *Person) Frame() {
	for _, key := range [3]*held{&p.up, &p.down, &p.fire} {
		key.age++
		key.quiet++
		if key.frames > 0 && key.frames != untilReleased {
			key.frames--
		}
	}
}
