package dashboard

import (
	"encoding/binary"
	"encoding/json"

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

// row is a picture's.
type row interface {
	[emu.ScreenWidth]emu.RGB | [emu.ImageSize]emu.RGB
}

// appendMessage appends what is said of a frame, and its picture.
func appendMessage(dst []byte, about any, s *emu.Screen) ([]byte, error) {
	text, err := json.Marshal(about)
	if err != nil {
		return dst, err
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(text)))
	return appendPicture(append(dst, text...), s[:]), nil
}

// appendPicture appends a picture of at most 255 colours; Pong's has ten.
func appendPicture[R row](dst []byte, picture []R) []byte {
	var colours []emu.RGB
	index := func(c emu.RGB) byte {
		for i, known := range colours {
			if c == known {
				return byte(i)
			}
		}
		colours = append(colours, c)
		return byte(len(colours) - 1)
	}
	var bands []byte
	for y := 0; y < len(picture); {
		rows, pixels := 1, len(picture[y])
		for y+rows < len(picture) && picture[y+rows] == picture[y] {
			rows++
		}
		bands = append(bands, byte(rows), 0)
		stretches := len(bands) - 1
		for x := 0; x < pixels; {
			width := 1
			for x+width < pixels && picture[y][x+width] == picture[y][x] {
				width++
			}
			bands = append(bands, index(picture[y][x]), byte(width))
			bands[stretches]++
			x += width
		}
		y += rows
	}
	dst = append(dst, byte(len(colours)))
	for _, c := range colours {
		dst = append(dst, c[:]...)
	}
	return append(dst, bands...)
}
