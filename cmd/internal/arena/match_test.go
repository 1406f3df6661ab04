package arena

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pongpg/cmd/internal/canvas"
	"pongpg/cmd/internal/terminal"
	"pongpg/emu"
	"pongpg/trainer"
	"pongpg/trainer/compute"
)

// TestMatch plays the episodes that eval plays, shows their end for a second, and counts.
func TestMatch(t *testing.T) {
	dir, _ := newRun(t, "win")
	for _, greedy := range []bool{false, true} {
		m := newMatch(t, dir, nil, 9, greedy)
		want, err := trainer.Evaluate(context.Background(), m.Agent.backend, m.Agent.Policy, m.Agent.Preset, 2, 9, greedy)
		if err != nil {
			t.Fatal(err)
		}
		limits, frames, sum := Limits{Episodes: 2}, 0, int32(0)
		var lengths []int32
		for before := m.Decisions(); !limits.Reached(m); frames++ {
			sum += step(t, m)
			if g := m.Game(); m.rest == 30 && max(g.AgentScore, g.EnemyScore) != 21 {
				t.Errorf("the end is shown as %d to %d", g.EnemyScore, g.AgentScore)
			}
			if m.Decisions() < before {
				lengths = append(lengths, before)
			}
			before = m.Decisions()
		}
		lengths = append(lengths, m.Decisions())
		if !slices.Equal(m.Returns, want.Returns) || !slices.Equal(lengths, want.Lengths) || sum != want.Returns[0]+want.Returns[1] {
			t.Errorf("returns %d after %d decisions, want %d after %d", m.Returns, lengths, want.Returns, want.Lengths)
		}
		if shown := int(want.MeanFrames*2+0.5) + 2*endFrames; m.Played != frames || frames > shown || frames < shown-2 {
			t.Errorf("%d frames, said to be %d, want %d", frames, m.Played, shown)
		}
		if m.Episode != 2 || m.Points < 42 {
			t.Errorf("episode %d, %d points", m.Episode, m.Points)
		}
	}
}

// TestLimits ends matches: at a number of frames, and a point when it has been shown.
func TestLimits(t *testing.T) {
	dir, _ := newRun(t, "win")
	m := newMatch(t, dir, nil, 1, false)
	for limits := (Limits{Frames: 77}); !limits.Reached(m); {
		step(t, m)
	}
	if m.Played != 77 {
		t.Errorf("%d frames", m.Played)
	}
	last := 0
	for limits := (Limits{Points: 3}); !limits.Reached(m); {
		if step(t, m) != 0 {
			last = m.Played
		}
	}
	if m.Points != 3 || m.Played-last < 55 || m.Played-last > 63 {
		t.Errorf("%d points, %d frames after the last one", m.Points, m.Played-last)
	}
}

// TestPlayOn begins a film where there is a ball, on the screen and in what the network sees.
func TestPlayOn(t *testing.T) {
	dir, _ := newRun(t, "win")
	for seed := range uint64(5) {
		m := newMatch(t, dir, nil, seed, false)
		if err := m.PlayOn(); err != nil {
			t.Fatal(err)
		}
		if m.Played > 70 || m.Points > 0 || m.BetweenPoints() {
			t.Errorf("it begins after %d frames and %d points", m.Played, m.Points)
		}
		ball := 0
		for i, c := range m.Difference().Pix {
			if x := i % emu.ImageSize; c == canvas.Plus && x > 20 && x < 60 {
				ball++
			}
		}
		if ball == 0 {
			t.Error("the network sees no ball")
		}
	}
}

// broken is a device that fails, and counts how often it is closed.
type broken struct {
	compute.Backend
	closed int
}

var errBroken = errors.New("broken")

func (b *broken) Sync() error  { return errBroken }
func (b *broken) Close() error { b.closed++; return b.Backend.Close() }

// TestOfferFails offers an agent whose device fails: it is closed, and the one before plays on.
func TestOfferFails(t *testing.T) {
	dir, _ := newRun(t, "win")
	m := newMatch(t, dir, nil, 1, false)
	next, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := &broken{Backend: next.backend}
	next.backend = b
	before := m.Agent
	if err := m.Offer(next); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Step(); !errors.Is(err, errBroken) {
		t.Errorf("offered what is broken: %v", err)
	}
	if b.closed != 1 || m.Agent != before {
		t.Errorf("closed %d times; the other plays: %v", b.closed, m.Agent == before)
	}
	step(t, m)
}

// TestPersonOnTheRight plays against the console: keys move the green paddle, frame by frame
// as the console does.
func TestPersonOnTheRight(t *testing.T) {
	m := alone(t)
	want := emu.NewGame()
	for frame := range 400 {
		action := emu.Noop
		switch frame {
		case 100:
			m.Person.Key(terminal.Key{Code: terminal.Up})
		case 200:
			m.Person.Key(terminal.Key{Code: 's'})
			m.Person.Key(terminal.Key{Code: ' '})
		}
		tapped := func(since int) bool {
			return since >= 0 && since < due && (since < tapFrames || since%rightEvery == 0)
		}
		if tapped(frame - 100) {
			action = emu.Right
		}
		if since := frame - 200; since >= 0 && since < due {
			action = emu.Fire
			if tapped(since) {
				action = emu.LeftFire
			}
		}
		if got := step(t, m); got != want.Step(action) || *m.Game() != want {
			t.Fatalf("frame %d: %+v, want %+v", frame, *m.Game(), want)
		}
	}
	if left, right := m.sides(); left != "opponent" || right != "you" {
		t.Errorf("%s against %s", left, right)
	}
}

// TestPersonOnTheLeft plays against an agent: keys move the orange paddle at its speed and
// within the field, and the agent sees it there.
func TestPersonOnTheLeft(t *testing.T) {
	dir, _ := newRun(t, "win")
	m := newMatch(t, dir, NewPerson(), 1, false)
	m.Person.Key(terminal.Key{Code: terminal.ReportsReleases})
	press := func(code rune, event terminal.Event) { m.Person.Key(terminal.Key{Code: code, Event: event}) }
	var ys []int32
	for frame := range 150 {
		switch frame {
		case 10:
			press('w', terminal.Pressed)
		case 50:
			press('w', terminal.Released)
			press(terminal.Down, terminal.Pressed)
		}
		before, shown := m.Decisions(), m.frames.Game
		step(t, m)
		ys = append(ys, m.Game().EnemyY)
		if m.Decisions() == before || frame == 0 {
			continue
		}
		image := make([]uint8, emu.ImagePixels)
		shown.Picture().Draw(image)
		seen := canvas.Observation(m.Row, emu.Both, emu.ImageSize)[0]
		for i, pixel := range image {
			if (seen.Pix[i] == canvas.Plus) != (pixel == 1) {
				t.Fatalf("frame %d: the agent sees something else than the screen shows at pixel %d", frame, i)
			}
		}
	}
	want := map[int]int32{0: 120, 9: 120, 10: 118, 12: 114, 13: 110, 28: 50, 49: 50, 50: 52, 53: 60, 86: 192, 149: 192}
	for frame, y := range want {
		if ys[frame] != y {
			t.Errorf("frame %d: the paddle is at %d, want %d", frame, ys[frame], y)
		}
	}
	if left, right := m.sides(); left != "you" || right != "agent" {
		t.Errorf("%s against %s", left, right)
	}
}

// TestHeld follows how long keys count as held, on terminals that say when they are let go,
// and on others.
func TestHeld(t *testing.T) {
	p := NewPerson()
	frames := func(n int) {
		for range n {
			p.Frame()
		}
	}
	expect := func(what string, want emu.Action) {
		t.Helper()
		if got := p.Action(); got != want {
			t.Errorf("%s: action %d, want %d", what, got, want)
		}
	}
	expect("nothing", emu.Noop)
	p.Key(terminal.Key{Code: 'w'})
	frames(tapFrames - 1)
	expect("pressed", emu.Right)
	frames(1)
	expect("perhaps a tap", emu.Noop)
	frames(rightEvery - tapFrames)
	expect("perhaps held", emu.Right)
	p.Key(terminal.Key{Code: 'w'})
	frames(hold - 1)
	p.Key(terminal.Key{Code: 'w'})
	for range hold {
		expect("repeated", emu.Right)
		frames(1)
	}
	expect("not repeated", emu.Noop)
	p.Key(terminal.Key{Code: 'w'})
	p.Key(terminal.Key{Code: terminal.Down})
	expect("the other way", emu.Left)
	p.Key(terminal.Key{Code: ' '})
	expect("with fire", emu.LeftFire)

	p.Key(terminal.Key{Code: terminal.ReportsReleases})
	p.Key(terminal.Key{Code: terminal.Up})
	frames(1000)
	expect("held", emu.Right)
	p.Key(terminal.Key{Code: terminal.Down})
	expect("both", emu.Noop)
	p.Key(terminal.Key{Code: terminal.Up, Event: terminal.Released})
	expect("one let go", emu.Left)
	p.Key(terminal.Key{Code: ' '})
	p.Key(terminal.Key{Code: terminal.Down, Event: terminal.Released})
	frames(1000)
	expect("fire", emu.Fire)

	// As somebody knows it who is told.
	p = NewPerson()
	p.Hold(true, false, true)
	frames(1000)
	expect("told to be held", emu.RightFire)
	p.Hold(false, true, false)
	expect("told to be another", emu.Left)
	p.Hold(true, true, false)
	expect("told to be both", emu.Noop)
	p.Hold(false, false, false)
	expect("told to be let go", emu.Noop)
}

// TestTyped sends what a terminal sends that does not say when a key is let go, and follows the
// paddles: a tap is a small move, and of a key that is held the paddle does not stand still.
func TestTyped(t *testing.T) {
	dir, _ := newRun(t, "win")
	for _, side := range []struct {
		name  string
		match func() *Match
		y     func(*Match) int32
		least int32 // that a key that is held moves in two thirds of a second
	}{
		{"right", func() *Match { return alone(t) }, func(m *Match) int32 { return m.Game().PaddleY }, 60},
		{"left", func() *Match { return newMatch(t, dir, NewPerson(), 1, false) }, func(m *Match) int32 { return m.Game().EnemyY }, 30},
	} {
		// follow returns where the paddle is before and after each frame, with keys at some of them.
		follow := func(frames int, keys func(frame int) rune) (ys []int32) {
			m := side.match()
			for range 70 { // from the middle
				step(t, m)
			}
			ys = append(ys, side.y(m))
			for frame := range frames {
				if key := keys(frame); key != 0 {
					m.Person.Key(terminal.Key{Code: key})
				}
				step(t, m)
				ys = append(ys, side.y(m))
			}
			return ys
		}
		for _, delay := range []int{15, 24, 30} { // a quarter, 0.4 and half a second
			const every = 2 // frames a repetition
			ys := follow(40, func(frame int) rune {
				if frame == 0 || frame >= delay && (frame-delay)%every == 0 {
					return terminal.Up
				}
				return 0
			})
			still, longest := 0, 0
			for i := 3; i < len(ys) && ys[i] > ys[0]-side.least; i++ { // the knob's way is smoothed
				if still++; ys[i] != ys[i-1] {
					still = 0
				}
				longest = max(longest, still)
			}
			if moved := ys[0] - ys[len(ys)-1]; longest > 3 || moved < side.least {
				t.Errorf("%s, repeated after %d frames: still for %d, moved by %d: %d", side.name, delay, longest, moved, ys)
			}
		}
		tap := follow(80, func(frame int) rune { return map[int]rune{0: terminal.Up}[frame] })
		if first, all := tap[0]-tap[8], tap[0]-tap[len(tap)-1]; first < 4 || first > 16 || all > 36 {
			t.Errorf("%s: a tap moves by %d at once, by %d in all: %d", side.name, first, all, tap)
		}
		turned := follow(80, func(frame int) rune { return map[int]rune{0: terminal.Up, 10: terminal.Down}[frame] })
		for i := 17; i < len(turned); i++ {
			if turned[i] < turned[i-1] {
				t.Errorf("%s: it goes up after the other key was pressed: %d", side.name, turned)
			}
		}
		taps := follow(80, func(frame int) rune { return map[int]rune{0: terminal.Up, 12: terminal.Up, 24: terminal.Up}[frame] })
		if more := taps[0] - taps[len(taps)-1]; more <= tap[0]-tap[len(tap)-1] || more > 100 {
			t.Errorf("%s: three taps move by %d", side.name, more)
		}
	}
}

// TestPicture draws a film's picture: the screen, and beside it the images of the network and the
// bars of the probabilities and the units.
func TestPicture(t *testing.T) {
	dir, _ := newRun(t, "win")
	m := newMatch(t, dir, nil, 1, false)
	for range 300 {
		step(t, m)
	}
	width, height := PictureSize(true)
	to := canvas.New(width, height)
	m.Picture(to, true)
	var s emu.Screen
	m.Game().Draw(&s)
	bars, activities := 0, 0 // pixels
	for y := range height {
		for x := range width {
			if x < emu.ScreenWidth && to.At(x, y) != s[y][x] {
				t.Fatalf("column %d, row %d is %v, want %v", x, y, to.At(x, y), s[y][x])
			}
			if c := to.At(x, y); x >= emu.ScreenWidth && y > 4+3*canvas.LetterHeight && (c == taken || c == other) {
				if y < 126 {
					bars++
				} else {
					activities++
				}
			}
			if c := to.At(x, y); x >= width-panelGap && c != terminal.Paper {
				t.Errorf("column %d, row %d is %v: something has no room in the panel", x, y, c)
			}
		}
	}
	seen := canvas.Observation(m.Row, emu.Both, emu.ImageSize)
	for i, at := range []int{emu.ScreenWidth + 4, emu.ScreenWidth + 88} {
		for y := range emu.ImageSize {
			for x := range emu.ImageSize {
				if to.At(at+x, 126+y) != seen[i].At(x, y) {
					t.Fatalf("image %d: column %d, row %d is wrong", i, x, y)
				}
			}
		}
	}
	want := 0
	for _, p := range m.Decision.Prob {
		want += int(panelBar*p+0.5) * (canvas.LetterHeight - 5)
	}
	if bars != want {
		t.Errorf("the bars have %d pixels, want %d", bars, want)
	}
	want = 0
	top := active(m.Decision.Hidden)
	for _, unit := range top[:min(len(top), mostUnits)] {
		const longest = emu.ImageSize - unitName - panelGap
		want += int(longest*m.Decision.Hidden[unit]/m.Decision.Hidden[top[0]]+0.5) * (canvas.LetterHeight - 5)
	}
	if activities != want || want == 0 {
		t.Errorf("the units' bars have %d pixels, want %d", activities, want)
	}
}
