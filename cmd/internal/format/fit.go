package format

import (
	"slices"
	"strings"
)

// Ellipsis stands for what has been left out.
const Ellipsis = "…"

// Middle returns a text in at most so many letters: of a longer one the beginning and the end. Names
// of runs and values often differ in their ends.
func Middle(text string, letters int) string {
	all := []rune(text)
	if len(all) <= letters {
		return text
	}
	if letters < 1 {
		return ""
	}
	end := (letters - 1) / 2
	return string(all[:letters-1-end]) + Ellipsis + string(all[len(all)-end:])
}

// Wrap returns a text in lines of at most so many letters, one or more, broken between words. Only a
// word that is longer than a line is broken within.
func Wrap(text string, letters int) []string {
	letters = max(letters, 1)
	var words []string
	for _, word := range strings.Fields(text) {
		for part := range slices.Chunk([]rune(word), letters) {
			words = append(words, string(part))
		}
	}
	return Fill(words, " ", letters)
}

// Fill returns phrases in lines of at most so many letters, as many in each as there is room for, with
// something between them. A phrase that is longer is a line of its own.
func Fill(phrases []string, between string, letters int) []string {
	var lines []string
	length := 0
	for i, phrase := range phrases {
		more := len([]rune(between)) + len([]rune(phrase))
		if i == 0 || length+more > letters {
			lines, length = append(lines, phrase), len([]rune(phrase))
			continue
		}
		lines[len(lines)-1] += between + phrase
		length += more
	}
	return lines
}
