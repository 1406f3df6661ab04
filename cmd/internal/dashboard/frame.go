package dashboard

import (
	"encoding/binary"
	"encoding/json"

	"pongpg/emu"
)

// A picture of the screen travels as what it consists of:
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
// Before it is the length of a JSON object, as 2 bytes (big-endian), and the object. Each
// message stands for itself, so that any may be left out.

// appendMessage appends what is said of a frame, and its picture.
func appendMessage(dst []byte, about any, s *emu.Screen) ([]byte, error) {
	text, err := json.Marshal(about)
	if err != nil {
		return dst, err
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(text)))
	return appendScreen(append(dst, text...), s), nil
}

// appendScreen appends a picture of at most 255 colours; Pong's has ten.
func appendScreen(dst []byte, s *emu.Screen) []byte {
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
	for y := 0; y < emu.ScreenHeight; {
		row, rows := &s[y], 1
		for y+rows < emu.ScreenHeight && s[y+rows] == *row {
			rows++
		}
		bands = append(bands, byte(rows), 0)
		stretches := len(bands) - 1
		for x := 0; x < emu.ScreenWidth; {
			width := 1
			for x+width < emu.ScreenWidth && row[x+width] == row[x] {
				width++
			}
			bands = append(bands, index(row[x]), byte(width))
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
