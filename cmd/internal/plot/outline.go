package plot

import (
	"fmt"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// outline returns the shapes of text that begins at a point.
func outline(f plotfont.Face, at vg.Point, text string) (vg.Path, error) {
	var (
		path   vg.Path
		buffer sfnt.Buffer
		before sfnt.GlyphIndex
		em     = fixed.I(int(f.Face.UnitsPerEm())) // as large as the font's own units: nothing is rounded
		unit   = f.Font.Size / vg.Length(f.Face.UnitsPerEm())
	)
	length := func(x fixed.Int26_6) vg.Length { return vg.Length(x) / 64 * unit }
	for _, letter := range text {
		glyph, err := f.Face.GlyphIndex(&buffer, letter)
		if err != nil {
			return nil, fmt.Errorf("letter %q: %w", letter, err)
		}
		if before != 0 {
			if kern, err := f.Face.Kern(&buffer, before, glyph, em, font.HintingNone); err == nil {
				at.X += length(kern)
			}
		}
		segments, err := f.Face.LoadGlyph(&buffer, glyph, em, nil)
		if err != nil {
			return nil, fmt.Errorf("letter %q: %w", letter, err)
		}
		point := func(p fixed.Point26_6) vg.Point { return vg.Point{X: at.X + length(p.X), Y: at.Y - length(p.Y)} }
		for i, s := range segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if i > 0 {
					path.Close()
				}
				path.Move(point(s.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(point(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(point(s.Args[0]), point(s.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(point(s.Args[0]), point(s.Args[1]), point(s.Args[2]))
			}
		}
		if len(segments) > 0 {
			path.Close()
		}
		advance, err := f.Face.GlyphAdvance(&buffer, glyph, em, font.HintingNone)
		if err != nil {
			return nil, fmt.Errorf("letter %q: %w", letter, err)
		}
		at.X += length(advance)
		before = glyph
	}
	return path, nil
}

// missingLetter returns the first letter of a text that the font has not.
func missingLetter(text string) (letter rune, missing bool) {
	style := textStyle(textSize)
	face := style.Handler.Cache().Lookup(style.Font, style.Font.Size)
	for _, letter := range text {
		if glyph, err := face.Face.GlyphIndex(nil, letter); err != nil || glyph == 0 {
			return letter, true
		}
	}
	return 0, false
}
