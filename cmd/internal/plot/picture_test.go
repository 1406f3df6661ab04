package plot

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"

	"pongpg/trainer"
)

// figure returns a figure of three runs, merged to two lines, in four panels.
func figure(t *testing.T) *Figure {
	t.Helper()
	var runs []*Run
	for seed := range uint64(3) {
		runs = append(runs, read(t, writeRun(t, func(c *trainer.Config) {
			c.Seed = seed
			c.Hidden -= int(seed / 2)
		}, -20, -18, float64(seed), 3)))
	}
	groups, err := Group(runs)
	if err != nil {
		t.Fatal(err)
	}
	f := &Figure{Series: groups, Title: "é ± –"}
	if f.X, err = XByNames("decisions,seconds"); err != nil {
		t.Fatal(err)
	}
	if f.Y, err = YByNames("return, kl"); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestPicture writes each format twice to the same bytes, at the size that was asked for.
func TestPicture(t *testing.T) {
	f := figure(t)
	f.Width, f.Height, f.DPI = 12.7, 10.16, 100
	for format, begins := range map[Format]string{PNG: "\x89PNG", SVG: "<?xml", PDF: "%PDF-"} {
		var written [2]bytes.Buffer
		for i := range written {
			p, err := f.Picture(format)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // a picture may be written again
				written[i].Reset()
				if err := p.Write(&written[i]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !bytes.HasPrefix(written[0].Bytes(), []byte(begins)) || !bytes.Equal(written[0].Bytes(), written[1].Bytes()) {
			t.Errorf("%s: begins with %q, the same again: %v", format, written[0].Bytes()[:5], bytes.Equal(written[0].Bytes(), written[1].Bytes()))
		}
		switch format {
		case PNG:
			size, err := png.DecodeConfig(&written[0])
			if err != nil || size.Width != 500 || size.Height != 400 {
				t.Errorf("%d × %d pixels, %v; want 500 × 400", size.Width, size.Height, err)
			}
		case SVG:
			if text := written[0].String(); strings.Contains(text, "<text") || !strings.Contains(text, `width="360pt" height="288pt"`) {
				t.Errorf("the SVG needs a font, or begins %.300s", text)
			}
		case PDF:
			if text := written[0].String(); !strings.Contains(text, "/FontFile2") || !strings.Contains(text, "D:19700101000000") {
				t.Error("the PDF has no font in it, or a date")
			}
		}
	}
}

// TestImpossible refuses what cannot be drawn.
func TestImpossible(t *testing.T) {
	for _, test := range []struct {
		change func(*Figure)
		format Format
		parts  []string
	}{
		{func(f *Figure) { f.Width = 5 }, PNG, []string{"too small", "--width"}},
		{func(f *Figure) { f.Height = 5 }, PNG, []string{"too small", "--height"}},
		{func(f *Figure) { f.DPI = 2000 }, PNG, []string{"million pixels", "--dpi"}},
		{func(f *Figure) { f.Title = "a → b" }, PDF, []string{"a → b", ".svg"}},
		{func(f *Figure) { f.Title = "学习" }, SVG, []string{"学习", "write it otherwise"}},
		{func(f *Figure) { f.Series = nil }, SVG, []string{"no run"}},
		{func(f *Figure) { f.Series[0].Runs = []*Run{read(t, writeRun(t, nil, nan, nan))} }, SVG, []string{"no finished episode", "--y entropy"}},
	} {
		f := figure(t)
		test.change(f)
		_, err := f.Picture(test.format)
		fails(t, err, test.parts...)
	}
	_, err := FormatOfPath("x.gif")
	fails(t, err, "x.gif", ".png, .svg or .pdf")
	for _, names := range []string{"", "reward", "return,return"} {
		_, err := YByNames(names)
		fails(t, err, fmt.Sprintf("%q", names[:min(len(names), 6)]))
	}
}

// TestOnePoint draws runs of one update.
func TestOnePoint(t *testing.T) {
	f := figure(t)
	f.Series = []Series{{Label: "one", Runs: []*Run{read(t, writeRun(t, nil, -20))}}}
	for i := range ys {
		f.Y = ys[i : i+1]
		for _, format := range []Format{PNG, SVG, PDF} {
			p, err := f.Picture(format)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Write(io.Discard); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestLegend lays labels out in rows that fit, and shortens what does not.
func TestLegend(t *testing.T) {
	series := []Series{{Label: "one"}, {Label: "two"}, {Label: strings.Repeat("long ", 50)}, {Label: "four"}}
	styles := make([]style, len(series))
	const width = 300
	l := newLegend(series, styles, true, width)
	letters := textStyle(textSize)
	rows := []int{0, 0, 1, 2, 2}
	for i, e := range l.entries {
		if end := e.x + sampleWidth + sampleGap + letters.Width(e.label); e.row != rows[i] || end > width {
			t.Errorf("%q is in row %d, want %d, and ends at %v of %v", e.label, e.row, rows[i], end, width)
		}
	}
	if long := l.entries[2].label; l.rows != 3 || !strings.HasPrefix(long, "long long ") || !strings.Contains(long, "…") || !strings.HasSuffix(long, "g long ") {
		t.Errorf("%d rows, %q", l.rows, long)
	}
}
