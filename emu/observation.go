package emu

// An observation is the post's input to the network: the image of this decision
// minus that of the one before, zeros at the first decision of an episode. It is
// written as a row of entries. An entry is twice a code (or twice a pixel), plus 1 if
// it is subtracted; EndOfRow fills the rest of a row that is not full.
const (
	// EndOfRow fills the rest of a row of entries that is not full.
	EndOfRow uint16 = 0xFFFF

	// ObservationWidth is the largest number of entries of an observation in codes:
	// three shapes, each gone from one place and come to another.
	ObservationWidth = 6

	// PixelWidth is the largest number of non-zero pixels of an observation: two
	// images of two paddles and a ball.
	PixelWidth = 2 * (2*2*paddleImageRows + 3)
)

// Observe writes the observation between two pictures to row, in codes, ordered
// opponent, agent, ball, each the new place before the old one. A shape that has
// not moved cancels. It panics if row is shorter than ObservationWidth.
func Observe(row []uint16, now, before Picture) {
	row = row[:ObservationWidth]
	n := 0
	put := func(now, before uint16) {
		if now == before {
			return
		}
		if now != NoCode {
			row[n] = now << 1
			n++
		}
		if before != NoCode {
			row[n] = before<<1 | 1
			n++
		}
	}
	put(now.Enemy, before.Enemy)
	put(now.Agent, before.Agent)
	put(now.Ball, before.Ball)
	for ; n < ObservationWidth; n++ {
		row[n] = EndOfRow
	}
}
