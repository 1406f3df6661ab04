package film

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/png"
	"io"
)

// writeAPNG writes a clip as an animated PNG that goes on for ever (PNG Specification, third
// edition, 11.3.6): each piece is encoded as a PNG of its own, of which it takes the pixels.
func writeAPNG(c *clip, w io.Writer) error {
	out := &chunks{to: w}
	out.text("\x89PNG\r\n\x1a\n")
	encoder := png.Encoder{CompressionLevel: png.BestCompression, BufferPool: &pool{}}
	palette := c.colours()
	sequence := uint32(0)
	for i, p := range c.pieces {
		var single bytes.Buffer
		if err := encoder.Encode(&single, c.image(p, palette)); err != nil {
			return err
		}
		part, err := parts(single.Bytes())
		if err != nil {
			return err
		}
		if i == 0 { // the first piece is the whole picture, and its header the file's
			out.chunk("IHDR", part["IHDR"])
			out.chunk("acTL", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(len(c.pieces))), 0))
			out.chunk("PLTE", part["PLTE"])
			out.chunk("tRNS", part["tRNS"])
		}
		out.chunk("fcTL", c.control(i, sequence))
		sequence++
		if i == 0 {
			out.chunk("IDAT", part["IDAT"])
			continue
		}
		out.chunk("fdAT", append(binary.BigEndian.AppendUint32(nil, sequence), part["IDAT"]...))
		sequence++
	}
	out.chunk("IEND", nil)
	return out.err
}

// control returns the frame control chunk of piece i: its number in the sequence, size,
// place and time; it is left as it is afterwards, and laid over what was there.
func (c *clip) control(i int, sequence uint32) []byte {
	p, s := c.pieces[i], c.size.Scale
	data := make([]byte, 0, 26)
	for _, x := range [...]uint32{sequence, uint32(p.width * s), uint32(p.height * s), uint32(p.left * s), uint32(p.top * s)} {
		data = binary.BigEndian.AppendUint32(data, x)
	}
	num, den := c.timing.seconds(c.pictures(i))
	for num > 0xFFFF { // 18 minutes of one picture
		num, den = num/2, max(den/2, 1)
	}
	data = binary.BigEndian.AppendUint16(data, uint16(num))
	data = binary.BigEndian.AppendUint16(data, uint16(den))
	const keep, over = 0, 1
	return append(data, keep, over)
}

// parts returns the header, the palette, what is transparent in it, and the pixels of a PNG.
func parts(file []byte) (map[string][]byte, error) {
	found := map[string][]byte{}
	for at := 8; at+12 <= len(file); {
		length := int(binary.BigEndian.Uint32(file[at:]))
		kind := string(file[at+4 : at+8])
		found[kind] = append(found[kind], file[at+8:][:length]...)
		at += length + 12
	}
	for _, kind := range []string{"IHDR", "PLTE", "tRNS", "IDAT"} {
		if len(found[kind]) == 0 {
			return nil, fmt.Errorf("a PNG without %s: make it a .gif", kind)
		}
	}
	return found, nil
}

// chunks writes a PNG's; the first error sticks.
type chunks struct {
	to  io.Writer
	err error
}

func (c *chunks) text(s string) {
	if c.err == nil {
		_, c.err = io.WriteString(c.to, s)
	}
}

func (c *chunks) chunk(kind string, data []byte) {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	c.text(string(b))
}

// pool lets package png use its memory again.
type pool struct{ buffer *png.EncoderBuffer }

func (p *pool) Get() *png.EncoderBuffer  { return p.buffer }
func (p *pool) Put(b *png.EncoderBuffer) { p.buffer = b }
