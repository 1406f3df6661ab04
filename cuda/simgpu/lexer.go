package simgpu

import (
	"fmt"
	"strings"
)

type tokenKind uint8

const (
	tokEOF      tokenKind = iota
	tokWord               // an identifier, directive or dotted opcode
	tokNumber             // as written
	tokPunct              // one character
	tokString             // without its quotes
	tokImplicit           // a register that LLVM says is defined by nothing
)

type token struct {
	kind       tokenKind
	text       string
	line       int
	start, end int // in the source
}

// implicitDef is the comment with which LLVM marks a register whose value does not matter.
const implicitDef = "implicit-def: "

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == '$' || c == '%' || c == '.'
}

// lex cuts PTX into tokens.
func lex(src string) ([]token, error) {
	var toks []token
	line := 1
	for i := 0; i < len(src); {
		c := src[i]
		start := i
		switch {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(src[i:], "//"):
			for i < len(src) && src[i] != '\n' {
				i++
			}
			comment := strings.TrimSpace(src[start+2 : i])
			if reg, ok := strings.CutPrefix(comment, implicitDef); ok {
				toks = append(toks, token{tokImplicit, reg, line, start, i})
			}
		case strings.HasPrefix(src[i:], "/*"):
			n := strings.Index(src[i:], "*/")
			if n < 0 {
				return nil, fmt.Errorf("line %d: comment without end", line)
			}
			line += strings.Count(src[i:i+n], "\n")
			i += n + 2
		case c == '"':
			n := strings.IndexByte(src[i+1:], '"')
			if n < 0 {
				return nil, fmt.Errorf("line %d: string without end", line)
			}
			toks = append(toks, token{tokString, src[i+1 : i+1+n], line, start, i + n + 2})
			i += n + 2
		case c >= '0' && c <= '9':
			for i < len(src) && isWord(src[i]) {
				i++
			}
			toks = append(toks, token{tokNumber, src[start:i], line, start, i})
		case isWord(c):
			for i < len(src) && isWord(src[i]) {
				i++
			}
			toks = append(toks, token{tokWord, src[start:i], line, start, i})
		case strings.IndexByte("{}()[]<>,;:|!@+-=", c) >= 0:
			i++
			toks = append(toks, token{tokPunct, src[start:i], line, start, i})
		default:
			return nil, fmt.Errorf("line %d: unexpected character %q", line, c)
		}
	}
	return append(toks, token{tokEOF, "end of text", line, len(src), len(src)}), nil
}
