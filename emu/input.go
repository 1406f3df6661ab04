package emu

import "fmt"

// Input is which images of a decision an observation holds.
type Input uint8

const (
	// Difference is the post's: this decision's image minus that of the one before, all
	// zeros at the first decision of an episode. A thing that stands still is not in it.
	Difference Input = iota

	// Both is this decision's image, and beside it the difference.
	//
	// An observation's columns are twice the codes: column c < Codes is code c in the
	// image now, which is in both images; column Codes+c is it in the image before, which
	// the difference lacks it for: its entries are added, and minus signs are in the pixels.
	Both
)

// Columns returns the number of columns of observations: of different entries, but for sign.
func (in Input) Columns() int { return in.images() * Codes }

// Pixels returns the number of pixels of an observation's images, one after the other.
func (in Input) Pixels() int { return in.images() * ImagePixels }

func (in Input) images() int {
	switch in {
	case Difference:
		return 1
	case Both:
		return 2
	}
	panic(fmt.Sprintf("emu: no input %d", in))
}

// ColumnPixels appends what column c adds to the pixels to dst, as entries: twice the
// pixel's number, plus 1 where it is −1.
func (in Input) ColumnPixels(dst []uint16, c int) []uint16 {
	before := uint16(0)
	if c >= Codes {
		before, c = 1, c-Codes
	}
	if in == Both && before == 0 {
		for _, pixel := range CodePixels(uint16(c)) {
			dst = append(dst, pixel<<1)
		}
	}
	for _, pixel := range CodePixels(uint16(c)) {
		if in == Both {
			pixel += ImagePixels
		}
		dst = append(dst, pixel<<1|before)
	}
	return dst
}

// SetInput makes the observations of later steps those of an Input. A new Vector's are
// Differences.
func (v *Vector) SetInput(in Input) {
	v.input = in
	if in == Both && v.shown == nil {
		v.shown = make([]Picture, v.games)
	}
	v.noteShown()
}

// noteShown notes what the games have shown at their last decisions, where that is needed.
func (v *Vector) noteShown() {
	for i := range v.shown {
		b, lane := v.lane(i)
		v.shown[i] = b.picture(lane)
	}
}

// FirstObservation writes the observation of the first decision of game i's episode, which
// has just begun, to row. It panics if row is shorter than ObservationWidth.
func (v *Vector) FirstObservation(row []uint16, i int) {
	b, lane := v.lane(i)
	v.observeStart(row, b, lane, i)
}

// observeStart writes an episode's first observation.
func (v *Vector) observeStart(row []uint16, b *block, lane, i int) {
	if v.input == Difference {
		Observe(row, Blank, Blank)
		return
	}
	p := b.picture(lane)
	v.shown[i] = p
	ObserveBoth(row, p, p)
}

// observeBoth writes the observations of games lo to hi after a step, and notes what they
// have shown.
func (v *Vector) observeBoth(lo, hi int, rows []uint16) {
	for i := lo; i < hi; i++ {
		b, lane := v.lane(i)
		now := b.picture(lane)
		ObserveBoth(rows[(i-lo)*ObservationWidth:], now, v.shown[i])
		v.shown[i] = now
	}
}

// AppendPixels appends the observation with a row of codes to dst in pixels: an
// entry, twice the pixel's number plus 1 if it is −1, for each non-zero pixel, in ascending
// order. Pixel 80·row+column is the first image's; the second's follow.
func (in Input) AppendPixels(dst, row []uint16) []uint16 {
	var image [2 * ImagePixels]int8
	var shape [2 * PixelWidth]uint16
	lowest, highest := len(image), -1
	for _, e := range row {
		if e == EndOfRow {
			break
		}
		for _, pixel := range in.ColumnPixels(shape[:0], int(e>>1)) {
			image[pixel>>1] += (1 - 2*int8(e&1)) * (1 - 2*int8(pixel&1))
			lowest, highest = min(lowest, int(pixel>>1)), max(highest, int(pixel>>1))
		}
	}
	for pixel := lowest; pixel <= highest; pixel++ {
		switch image[pixel] {
		case 1:
			dst = append(dst, uint16(pixel)<<1)
		case -1:
			dst = append(dst, uint16(pixel)<<1|1)
		}
	}
	return dst
}

// ObserveBoth writes the observation of the Input Both to row: the codes of what is in the
// image now, then Codes plus those of the image before, each ordered opponent,
// agent, ball. It panics if row is shorter than ObservationWidth.
func ObserveBoth(row []uint16, now, before Picture) {
	row = row[:ObservationWidth]
	n := 0
	put := func(code, first uint16) {
		row[n] = (first + code) << 1
		if code != NoCode {
			n++
		}
	}
	put(now.Enemy, 0)
	put(now.Agent, 0)
	put(now.Ball, 0)
	put(before.Enemy, Codes)
	put(before.Agent, Codes)
	put(before.Ball, Codes)
	for ; n < ObservationWidth; n++ {
		row[n] = EndOfRow
	}
}
