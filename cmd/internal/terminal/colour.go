package terminal

import (
	"strconv"
	"strings"

	"pongpg/emu"
)

// Depth is which colours a terminal shows.
type Depth uint8

const (
	Depth256 Depth = iota // xterm's 256
	Depth24               // 24 bits
)

// depthOf returns what the environment says of the terminal's colours: COLORTERM, as most
// terminals set it that show 24 bits, or a TERM that is named for it.
func depthOf(getenv func(string) string) Depth {
	switch strings.ToLower(getenv("COLORTERM")) {
	case "truecolor", "24bit":
		return Depth24
	}
	if strings.HasSuffix(getenv("TERM"), "-direct") {
		return Depth24
	}
	return Depth256
}

// appendColour appends the parameters that select a colour: kind is 38 for the letter, 48
// for what is behind it.
func (d Depth) appendColour(dst []byte, kind int, c emu.RGB) []byte {
	dst = strconv.AppendInt(dst, int64(kind), 10)
	if d == Depth24 {
		dst = append(dst, ";2"...)
		for _, part := range c {
			dst = strconv.AppendUint(append(dst, ';'), uint64(part), 10)
		}
		return dst
	}
	return strconv.AppendUint(append(dst, ";5;"...), uint64(index256(c)), 10)
}

// cube are the levels of red, green and blue in xterm's colours 16 to 231; 232 to 255 are
// greys from 8 on, 10 apart.
var cube = [6]int{0, 95, 135, 175, 215, 255}

// index256 returns the nearest of xterm's colours 16 to 255.
func index256(c emu.RGB) uint8 {
	index, nearest := 16, [3]int{}
	for k, part := range c {
		level := 0
		for i := range cube {
			if distance(int(part), cube[i]) < distance(int(part), cube[level]) {
				level = i
			}
		}
		nearest[k] = cube[level]
		index += level * [3]int{36, 6, 1}[k]
	}
	mean := (int(c[0]) + int(c[1]) + int(c[2])) / 3
	step := min(max((mean-8+5)/10, 0), 23)
	grey := 8 + 10*step
	if apart(c, [3]int{grey, grey, grey}) < apart(c, nearest) {
		return uint8(232 + step)
	}
	return uint8(index)
}

func distance(a, b int) int { return max(a-b, b-a) }

// apart returns the sum of the squares of what lies between two colours.
func apart(c emu.RGB, to [3]int) (sum int) {
	for k, part := range c {
		sum += (int(part) - to[k]) * (int(part) - to[k])
	}
	return sum
}
