package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/gif"
	"image/png"
	"io"
	"time"
)

// Frames last so long that an animation takes about animationTime, within the limits; the last one
// longer.
const (
	animationTime = 12 * time.Second
	shortestFrame = 60 * time.Millisecond
	longestFrame  = 500 * time.Millisecond
	lastFrame     = 2 * time.Second
)

// frameTime returns how long a frame of n is shown.
func frameTime(i, n int) time.Duration {
	if i == n-1 {
		return lastFrame
	}
	return min(longestFrame, max(shortestFrame, animationTime/time.Duration(n)))
}

// WritePNG writes a picture as PNG.
func WritePNG(out io.Writer, frame *image.Paletted) error { return png.Encode(out, frame) }

// WritePNGFast is WritePNG in a third of the time, for pictures that are made again and again: of
// weights pixel by pixel, which hardly compress, the file is a fiftieth larger.
func WritePNGFast(out io.Writer, frame *image.Paletted) error {
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	return e.Encode(out, frame)
}

// WriteGIF writes frames, of one size, as a GIF that repeats for ever.
func WriteGIF(out io.Writer, frames []*image.Paletted) error {
	g := &gif.GIF{Image: frames}
	for i := range frames {
		g.Delay = append(g.Delay, int(frameTime(i, len(frames))/(10*time.Millisecond)))
	}
	return gif.EncodeAll(out, g)
}

// WriteAPNG writes frames, of one size and palette, as an animated PNG that repeats for ever
// (W3C, Portable Network Graphics, third edition, §11.3.2): PNG's chunks of each frame, the
// later ones' data in chunks fdAT, and before each how long it is shown. What knows no
// animations shows the first frame.
func WriteAPNG(out io.Writer, frames []*image.Paletted) error {
	w := chunkWriter{out: out}
	w.write([]byte(pngSignature))
	for i, frame := range frames {
		var b bytes.Buffer
		if err := png.Encode(&b, frame); err != nil {
			return err
		}
		controlled := false
		err := chunks(b.Bytes(), func(name string, data []byte) {
			if name == "IDAT" && !controlled {
				w.control(frame.Rect, frameTime(i, len(frames)))
				controlled = true
			}
			switch {
			case name == "IEND":
			case name == "IDAT" && i > 0:
				w.chunk("fdAT", append(w.next(), data...))
			case name == "IDAT" || i == 0:
				w.chunk(name, data)
			}
			if name == "IHDR" && i == 0 {
				w.chunk("acTL", binary.BigEndian.AppendUint32(nil, uint32(len(frames))), make([]byte, 4))
			}
		})
		if err != nil {
			return err
		}
	}
	w.chunk("IEND")
	return w.err
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// chunks calls visit with each chunk of a PNG.
func chunks(b []byte, visit func(name string, data []byte)) error {
	if !bytes.HasPrefix(b, []byte(pngSignature)) {
		return errors.New("no PNG")
	}
	for b = b[len(pngSignature):]; len(b) > 0; {
		if len(b) < 12 || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)-12) {
			return errors.New("a PNG that is cut off")
		}
		n := int(binary.BigEndian.Uint32(b))
		visit(string(b[4:8]), b[8:8+n])
		b = b[12+n:]
	}
	return nil
}

// chunkWriter writes an animated PNG. The first error stays.
type chunkWriter struct {
	out      io.Writer
	sequence uint32 // of control and later frames' data
	err      error
}

func (w *chunkWriter) write(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// chunk writes a chunk whose data are the parts.
func (w *chunkWriter) chunk(name string, parts ...[]byte) {
	data := bytes.Join(parts, nil)
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	w.write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

// next returns the next number of the sequence.
func (w *chunkWriter) next() []byte {
	w.sequence++
	return binary.BigEndian.AppendUint32(nil, w.sequence-1)
}

// control writes what is said of a frame before its data: where it is, and for how long.
func (w *chunkWriter) control(r image.Rectangle, shown time.Duration) {
	b := binary.BigEndian.AppendUint32(w.next(), uint32(r.Dx()))
	b = binary.BigEndian.AppendUint32(b, uint32(r.Dy()))
	b = append(b, make([]byte, 8)...) // at the upper left corner
	b = binary.BigEndian.AppendUint16(b, uint16(shown/time.Millisecond))
	b = binary.BigEndian.AppendUint16(b, uint16(time.Second/time.Millisecond))
	w.chunk("fcTL", append(b, 0, 0)) // neither disposed of nor blended
}
