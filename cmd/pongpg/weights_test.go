package main

import (
	"bytes"
	"image"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWeights draws runs of each kind of policy, whose pictures have the size that their
// units take.
func TestWeights(t *testing.T) {
	dir := t.TempDir()
	small := with(tiny, "--updates", "4", "--keep", "100", "--checkpoint-interval", "1ns")
	succeed(t, dir, with([]string{"train", "--run", "r", "--recipe", "fast"}, small...)...)
	succeed(t, dir, with([]string{"train", "--run", "both", "--recipe", "fast", "--input", "both", "--actions", "6"}, small...)...)
	succeed(t, dir, with([]string{"train", "--run", "conv", "--recipe", "a2c", "--network", "conv", "--filters", "4@8/8"}, small...)...)
	for _, test := range []struct {
		line          string
		width, height int
		says          string
	}{
		// The title's 25 letters of 7 pixels are wider than a tile.
		{"weights r -o a.png --units 1", 4 + 25*7 + 4, 4 + 15 + 80 + 15 + 4, "1 of 16"},
		{"weights r --units all -o b.png --color", 4 + 4*84, 4 + 15 + 4*(80+15+4), "16 of 16"},
		{"weights r/checkpoints/checkpoint-000000002.safetensors -o c.png --units 4 --scale 2", 4 + 2*164, 4 + 15 + 2*(160+15+4), "4 of 16"},
		{"weights -o d.png --units 2 both", 4 + 25*7 + 4, 4 + 15 + 2*99, "2 of 16"},
		{"weights conv -o e.png", 4 + 2*165, 4 + 15 + 2*99, "4 of 4"},
	} {
		out := succeed(t, dir, strings.Fields(test.line)...).stdout
		if !strings.Contains(out, test.says) {
			t.Errorf("%s says %s", test.line, out)
		}
		name := test.line[strings.Index(test.line, "-o ")+3:][:5]
		m, err := png.Decode(bytes.NewReader(readFile(t, dir, name)))
		if err != nil {
			t.Fatal(test.line, err)
		}
		if got := m.Bounds(); got.Dx() != test.width || got.Dy() != test.height {
			t.Errorf("%s: %v, want %d×%d", test.line, got, test.width, test.height)
		}
	}

	// All checkpoints in order, the last as it is drawn by itself.
	succeed(t, dir, "weights", "r", "-o", "a.gif")
	succeed(t, dir, "weights", "r", "-o", "last.png")
	g, err := gif.DecodeAll(bytes.NewReader(readFile(t, dir, "a.gif")))
	if err != nil || len(g.Image) != 5 {
		t.Fatalf("%d frames, %v; want 5", len(g.Image), err)
	}
	last, err := png.Decode(bytes.NewReader(readFile(t, dir, "last.png")))
	if err != nil {
		t.Fatal(err)
	}
	if want := last.(*image.Paletted); !slices.Equal(g.Image[4].Pix, want.Pix) || slices.Equal(g.Image[3].Pix, want.Pix) {
		t.Error("the last frame is another picture than the last checkpoint's, or all are the same")
	}
	succeed(t, dir, "weights", "r", "-o", "few.gif", "--frames", "3")
	few, err := gif.DecodeAll(bytes.NewReader(readFile(t, dir, "few.gif")))
	if err != nil || len(few.Image) != 3 || !slices.Equal(few.Image[0].Pix, g.Image[0].Pix) || !slices.Equal(few.Image[1].Pix, g.Image[2].Pix) || !slices.Equal(few.Image[2].Pix, g.Image[4].Pix) {
		t.Errorf("3 frames of 5 are others, %v", err)
	}
	succeed(t, dir, "weights", "r", "-o", "a.apng")
	if n := bytes.Count(readFile(t, dir, "a.apng"), []byte("fcTL")); n != 5 {
		t.Errorf("an animated PNG of %d frames", n)
	}

	// A damaged checkpoint is left out of an animation; a missing one of a picture is an error.
	path := filepath.Join(dir, "r", "checkpoints", "checkpoint-000000001.safetensors")
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	r := pongpg(t, dir, "weights", "r", "-o", "damaged.gif")
	r.says(t, "skipped", "checkpoint-000000001", "truncated")
	if r.status != 0 || !strings.Contains(r.stdout, "4 frames") {
		t.Errorf("status %d, %s", r.status, r.stdout)
	}
	before := files(t, dir)
	for _, test := range []struct {
		status int
		line   string
		parts  []string
	}{
		{statusError, "weights r -o a.png", []string{"a.png", "--force"}},
		{statusError, "weights " + path + " -o x.png", []string{"truncated"}},
		{statusError, "weights r/checkpoints/checkpoint-000000002.safetensors -o x.gif", []string{"an animation is of a run", ".png"}},
		{statusUsage, "weights r -o x.gif --scale 64 --units all", []string{"--units", "--scale"}},
		{statusError, "weights nowhere -o x.png", []string{"nowhere", "check the path"}},
		{statusError, "weights r -o nowhere/x.png", []string{"nowhere", "check the path"}},
	} {
		t.Log(test.line)
		pongpg(t, dir, strings.Fields(test.line)...).fail(t, test.status, test.parts...)
	}
	succeed(t, dir, with([]string{"train", "--run", "one", "--recipe", "fast"}, with(tiny, "--updates", "1", "--keep", "1")...)...)
	pongpg(t, dir, "weights", "one", "-o", "x.gif").fail(t, statusError, "one checkpoint", "--keep")
	for _, name := range files(t, dir) {
		if !slices.Contains(before, name) && !strings.HasPrefix(name, "one") {
			t.Errorf("left behind: %s", name)
		}
	}
}
