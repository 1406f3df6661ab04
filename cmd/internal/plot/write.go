package plot

import (
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	PNG Format = "png"
	SVG Format = "svg"
	PDF Format = "pdf"
)

// FormatOfPath returns the format that a file's extension names. The error names the choices.
func FormatOfPath(path string) (Format, error) {
	extension := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	switch f := Format(extension); f {
	case PNG, SVG, PDF:
		return f, nil
	}
	return "", fmt.Errorf("%s does not end in .png, .svg or .pdf, which says what is drawn: name it so", path)
}

// maxPixels is 400 MB of memory.
const maxPixels = 1e8

// Picture is a figure that has been found possible.
type Picture struct {
	layout *layout
	format Format
	dpi    int
}

// Picture computes all that is drawn. Its errors are about the runs, the size or the text.
func (f *Figure) Picture(format Format) (*Picture, error) {
	l, err := f.layout()
	if err != nil {
		return nil, err
	}
	p := &Picture{layout: l, format: format, dpi: f.DPI}
	if p.dpi == 0 {
		p.dpi = DefaultDPI
	}
	if pixels := l.width.Dots(float64(p.dpi)) * l.height.Dots(float64(p.dpi)); format == PNG && pixels > maxPixels {
		return nil, fmt.Errorf("%.3g × %.3g cm at %d dots per inch are %.0f million pixels, more than %.0f: lower --dpi, --width or --height",
			l.width/centimetre, l.height/centimetre, p.dpi, pixels/1e6, maxPixels/1e6)
	}
	texts := []string{f.Title}
	for _, s := range f.Series {
		texts = append(texts, s.Label)
	}
	for _, text := range texts {
		if _, err := charmap.Windows1252.NewEncoder().String(text); format == PDF && err != nil {
			return nil, fmt.Errorf("%q has letters that a PDF's standard encoding (Windows-1252) has not: write it otherwise, or plot to .svg", text)
		}
		if letter, missing := missingLetter(text); missing {
			return nil, fmt.Errorf("%q has a %q, which the font (Liberation Sans) has not: write it otherwise", text, letter)
		}
	}
	return p, nil
}

// Write writes the picture. The bytes hold no date, and need no font from outside.
func (p *Picture) Write(w io.Writer) error {
	l := p.layout
	var canvas vg.CanvasWriterTo
	switch p.format {
	case PNG:
		canvas = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(l.width, l.height), vgimg.UseDPI(p.dpi))}
	case SVG:
		canvas = svgCanvas{vgsvg.NewWith(vgsvg.UseWH(l.width, l.height))}
	case PDF:
		canvas = newPDF(l.width, l.height)
	}
	l.draw(canvas)
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	return nil
}

// svgCanvas draws the shapes of letters. Of a font inside an SVG only browsers take note.
type svgCanvas struct{ *vgsvg.Canvas }

// FillString implements vg.Canvas.
func (c svgCanvas) FillString(f font.Face, at vg.Point, text string) {
	path, err := outline(f, at, text)
	if err != nil {
		panic(fmt.Sprintf("text %q: the font is the program's own: %v", text, err))
	}
	c.Fill(path)
}

// pdfCanvas writes text in the encoding of its fonts, and colours that are not multiplied by
// their opacity: the library writes both as it is given them.
type pdfCanvas struct{ *vgpdf.Canvas }

// newPDF returns a PDF with a fixed date and its objects in order: by default both are those
// of the moment.
func newPDF(width, height vg.Length) pdfCanvas {
	fpdf.SetDefaultCatalogSort(true)
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
	return pdfCanvas{vgpdf.New(width, height)}
}

// FillString implements vg.Canvas.
func (c pdfCanvas) FillString(f font.Face, at vg.Point, text string) {
	encoded, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		panic(fmt.Sprintf("text %q for a PDF, which was not checked: %v", text, err))
	}
	c.Canvas.FillString(f, at, encoded)
}

// SetColor implements vg.Canvas.
func (c pdfCanvas) SetColor(ink color.Color) {
	c.Canvas.SetColor(straight(color.NRGBAModel.Convert(ink).(color.NRGBA)))
}

// straight is a colour whose parts are not multiplied by its opacity.
type straight color.NRGBA

// RGBA implements color.Color, but that the parts are as they are.
func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}
