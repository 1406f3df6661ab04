package terminal

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Key is something that happened to a key.
type Key struct {
	Code  rune // the letter, or one of the constants
	Event Event
}

// Codes of keys that are no letters, in Unicode's private area.
const (
	Up rune = 0xE000 + iota
	Down
	Left
	Right
	Interrupt // Ctrl-C

	// ReportsReleases is no key: the terminal says that it will report when keys are let go.
	ReportsReleases
)

// Event is what happened to a key.
type Event uint8

const (
	Pressed Event = iota
	Repeated
	Released
)

// keyDecoder makes keys of what a terminal sends: letters, the arrows of a VT100, and the
// sequences of the kitty keyboard protocol (sw.kovidgoyal.net/kitty/keyboard-protocol). What
// it does not know it passes over.
type keyDecoder struct {
	rest []byte // the beginning of a sequence whose end has not come
}

// longestSequence is where something that began as a sequence is no longer taken for one.
const longestSequence = 64

// decode appends the keys in what came next.
func (d *keyDecoder) decode(keys []Key, data []byte) []Key {
	d.rest = append(d.rest, data...)
	for len(d.rest) > 0 {
		key, length, ok := nextKey(d.rest)
		if length == 0 && len(d.rest) < longestSequence {
			return keys
		}
		d.rest = d.rest[max(length, 1):]
		if ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// nextKey returns the first key of data, if it is one, and its length: 0 if more must come.
func nextKey(data []byte) (key Key, length int, ok bool) {
	switch {
	case data[0] == 3:
		return Key{Code: Interrupt}, 1, true
	case data[0] == 0x1b:
		return nextSequence(data)
	case !utf8.FullRune(data):
		return key, 0, false
	}
	letter, length := utf8.DecodeRune(data)
	return Key{Code: letter}, length, letter >= ' ' && letter != 0x7F && letter != utf8.RuneError
}

// nextSequence is nextKey after an escape.
func nextSequence(data []byte) (key Key, length int, ok bool) {
	if len(data) == 1 {
		return key, 0, false
	}
	switch data[1] {
	case 'O': // an arrow of the application keypad
		if len(data) == 2 {
			return key, 0, false
		}
		code, ok := arrows[data[2]]
		return Key{Code: code}, 3, ok
	case '[':
		end := bytes.IndexFunc(data[2:], func(r rune) bool { return r >= 0x40 && r <= 0x7E })
		if end < 0 {
			return key, 0, false
		}
		key, ok = controlKey(string(data[2:2+end]), data[2+end])
		return key, end + 3, ok
	}
	return key, 1, false
}

var arrows = map[byte]rune{'A': Up, 'B': Down, 'C': Right, 'D': Left}

// controlKey returns the key of a control sequence: "1;MODIFIERS:EVENT" and an arrow's
// letter, or "CODE:SHIFTED;MODIFIERS:EVENT" and u.
func controlKey(parameters string, final byte) (key Key, ok bool) {
	if strings.HasPrefix(parameters, "?") { // the answer to what has been asked for
		flags, err := strconv.Atoi(parameters[1:])
		return Key{Code: ReportsReleases}, final == 'u' && err == nil && flags&reportEvents != 0
	}
	fields := strings.Split(parameters, ";")
	modifiers := 0
	if len(fields) > 1 {
		mods, event, _ := strings.Cut(fields[1], ":")
		if n, err := strconv.Atoi(mods); err == nil {
			modifiers = n - 1
		}
		if n, err := strconv.Atoi(event); err == nil && n >= 1 && n <= 3 {
			key.Event = Event(n - 1)
		}
	}
	if code, ok := arrows[final]; ok {
		key.Code = code
		return key, true
	}
	if final != 'u' {
		return key, false
	}
	codes := strings.Split(fields[0], ":")
	code, err := strconv.Atoi(codes[0])
	if len(codes) > 1 && modifiers&1 != 0 && codes[1] != "" {
		code, err = strconv.Atoi(codes[1])
	}
	key.Code = rune(code)
	if modifiers&4 != 0 {
		if key.Code == 'c' {
			return Key{Code: Interrupt, Event: key.Event}, err == nil && key.Event != Released
		}
		return key, false
	}
	return key, err == nil && code >= ' ' && code < 0xD800
}
