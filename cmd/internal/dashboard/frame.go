package dashboard

import (
	"encoding/binary"
	"iter"
	"slices"

	"pongpg/cmd/internal/canvas"
	"pongpg/emu"
)

// A picture of 160×210 pixels, the screen, or 80×80, what the network sees, travels as what it
// consists of:
//
//	byte           number of colours n
//	n × 3 bytes    red, green, blue of each
//	for each band of equal rows, from the top:
//	  byte         rows, 1…210
//	  byte         stretches of one colour in a row
//	  for each, from the left:
//	    byte       its colour
//	    byte       pixels, 1…160
//
// Before the screen is the length of a JSON object, as 2 bytes (big-endian), and the object; after
// it may come the difference that the network has decided on. Each message stands for itself, so
// that any may be left out: the difference, about 80 bytes, is in all, though a decision lasts for
// some of them.

// appendMessage appends what is said of a frame, a JSON object, and its picture.
func appendMessage(dst, about []byte, screen []emu.Band) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(about)))
	return appendPicture(append(dst, about...), func(yield func(int, []emu.RGB) bool) {
		for i := range screen {
			if !yield(screen[i].Rows, screen[i].Row[:]) {
				return
			}
		}
	})
}

// kept is a part of a message, and of those after it for as long as its key is the same.
type kept[K comparable] struct {
	key  K
	part []byte // nil: there is none yet
}

// of returns the part: what code makes, if the key is another one than before.
func (k *kept[K]) of(key K, code func() ([]byte, error)) (part []byte, err error) {
	if k.part == nil || key != k.key {
		k.key = key
		k.part, err = code()
	}
	return k.part, err
}

// bandsOf yields how many rows of an image are alike, and such a row, from the top.
func bandsOf(m *canvas.Image) iter.Seq2[int, []emu.RGB] {
	row := func(y int) []emu.RGB { return m.Pix[y*m.Width:][:m.Width] }
	return func(yield func(int, []emu.RGB) bool) {
		for y, rows := 0, 0; y < m.Height; y += rows {
			for rows = 1; y+rows < m.Height && slices.Equal(row(y), row(y+rows)); rows++ {
			}
			if !yield(rows, row(y)) {
				return
			}
		}
	}
}

// appendPicture appends a picture of at most 255 colours, Pong's has ten, and 255 stretches in a row.
func appendPicture(dst []byte, bands iter.Seq2[int, []emu.RGB]) []byte {
	var colours []emu.RGB
	index := func(c emu.RGB) byte {
		at := slices.Index(colours, c)
		if at < 0 {
			at = len(colours)
			colours = append(colours, c)
		}
		return byte(at)
	}
	var coded []byte
	for rows, row := range bands {
		coded = append(coded, byte(rows), 0)
		stretches := len(coded) - 1
		for width := 0; len(row) > 0; row = row[width:] {
			for width = 1; width < len(row) && row[width] == row[0]; width++ {
			}
			coded = append(coded, index(row[0]), byte(width))
			coded[stretches]++
		}
	}
	dst = append(dst, byte(len(colours)))
	for _, c := range colours {
		dst = append(dst, c[:]...)
	}
	return append(dst, coded...)
}
