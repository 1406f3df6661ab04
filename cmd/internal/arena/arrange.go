package arena

import (
	"pongpg/cmd/internal/format"
	"pongpg/emu"
)

// content is what a panel has to say beside its first lines.
type content struct {
	actions int // each with its probability; 0 without a policy
	images  int // that the network sees
	person  bool
	note    string
}

// plan is where the parts of a panel go, from its upper left corner on. A part without rows is left out.
type plan struct {
	words, bars, units, keys box
	headline                 box   // of the images
	images                   []box // the last ones of those that the network sees
	level                    level
}

// level is how much of its content a panel shows.
type level int

const (
	cut      level = iota // not even all words, probabilities and keys
	bare                  // those
	sighted               // and an image
	specimen              // and a unit that is active
	whole                 // or enough of them
)

const (
	wordRows   = 4  // title, score, frame, state
	noteRows   = 6  // of an error, at most
	minSeen    = 16 // pixels: a smaller image shows nothing
	minUnits   = 3
	unitRoom   = 12 // columns: a number and something of a bar
	fairUnits  = 6  // more are no reason for another plan
	keyGap     = "  "
	columnsGap = 1
)

// arrange finds the best plan for a panel: what shows more, then more images, then space
// between the parts, then larger images, then more units.
func arrange(columns, rows int, of content) plan {
	best, score := plan{}, -1
	for _, split := range []bool{false, true} {
		frame, rest, right := frameOf(columns, rows, of, split)
		if split && right.columns < minSeen {
			continue
		}
		for images := range of.images + 1 {
			for choice := range 12 {
				p := frame
				t := trial{images: images, gap: choice & 1, tall: choice&2 != 0, units: place(choice >> 2)}
				if s, ok := t.fill(&p, rest, right, split); ok && s > score {
					best, score = p, s
				}
			}
		}
	}
	return best
}

// frameOf returns a plan with the words, the probabilities and the keys, and what room is left below
// the probabilities and, if the panel is split in two columns, on the right.
func frameOf(columns, rows int, of content, split bool) (p plan, rest, right box) {
	left := columns
	if split {
		left = panelColumns
		right = box{left + columnsGap, 0, columns - left - columnsGap, rows}
	}
	said := wordRows
	if of.note != "" {
		said += min(len(format.Wrap(of.note, left)), noteRows)
	}
	keys := min(len(keyLines(of, columns)), rows)
	p.keys = box{0, rows - keys, columns, keys}
	right.rows -= keys
	p.words = box{0, 0, left, min(said, rows-keys)}
	p.bars = box{0, p.words.rows, left, min(of.actions, rows-keys-p.words.rows)}
	below := p.words.rows + p.bars.rows
	rest = box{0, below, left, rows - keys - below}
	if p.words.rows == said && p.bars.rows == of.actions {
		p.level = bare
		if of.actions == 0 {
			p.level = whole // there is nothing else
		}
	}
	return p, rest, right
}

// place is where the units are.
type place int

const (
	below place = iota // the images
	beside
	apart // below the probabilities, the images on the right
)

// trial is a plan to be tried.
type trial struct {
	images, gap int
	tall        bool // one image above the other
	units       place
}

// fill puts images and units into a plan, and returns how good it is.
func (t trial) fill(p *plan, rest, right box, split bool) (score int, ok bool) {
	room, units := rest, rest
	switch {
	case split:
		room = right
	case t.gap > 0 && rest.rows > 0:
		room.row++
		room.rows--
		units = room
	}
	if t.units == apart && !split && t.images > 0 || t.tall && t.images < 2 {
		return 0, false
	}
	size := 0
	if t.images > 0 {
		if size = t.size(room); size < minSeen {
			return 0, false
		}
		units = t.draw(p, room, rest, size)
	}
	n := max(units.rows-1, 0)
	if n > 0 && units.columns >= unitRoom {
		p.units = units
	} else {
		n = 0
	}
	if p.level == bare && t.images > 0 {
		switch p.level = sighted; {
		case n >= minUnits:
			p.level = whole
		case n > 0:
			p.level = specimen
		}
	}
	score = int(p.level)
	score = 4*score + t.images
	score = 2*score + t.gap
	score = 128*score + size
	return 8*score + min(n, fairUnits), true
}

// size returns how large the images can be in a room, which they share with the units.
func (t trial) size(room box) int {
	columns, rows := room.columns, room.rows-1 // the headline
	switch t.units {
	case below:
		rows -= t.gap + 1 + minUnits
	case beside:
		columns -= unitRoom + columnsGap
	}
	if t.tall {
		rows = (rows - (t.images - 1)) / t.images
	} else {
		columns = (columns - (t.images - 1)) / t.images
	}
	return min(columns, 2*rows, emu.ImageSize) &^ 1
}

// draw puts images of a size into a room, and returns what is left for the units.
func (t trial) draw(p *plan, room, rest box, size int) (units box) {
	column, row := room.column, room.row+1
	for i := range t.images {
		if i > 0 && t.tall {
			row += size/2 + 1
		} else if i > 0 {
			column += size + 1
		}
		p.images = append(p.images, box{column, row, size, size / 2})
	}
	right, bottom := column+size, row+size/2
	p.headline = box{room.column, room.row, right - room.column, 1}
	switch t.units {
	case beside:
		right += columnsGap
		return box{right, room.row, room.column + room.columns - right, room.rows}
	case apart:
		if t.gap > 0 {
			rest.row++
			rest.rows--
		}
		return rest
	}
	if p.headline.columns = room.columns; t.gap > 0 {
		bottom++
	}
	return box{room.column, bottom, room.columns, room.row + room.rows - bottom}
}

// keyLines returns what the keys do, in as many lines as the columns need.
func keyLines(of content, columns int) []string {
	keys := []string{"space pause", ". a frame", "+ − speed", "n next point", "q quit"}
	switch {
	case of.person && of.actions > 0:
		keys = []string{"↑ ↓ or w s move", "p pause", "+ − speed", "q quit"} // the left side has no fire
	case of.person:
		keys = []string{"↑ ↓ or w s move", "space fire", "p pause", "+ − speed", "q quit"}
	}
	return format.Fill(keys, keyGap, columns)
}
