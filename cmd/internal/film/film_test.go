package film

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/draw"
	"image/gif"
	"image/png"
	"testing"

	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
)

// shots returns pictures of a game in which the picture often stays as it is, one of 1/60 s
// each, with other colours in the first two.
func shots(frames int) (list []*canvas.Image) {
	g := emu.NewGame()
	for f := range frames {
		m := canvas.New(emu.ScreenWidth, emu.ScreenHeight)
		m.Game(&g)
		list = append(list, m)
		g.Step([3]emu.Action{emu.Right, emu.Noop, emu.Left}[f/30%3])
	}
	return list
}

// film makes a film of pictures, and returns the file.
func film(t *testing.T, to Format, list []*canvas.Image, scale int, speed float64) []byte {
	t.Helper()
	made, err := New(context.Background(), to, Size{list[0].Width, list[0].Height, scale}, speed)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	for _, m := range list {
		if err := made.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if n, err := made.WriteTo(&file); err != nil || n != int64(file.Len()) {
		t.Fatalf("%d of %d bytes: %v", n, file.Len(), err)
	}
	return file.Bytes()
}

// same compares what is on a screen with a picture, enlarged.
func same(t *testing.T, what string, number int, screen *image.RGBA, m *canvas.Image, scale int) {
	t.Helper()
	if screen.Bounds() != image.Rect(0, 0, m.Width*scale, m.Height*scale) {
		t.Fatalf("%s: the size is %v", what, screen.Bounds())
	}
	line := make([]uint8, 0, 4*m.Width*scale)
	for y := range m.Height * scale {
		line = line[:0]
		for x := range m.Width * scale {
			c := m.At(x/scale, y/scale)
			line = append(line, c[0], c[1], c[2], 255)
		}
		if got := screen.Pix[y*screen.Stride:][:len(line)]; !bytes.Equal(got, line) {
			t.Fatalf("%s, picture %d: row %d is %v, want %v", what, number, y, got, line)
		}
	}
}

// TestGIF decodes GIFs: every second picture is there, at its hundredth, and all of it.
func TestGIF(t *testing.T) {
	for _, test := range []struct {
		frames, scale, every int
		speed                float64
		total                int // hundredths
	}{{240, 1, 2, 1, 400}, {241, 2, 2, 1, 403}, {61, 1, 1, 0.5, 203}, {300, 1, 3, 2, 250}, {120, 1, 20, 16, 12}, {20, 1, 1, 0.125, 266}, {1, 1, 2, 1, 3}} {
		list := shots(test.frames)
		g, err := gif.DecodeAll(bytes.NewReader(film(t, GIF, list, test.scale, test.speed)))
		if err != nil {
			t.Fatal(err)
		}
		if g.LoopCount != 0 && len(g.Image) > 1 {
			t.Errorf("it is shown %d times", g.LoopCount)
		}
		screen := image.NewRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
		at, number := 0, 0
		for i, piece := range g.Image {
			draw.Draw(screen, piece.Bounds(), piece, piece.Bounds().Min, draw.Over)
			at += g.Delay[i]
			// All pictures that are due before the next piece look like this one.
			shown := number
			for ; number < test.frames && int(float64(number)*100/60/test.speed+1e-9) < at; number += test.every {
				same(t, "GIF", number, screen, list[number], test.scale)
			}
			if number == shown {
				t.Fatalf("piece %d, for %d hundredths until %d, shows no picture", i, g.Delay[i], at)
			}
		}
		if at != test.total || number < test.frames {
			t.Errorf("%d pictures at speed %g last for %d hundredths, want %d; %d were looked at", test.frames, test.speed, at, test.total, number)
		}
		if test.frames == 240 && (len(g.Image) > 119 || g.Image[5].Bounds().Dx()*g.Image[5].Bounds().Dy() > 130*200) {
			t.Errorf("%d pieces, one as large as %v: what does not change is written again", len(g.Image), g.Image[5].Bounds())
		}
	}
}

// chunk is a part of a PNG.
type chunk struct {
	kind string
	data []byte
}

// readChunks returns those of a file, whose sums must be right.
func readChunks(t *testing.T, file []byte) (list []chunk) {
	t.Helper()
	const signature = "\x89PNG\r\n\x1a\n"
	if string(file[:8]) != signature {
		t.Fatalf("it begins with %q", file[:8])
	}
	for at := 8; at < len(file); {
		length := int(binary.BigEndian.Uint32(file[at:]))
		body := file[at+4 : at+8+length]
		if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(file[at+8+length:]) {
			t.Fatalf("the sum of %q is wrong", body[:4])
		}
		list = append(list, chunk{string(body[:4]), body[4:]})
		at += length + 12
	}
	return list
}

// TestAPNG takes APNGs apart: each piece, made a PNG of its own, is laid over the ones before.
func TestAPNG(t *testing.T) {
	for _, test := range []struct {
		frames, scale, every int
		speed                float64
	}{{240, 1, 1, 1}, {61, 2, 1, 1}, {61, 1, 1, 0.125}, {100, 1, 2, 2}, {1, 1, 1, 1}} {
		list := shots(test.frames)
		file := film(t, APNG, list, test.scale, test.speed)
		// A program that knows PNG alone shows the first picture.
		still, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		first := image.NewRGBA(still.Bounds())
		draw.Draw(first, first.Bounds(), still, image.Point{}, draw.Src)
		same(t, "PNG", 0, first, list[0], test.scale)

		var header, palette, clear, control, counts []byte
		screen := image.NewRGBA(first.Bounds())
		sequence, pieces, number, seconds := uint32(0), 0, 0, 0.0
		order := ""
		for _, c := range readChunks(t, file) {
			order += c.kind[:1]
			switch c.kind {
			case "IHDR":
				header = c.data
			case "acTL":
				counts = c.data
			case "PLTE":
				palette = c.data
			case "tRNS":
				clear = c.data
			case "fcTL":
				control = c.data
			}
			if c.kind == "fcTL" || c.kind == "fdAT" {
				if got := binary.BigEndian.Uint32(c.data); got != sequence {
					t.Fatalf("%s is number %d, want %d", c.kind, got, sequence)
				}
				sequence++
			}
			if c.kind != "IDAT" && c.kind != "fdAT" {
				continue
			}
			pixels := c.data
			if c.kind == "fdAT" {
				pixels = pixels[4:]
			}
			pieces++
			field := func(i int) int { return int(binary.BigEndian.Uint32(control[4*i:])) }
			width, height, left, top := field(1), field(2), field(3), field(4)
			if control[24] != 0 || control[25] != 1 {
				t.Fatalf("piece %d is disposed of by %d and blended by %d", pieces, control[24], control[25])
			}
			var single bytes.Buffer
			out := &chunks{to: &single}
			out.text("\x89PNG\r\n\x1a\n")
			out.chunk("IHDR", append(append([]byte{}, control[4:12]...), header[8:]...))
			out.chunk("PLTE", palette)
			out.chunk("tRNS", clear)
			out.chunk("IDAT", pixels)
			out.chunk("IEND", nil)
			piece, err := png.Decode(&single)
			if err != nil {
				t.Fatalf("piece %d: %v", pieces, err)
			}
			draw.Draw(screen, image.Rect(left, top, left+width, top+height), piece, image.Point{}, draw.Over)
			seconds += float64(binary.BigEndian.Uint16(control[20:])) / float64(binary.BigEndian.Uint16(control[22:]))
			shown := number
			for ; number < test.frames && float64(number)/60/test.speed < seconds-1e-9; number += test.every {
				same(t, "APNG", number, screen, list[number], test.scale)
			}
			if number == shown {
				t.Fatalf("piece %d shows no picture", pieces)
			}
		}
		if want := float64((test.frames+test.every-1)/test.every*test.every) / 60 / test.speed; number < test.frames || seconds < want-1e-9 || seconds > want+1e-9 {
			t.Errorf("%d pictures last for %g s, want %g; %d were looked at", test.frames, seconds, want, number)
		}
		if got := int(binary.BigEndian.Uint32(counts)); got != pieces || binary.BigEndian.Uint32(counts[4:]) != 0 || order[:5] != "IaPtf" || order[len(order)-1:] != "I" {
			t.Errorf("%d pieces, said to be %d, in the order %s", pieces, got, order)
		}
	}
}

// TestColours refuses what GIF and PNG cannot show.
func TestColours(t *testing.T) {
	m := canvas.New(20, 20)
	for i := range m.Pix {
		m.Pix[i] = emu.RGB{uint8(i), uint8(i / 256), 1}
	}
	made, err := New(context.Background(), GIF, Size{20, 20, 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Add(m); err == nil {
		t.Error("400 colours are too few to fail")
	}
	if _, err := made.WriteTo(&bytes.Buffer{}); err == nil {
		t.Error("a film without pictures is written")
	}
}

// TestFormats holds extensions to the formats that they stand for.
func TestFormats(t *testing.T) {
	for path, want := range map[string]Format{"a.gif": GIF, "b/a.GIF": GIF, "a.png": APNG, "a.apng": APNG, "a.mp4": MP4, "a": "", "gif": "", "a.mov": ""} {
		got, err := FormatOfPath(path)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
}
