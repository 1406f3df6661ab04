package film

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"pongpg/cmd/internal/canvas"
)

// Format is a kind of file.
type Format string

const (
	GIF  Format = "gif"
	APNG Format = "apng"
	MP4  Format = "mp4"
)

// FormatOfPath returns the format that a file's extension stands for. The error names the
// choices.
func FormatOfPath(path string) (Format, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gif":
		return GIF, nil
	case ".apng", ".png":
		return APNG, nil
	case ".mp4":
		return MP4, nil
	}
	return "", fmt.Errorf("%s ends in none of .gif, .apng, .png (animated) and .mp4: name a file that does", path)
}

// Size is a film's: of its pictures, in pixels, and how many times as large each pixel is
// written.
type Size struct{ Width, Height, Scale int }

// MaxScale is the largest Size.Scale.
const MaxScale = 8

// Film is a film that is being made: a picture every 1/60 s, at a speed. It must be Closed.
type Film interface {
	// Add appends a picture, which remains the caller's.
	Add(*canvas.Image) error

	// WriteTo ends the film and writes it.
	WriteTo(io.Writer) (int64, error)

	// Close frees what the film takes, written or not.
	Close() error
}

// New returns an empty film; speed is a power of two in 1/8 … 16. When ctx is done, what runs
// for it ends. The error is of ffmpeg, which MP4 needs.
func New(ctx context.Context, to Format, size Size, speed float64) (Film, error) {
	if to == MP4 {
		return newMP4(ctx, size, speed)
	}
	return &clipFilm{clip: newClip(size, timingOf(to, speed)), write: map[Format]func(*clip, io.Writer) error{GIF: writeGIF, APNG: writeAPNG}[to]}, nil
}

// clipFilm is a film that is kept in memory until it is written.
type clipFilm struct {
	clip  *clip
	write func(*clip, io.Writer) error
}

func (f *clipFilm) Add(m *canvas.Image) error { return f.clip.add(m) }
func (f *clipFilm) Close() error              { return nil }

func (f *clipFilm) WriteTo(w io.Writer) (int64, error) {
	if len(f.clip.pieces) == 0 {
		return 0, fmt.Errorf("a film without pictures: let it last for a frame at least")
	}
	counted := &counter{to: w}
	err := f.write(f.clip, counted)
	return counted.n, err
}

// counter counts what is written.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(data []byte) (int, error) {
	n, err := c.to.Write(data)
	c.n += int64(n)
	return n, err
}

// timing is which pictures are shown, and for how long.
type timing struct {
	every int // one of so many
	rate  int // pictures in eight seconds, before that: a whole number at all speeds
}

// maxRate is how many pictures a second a format can show. GIF counts in hundredths, and
// browsers show what is shorter than two of them for ten.
var maxRate = map[Format]float64{GIF: 50, APNG: 60, MP4: 60}

// timingOf returns the timing of a format at a speed: at the console's, a GIF has every second
// picture, for 3, 3 and 4 hundredths in turn, and the others have all.
func timingOf(to Format, speed float64) timing {
	return timing{every: int(math.Ceil(60 * speed / maxRate[to])), rate: int(8 * 60 * speed)}
}

// centiseconds returns when a picture is due, rounded down.
func (t timing) centiseconds(picture int) int { return picture * 800 / t.rate }

// seconds returns how long pictures are shown, as a fraction in lowest terms.
func (t timing) seconds(pictures int) (num, den int) {
	num, den = 8*pictures, t.rate
	for a, b := num, den; ; a, b = b, a%b {
		if b == 0 {
			return num / a, den / a
		}
	}
}
