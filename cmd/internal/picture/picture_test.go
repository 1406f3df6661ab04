package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"pongpg/trainer"
)

// small returns filters of 5 units of 2 images of 3×3 weights, two actions.
func small() *trainer.Filters {
	f := &trainer.Filters{Units: 5, Images: 2, Size: 3, Actions: []string{"up"}, Votes: []float32{1, -2, 0.5, 0, 3}, Importance: []float64{1, 5, 2, 5, 0}}
	for unit := range 5 {
		for i := range 18 {
			f.Pixels = append(f.Pixels, float32(i-9)*float32(unit)) // unit 0: all zeros
		}
	}
	return f
}

func TestOrder(t *testing.T) {
	f := small()
	if got := ByImportance(f, 4); !slices.Equal(got, []int{1, 3, 2, 0}) {
		t.Errorf("by importance: %v", got)
	}
	if got := ByImportance(f, 99); !slices.Equal(got, []int{1, 3, 2, 0, 4}) {
		t.Errorf("all by importance: %v", got)
	}
	if got := ByNumber(f, 3); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("by number: %v", got)
	}
}

func TestColumns(t *testing.T) {
	for _, test := range []struct {
		n     int
		ratio float64
		want  int
	}{{40, 1.9, 8}, {1, 1.9, 1}, {2, 1.9, 2}, {3, 0.1, 1}, {7, 1.9, 4}, {16, 1, 4}, {200, 1.9, 20}} {
		if got := columns(test.n, test.ratio); got != test.want {
			t.Errorf("%d tiles at %g: %d columns, want %d", test.n, test.ratio, got, test.want)
		}
	}
}

// TestDraw holds every pixel of every image to the weight that is there.
func TestDraw(t *testing.T) {
	f, order := small(), []int{4, 0, 2}
	for _, o := range []Options{{Scale: 2}, {Scale: 3, Color: true}, {}} {
		s, err := NewSheet(f, order, 10, 1, o)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Draw(f, "a title")
		if err != nil {
			t.Fatal(err)
		}
		scale := o.Scale
		if scale == 0 {
			scale = 27 // 3 weights are 81 pixels
		}
		tile := 2*3*scale + between
		for i, unit := range order {
			left, top := gap+i%s.cols*(tile+gap), gap+lineHigh+i/s.cols*(3*scale+lineHigh+gap)
			for n, w := range f.Unit(unit) {
				want := zero
				if unit > 0 {
					want = int(zero + (w/float32(9*unit))*zero + 0.5) // −9·unit is the largest
				}
				for _, corner := range [][2]int{{0, 0}, {scale - 1, scale - 1}} {
					x := left + n/9*(3*scale+between) + n%3*scale + corner[0]
					y := top + n%9/3*scale + corner[1]
					if got := int(m.ColorIndexAt(x, y)); got != want && got != want-1 && got != want+1 || w == 0 && got != zero {
						t.Fatalf("%+v: unit %d, weight %d (%g) has level %d, want %d", o, unit, n, w, got, want)
					}
				}
			}
		}
		checkText(t, m, "a title")
		if o.Color {
			checkDiverging(t, m.Palette)
		} else if got := m.Palette[zero]; got != (color.RGBA{128, 128, 128, 255}) || m.Palette[0] != (color.RGBA{0, 0, 0, 255}) || m.Palette[levels-1] != (color.RGBA{255, 255, 255, 255}) {
			t.Errorf("0 is %v", got)
		}
	}
	other := small()
	other.Size, other.Images = 2, 1
	s, err := NewSheet(f, order, 10, 1, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Draw(other, ""); err == nil {
		t.Error("filters of another shape are drawn")
	}
	if _, err := NewSheet(f, order, 10, 1<<20, Options{Scale: 64}); err == nil {
		t.Error("a picture of any size is possible")
	}
}

// checkText compares every pixel of the line at the top with the font's.
func checkText(t *testing.T, m *image.Paletted, line string) {
	t.Helper()
	want := image.NewAlpha(image.Rect(0, 0, m.Rect.Dx(), gap+lineHigh))
	d := font.Drawer{Dst: want, Src: image.Opaque, Face: basicfont.Face7x13, Dot: fixed.P(gap, gap+ascent)}
	d.DrawString(line)
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			index := uint8(background)
			if want.AlphaAt(x, y).A > 0 {
				index = text
			}
			if got := m.ColorIndexAt(x, y); got != index {
				t.Fatalf("column %d, row %d of %q has colour %d, want %d", x, y, line, got, index)
			}
		}
	}
}

// checkDiverging holds the colours to ColorBrewer's at the classes' middles.
func checkDiverging(t *testing.T, p color.Palette) {
	t.Helper()
	for level, want := range map[int]color.RGBA{
		0: {0x05, 0x30, 0x61, 255}, 25: {0x21, 0x66, 0xac, 255}, zero: {0xf7, 0xf7, 0xf7, 255}, 225: {0xb2, 0x18, 0x2b, 255}, 250: {0x67, 0x00, 0x1f, 255},
	} {
		if p[level] != want {
			t.Errorf("level %d is %v, want %v", level, p[level], want)
		}
	}
}

// TestBrightest lets as few weights as it says be beyond the strongest colour.
func TestBrightest(t *testing.T) {
	w := make([]float32, 1000)
	for i := range w {
		w[i] = 1 - float32(i%2)*2 // ±1
	}
	w[3], w[4] = 100, -50
	if got := brightest(w); got < 1 || got > 1.2 {
		t.Errorf("with 2 of 1000 far out: %g", got)
	}
	w[5] = 49
	if got := brightest(w); got < 49 || got > 49.2 {
		t.Errorf("with 3 of 1000 far out: %g", got)
	}
	if got := brightest([]float32{0, 0}); got != 0 {
		t.Errorf("of zeros: %g", got)
	}
	if got := brightest([]float32{-3, 1}); got != 3 {
		t.Errorf("of two: %g", got)
	}
}

func TestCaption(t *testing.T) {
	f := small()
	for unit, want := range map[int]string{0: "0 +1.00", 1: "1 -2.00"} {
		if got := caption(f, unit, 11); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	f.Actions, f.Votes = []string{"stay", "down+f"}, []float32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}
	if got := caption(f, 3, 11); got != "3 down+f" {
		t.Errorf("%q", got)
	}
	if got := caption(f, 3, 13); got != "3 down+f 0.50" {
		t.Errorf("%q", got)
	}
	f.Votes = nil
	if got := caption(f, 3, 11); got != "3" {
		t.Errorf("%q", got)
	}
}

// TestAnimations reads animations back, frame by frame.
func TestAnimations(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	var frames []*image.Paletted
	for range 4 {
		m := image.NewPaletted(image.Rect(0, 0, 31, 17), diverging)
		for i := range m.Pix {
			m.Pix[i] = uint8(random.IntN(levels))
		}
		frames = append(frames, m)
	}
	var b bytes.Buffer
	if err := WriteGIF(&b, frames); err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(&b)
	if err != nil || len(g.Image) != 4 || g.LoopCount != 0 || !slices.Equal(g.Delay, []int{50, 50, 50, 200}) {
		t.Fatalf("%v, %d frames, %v", err, len(g.Image), g.Delay)
	}
	for i, m := range g.Image {
		sameColors(t, m, frames[i])
	}

	for _, write := range []func(io.Writer, *image.Paletted) error{WritePNG, WritePNGFast} {
		b.Reset()
		if err := write(&b, frames[0]); err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		sameColors(t, m, frames[0])
	}

	b.Reset()
	if err := WriteAPNG(&b, frames); err != nil {
		t.Fatal(err)
	}
	first, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	sameColors(t, first, frames[0])
	for i, m := range splitAPNG(t, b.Bytes()) {
		sameColors(t, m, frames[i])
	}
}

func sameColors(t *testing.T, got image.Image, want *image.Paletted) {
	t.Helper()
	if got.Bounds() != want.Rect {
		t.Fatalf("%v, want %v", got.Bounds(), want.Rect)
	}
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			r, g, b, a := got.At(x, y).RGBA()
			if r2, g2, b2, a2 := want.At(x, y).RGBA(); r != r2 || g != g2 || b != b2 || a != a2 {
				t.Fatalf("another colour at %d, %d", x, y)
			}
		}
	}
}

// splitAPNG makes a PNG of each frame of an animated one, and holds the numbers in between to
// the specification.
func splitAPNG(t *testing.T, b []byte) (frames []image.Image) {
	t.Helper()
	var start, data bytes.Buffer
	sequence, count := uint32(0), uint32(0)
	numbered := func(data []byte) []byte {
		if got := binary.BigEndian.Uint32(data); got != sequence {
			t.Errorf("number %d, want %d", got, sequence)
		}
		sequence++
		return data[4:]
	}
	end := func() {
		if data.Len() == 0 {
			return
		}
		w := chunkWriter{out: &data}
		w.chunk("IEND")
		m, err := png.Decode(bytes.NewReader(append(bytes.Clone(start.Bytes()), data.Bytes()...)))
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, m)
		data.Reset()
	}
	start.WriteString(pngSignature)
	err := chunks(b, func(name string, chunk []byte) {
		switch name {
		case "acTL":
			count = binary.BigEndian.Uint32(chunk)
			if plays := binary.BigEndian.Uint32(chunk[4:]); plays != 0 {
				t.Errorf("it is played %d times", plays)
			}
		case "fcTL":
			end()
			c := numbered(chunk)
			wait := uint16(500)
			if len(frames) == 3 {
				wait = 2000
			}
			if binary.BigEndian.Uint32(c) != 31 || binary.BigEndian.Uint32(c[4:]) != 17 || binary.BigEndian.Uint16(c[16:]) != wait || binary.BigEndian.Uint16(c[18:]) != 1000 {
				t.Errorf("a frame's control is %v", c)
			}
		case "fdAT":
			(&chunkWriter{out: &data}).chunk("IDAT", numbered(chunk))
		case "IDAT":
			(&chunkWriter{out: &data}).chunk(name, chunk)
		case "IEND":
			end()
		default:
			(&chunkWriter{out: &start}).chunk(name, chunk)
		}
	})
	if err != nil || int(count) != len(frames) || count != 4 {
		t.Fatalf("%v: %d frames of %d", err, len(frames), count)
	}
	if crc := binary.BigEndian.Uint32(b[len(b)-4:]); crc != crc32.ChecksumIEEE([]byte("IEND")) {
		t.Errorf("the last checksum is %x", crc)
	}
	return frames
}
