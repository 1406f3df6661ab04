package simgpu

import (
	"fmt"
	"strconv"
	"strings"
)

// parser reads a module. Names are resolved as they are met, through the scopes that
// are open; labels and special registers are left as names.
type parser struct {
	src    string
	toks   []token
	i      int
	scopes []map[string]any // *register or *variable
	unit   unit
	fn     *function
}

// syntaxError is panicked inside the parser and returned by parse.
type syntaxError struct{ err error }

func parse(src string) (u *unit, err error) {
	toks, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{src: src, toks: toks, scopes: []map[string]any{{}}}
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(syntaxError)
			if !ok {
				panic(r)
			}
			u, err = nil, s.err
		}
	}()
	p.module()
	return &p.unit, nil
}

func (p *parser) fail(t token, format string, args ...any) {
	line := p.src[strings.LastIndexByte(p.src[:t.start], '\n')+1:]
	line, _, _ = strings.Cut(line, "\n")
	panic(syntaxError{fmt.Errorf("line %d: %s: %q", t.line, fmt.Sprintf(format, args...), strings.TrimSpace(line))})
}

func (p *parser) peek() token { return p.toks[p.i] }

func (p *parser) next() token {
	t := p.toks[p.i]
	if t.kind != tokEOF {
		p.i++
	}
	return t
}

func (p *parser) is(text string) bool {
	t := p.peek()
	return (t.kind == tokPunct || t.kind == tokWord) && t.text == text
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.i++
		return true
	}
	return false
}

func (p *parser) expect(text string) token {
	t := p.next()
	if t.text != text || t.kind == tokString {
		p.fail(t, "found %q, expected %q", t.text, text)
	}
	return t
}

func (p *parser) word() token {
	t := p.next()
	if t.kind != tokWord {
		p.fail(t, "found %q, expected a name", t.text)
	}
	return t
}

// integer reads an integer, with its sign, as 64 bits.
func (p *parser) integer() uint64 {
	neg := p.accept("-")
	t := p.next()
	if t.kind != tokNumber {
		p.fail(t, "found %q, expected a number", t.text)
	}
	v, err := strconv.ParseUint(strings.TrimSuffix(t.text, "U"), 0, 64)
	if err != nil {
		p.fail(t, "bad number %q", t.text)
	}
	if neg {
		return -v
	}
	return v
}

func (p *parser) lookup(name string) any {
	for i := len(p.scopes) - 1; i >= 0; i-- {
		if s, ok := p.scopes[i][name]; ok {
			return s
		}
	}
	return nil
}

func (p *parser) declare(t token, name string, sym any) {
	scope := p.scopes[len(p.scopes)-1]
	if old, ok := scope[name]; ok {
		// A variable that was only announced may be defined.
		if v, ok := old.(*variable); !ok || !v.external {
			p.fail(t, "%s is declared twice", name)
		}
	}
	scope[name] = sym
}

// module reads directives up to the end of the text.
func (p *parser) module() {
	for {
		t := p.next()
		switch {
		case t.kind == tokEOF:
			return
		case t.kind == tokImplicit:
		case t.text == ".version":
			p.next()
		case t.text == ".target":
			p.word()
			for p.accept(",") {
				p.word()
			}
		case t.text == ".address_size":
			if n := p.integer(); n != 64 {
				p.fail(t, "addresses of %d bits are not supported", n)
			}
		case t.text == ".file":
			p.integer()
			if s := p.next(); s.kind != tokString {
				p.fail(s, "expected a file's name")
			}
			for p.accept(",") {
				p.integer()
			}
		case t.text == ".visible" || t.text == ".weak" || t.text == ".common":
		case t.text == ".extern":
			if !p.is(".func") {
				p.variable(p.next(), true)
			}
		case t.text == ".entry":
			p.function(true)
		case t.text == ".func":
			p.function(false)
		case t.text == ".global" || t.text == ".const" || t.text == ".shared":
			p.variable(t, false)
		default:
			p.fail(t, "unknown directive %s", t.text)
		}
	}
}
