package canvas_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
)

// game returns a game after some frames of a player who moves up and down.
func game(frames int) emu.Game {
	g := emu.NewGame()
	for f := range frames {
		g.Step([2]emu.Action{emu.Right, emu.Left}[f/20%2])
	}
	return g
}

// TestGame compares the picture with the screen, pixel by pixel, beside something else and
// enlarged.
func TestGame(t *testing.T) {
	g := game(300)
	var s emu.Screen
	g.Draw(&s)
	m := canvas.New(emu.ScreenWidth+7, emu.ScreenHeight)
	m.Game(&g)
	large := m.Enlarge(3)
	for y := range m.Height {
		for x := range m.Width {
			want := emu.RGB{}
			if x < emu.ScreenWidth {
				want = s[y][x]
			}
			if m.At(x, y) != want || large.At(3*x, 3*y) != want || large.At(3*x+2, 3*y+2) != want {
				t.Fatalf("column %d, row %d is %v, enlarged %v, want %v", x, y, m.At(x, y), large.At(3*x, 3*y), want)
			}
		}
	}
}

// TestShrink compares every pixel of smaller pictures with the mean of what it covers, added
// up from a picture that is enlarged to the multiple of both sizes.
func TestShrink(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	m := canvas.New(12, 9)
	for i := range m.Pix {
		for k := range m.Pix[i] {
			m.Pix[i][k] = uint8(random.IntN(256))
		}
	}
	if same := m.Shrink(12, 9); !slices.Equal(same.Pix, m.Pix) {
		t.Error("at its own size it is another picture")
	}
	for _, size := range [][2]int{{1, 1}, {4, 3}, {5, 7}, {12, 2}, {11, 9}} {
		width, height := size[0], size[1]
		small := m.Shrink(width, height)
		for y := range height {
			for x := range width {
				var sum [3]int
				for v := y * m.Height; v < (y+1)*m.Height; v++ { // in 1/height of a row
					for u := x * m.Width; u < (x+1)*m.Width; u++ {
						for k, part := range m.At(u/width, v/height) {
							sum[k] += int(part)
						}
					}
				}
				area := m.Width * m.Height
				want := emu.RGB{uint8((2*sum[0] + area) / (2 * area)), uint8((2*sum[1] + area) / (2 * area)), uint8((2*sum[2] + area) / (2 * area))}
				if small.At(x, y) != want {
					t.Fatalf("seed %d, %v: column %d, row %d is %v, want %v", seed, size, x, y, small.At(x, y), want)
				}
			}
		}
	}
}

// TestShrinker shrinks the frames of a game one after the other: each is what it is by itself.
func TestShrinker(t *testing.T) {
	for _, size := range [][2]int{{160, 210}, {45, 48}, {34, 28}, {160, 120}, {70, 89}, {24, 24}} {
		for _, thin := range []bool{false, true} {
			shrinker := func() *canvas.Shrinker {
				s := canvas.NewShrinker(emu.ScreenWidth, emu.ScreenHeight, size[0], size[1])
				s.Thin = thin
				return s
			}
			s := shrinker()
			m := canvas.New(emu.ScreenWidth, emu.ScreenHeight)
			g := emu.NewGame()
			before := canvas.New(size[0], size[1])
			var bands, shown []emu.Band
			fresh := make([]bool, emu.ScreenHeight)
			for frame := range 100 {
				g.Step([2]emu.Action{emu.Right, emu.Left}[frame/20%2])
				shown, bands = bands, g.Bands(shown[:0])
				m.Bands(bands, shown, fresh)
				whole := canvas.New(emu.ScreenWidth, emu.ScreenHeight)
				if whole.Game(&g); !slices.Equal(m.Pix, whole.Pix) {
					t.Fatalf("frame %d on top of the one before is another picture than by itself", frame)
				}
				got, want := s.Shrink(m, fresh), shrinker().Shrink(m, nil)
				if !thin {
					want = m.Shrink(size[0], size[1])
				}
				if !slices.Equal(got.Pix, want.Pix) {
					t.Fatalf("%v, thin %v: frame %d is another picture than by itself", size, thin, frame)
				}
				still := 0
				for y, changed := range s.Changed() {
					for x := range got.Width {
						if got.At(x, y) != before.At(x, y) && (x < changed.From || x >= changed.To) {
							t.Fatalf("%v, thin %v: frame %d does not say that column %d, row %d has changed", size, thin, frame, x, y)
						}
					}
					if changed.From >= changed.To {
						still++
					}
				}
				if frame > 1 && still < size[1]/3 {
					t.Errorf("%v, thin %v: in frame %d, %d rows are as before", size, thin, frame, still)
				}
				copy(before.Pix, got.Pix)
			}
		}
	}
}

// TestThin draws random rectangles on a field, one after the other, and shrinks them as a picture that
// follows another, and by itself; and looks for the ball on small screens.
func TestThin(t *testing.T) {
	const seed = 5
	random := rand.New(rand.NewPCG(seed, 0))
	field := emu.RGB{10, 20, 30}
	m := canvas.New(40, 30)
	for _, size := range [][2]int{{40, 30}, {40, 7}, {13, 30}, {11, 8}, {39, 29}, {1, 1}} {
		m.Fill(0, 0, m.Width, m.Height, field)
		shrinker := func() *canvas.Shrinker {
			s := canvas.NewShrinker(m.Width, m.Height, size[0], size[1])
			s.Thin = true
			return s
		}
		s := shrinker()
		for n := range 500 {
			c := []emu.RGB{field, field, {200, 0, 0}, {0, 200, 0}}[random.IntN(4)]
			m.Fill(random.IntN(m.Width-2)-1, 1+random.IntN(m.Height), 1+random.IntN(6), 1+random.IntN(6), c)
			if got, want := s.Shrink(m, nil), shrinker().Shrink(m, nil); !slices.Equal(got.Pix, want.Pix) {
				t.Fatalf("seed %d, %v: picture %d is another one than by itself", seed, size, n)
			}
		}
	}
	ball := emu.RGB{236, 236, 236}
	for _, size := range [][2]int{{24, 24}, {34, 28}, {40, 38}, {45, 48}} {
		s := canvas.NewShrinker(emu.ScreenWidth, emu.ScreenHeight, size[0], size[1])
		s.Thin = true
		screen := canvas.New(emu.ScreenWidth, emu.ScreenHeight)
		for top := 60; top < 180; top += 5 {
			for left := 30; left < 130; left += 9 {
				g := game(2)
				screen.Game(&g)
				screen.Fill(left, top, 2, 4, ball)
				small := s.Shrink(screen, nil)
				x, y := (2*left+2)*size[0]/(2*emu.ScreenWidth), (2*top+4)*size[1]/(2*emu.ScreenHeight)
				bright := 0
				for row := 50*size[1]/210 + 1; row < 190*size[1]/210; row++ {
					for column := 25 * size[0] / 160; column < 135*size[0]/160; column++ {
						if small.At(column, row) == ball {
							bright++
						}
					}
				}
				if small.At(x, y) != ball || bright != 1 {
					t.Fatalf("%v: a ball at column %d, row %d is %v, and %d pixels are its colour", size, left, top, small.At(x, y), bright)
				}
			}
		}
	}
}

// TestObservation compares the pictures of an observation with the images of the screen that
// they are made of, at full size and where four pixels are one.
func TestObservation(t *testing.T) {
	before, now := game(297), game(300)
	images := func(g emu.Game) []uint8 {
		image := make([]uint8, emu.ImagePixels)
		g.Picture().Draw(image)
		return image
	}
	was, is := images(before), images(now)
	row := make([]uint16, emu.ObservationWidth)
	for _, in := range []emu.Input{emu.Difference, emu.Both} {
		if in == emu.Both {
			emu.ObserveBoth(row, now.Picture(), before.Picture())
		} else {
			emu.Observe(row, now.Picture(), before.Picture())
		}
		for _, size := range []int{80, 40} {
			list := canvas.Observation(row, in, size)
			if len(list) != in.Pixels()/emu.ImagePixels {
				t.Fatalf("%d pictures", len(list))
			}
			if last := list[len(list)-1]; size == emu.ImageSize && !slices.Equal(canvas.Difference(row, in).Pix, last.Pix) {
				t.Fatal("the difference alone is another one")
			}
			seen := map[emu.RGB]int{}
			times := emu.ImageSize / size
			for y := range size {
				for x := range size {
					image, difference := canvas.Nothing, canvas.Nothing
					for at := range times * times {
						p := (y*times+at/times)*emu.ImageSize + x*times + at%times
						if is[p] == 1 {
							image = canvas.Plus
						}
						switch {
						case is[p] > was[p]:
							difference = canvas.Plus
						case is[p] < was[p] && difference != canvas.Plus:
							difference = canvas.Minus
						}
					}
					if list[len(list)-1].At(x, y) != difference || len(list) == 2 && list[0].At(x, y) != image {
						t.Fatalf("size %d: column %d, row %d is wrong", size, x, y)
					}
					seen[difference]++
				}
			}
			if len(seen) != 3 {
				t.Errorf("the difference has %d colours, want 3", len(seen))
			}
		}
	}
}

// TestText holds a letter to its pixels, and what does not fit to being left out.
func TestText(t *testing.T) {
	ink := emu.RGB{1, 2, 3}
	m := canvas.New(20, canvas.LetterHeight)
	m.Text(0, 0, ink, "-")
	count := 0
	for i, c := range m.Pix {
		if c == ink {
			count++
			if x, y := i%m.Width, i/m.Width; x >= canvas.LetterWidth || y < 5 || y > 8 {
				t.Errorf("a dash has a pixel in column %d, row %d", x, y)
			}
		}
	}
	if count != 5 {
		t.Errorf("a dash has %d pixels, want 5", count)
	}
	dots := canvas.New(30, canvas.LetterHeight)
	dots.Text(0, 0, ink, "…-")
	for i, c := range dots.Pix {
		if x, y := i%dots.Width, i/dots.Width; (c == ink) != (y == 10 && x < canvas.LetterWidth && x%2 == 1) && x < canvas.LetterWidth {
			t.Errorf("three dots have %v in column %d, row %d", c, x, y)
		} else if after := x - canvas.LetterWidth; x >= canvas.LetterWidth && c != m.At(min(after, m.Width-1), y) {
			t.Errorf("a dash after three dots has %v in column %d, row %d", c, x, y)
		}
	}
	m.Text(-3, -20, ink, "away")
	m.Text(15, 8, ink, "#########")
	if m.At(0, 0) == ink {
		t.Error("a line above the picture is in it")
	}
}
