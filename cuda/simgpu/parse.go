package simgpu

import (
	"fmt"
	"math/bits"
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

// width is the size in bytes of a fundamental type, without its dot; 0 if it is none.
func width(typ string) uint64 {
	switch typ {
	case "b8", "u8", "s8":
		return 1
	case "b16", "u16", "s16", "f16":
		return 2
	case "b32", "u32", "s32", "f32":
		return 4
	case "b64", "u64", "s64", "f64":
		return 8
	}
	return 0
}

// declaration reads what follows a space: [.align n] .type name[dims].
func (p *parser) declaration(sp space) *variable {
	v := &variable{space: sp}
	for p.is(".align") {
		p.next()
		v.align = p.integer()
	}
	t := p.word()
	v.typ = strings.TrimPrefix(t.text, ".")
	size := width(v.typ)
	if size == 0 {
		p.fail(t, "unknown type %s", t.text)
	}
	if v.align == 0 {
		v.align = size
	}
	if bits.OnesCount64(v.align) != 1 {
		p.fail(t, "alignment %d is no power of two", v.align)
	}
	v.name = p.word().text
	v.size = size
	for p.accept("[") {
		if p.accept("]") {
			v.size = 0
			continue
		}
		v.size *= p.integer()
		p.expect("]")
	}
	return v
}

// variable reads a variable of a module or of a function's body.
func (p *parser) variable(t token, external bool) {
	sp, ok := map[string]space{".global": spaceGlobal, ".const": spaceConst, ".shared": spaceShared,
		".local": spaceLocal, ".param": spaceParam}[t.text]
	if !ok {
		p.fail(t, "unknown state space %s", t.text)
	}
	v := p.declaration(sp)
	v.external = external
	if external && sp != spaceShared {
		p.fail(t, "%s is external; modules are not linked here", v.name)
	}
	if p.accept("=") {
		p.initialiser(t, v)
	}
	if v.size == 0 && !external {
		p.fail(t, "%s has no size", v.name)
	}
	p.expect(";")
	p.declare(t, v.name, v)
	switch {
	case p.fn == nil:
		p.unit.vars = append(p.unit.vars, v)
	case sp == spaceShared:
		p.fn.shared = append(p.fn.shared, v)
	default:
		v.space = spaceLocal // a .param of a call is memory of the thread too
		p.fn.local = append(p.fn.local, v)
	}
}

// initialiser reads {1, 2, …} or a single value; nested braces are flattened.
func (p *parser) initialiser(t token, v *variable) {
	w := width(v.typ)
	var put func()
	put = func() {
		if p.accept("{") {
			for !p.accept("}") {
				put()
				if !p.is("}") {
					p.expect(",")
				}
			}
			return
		}
		if p.peek().kind == tokWord {
			p.fail(p.peek(), "addresses in initialisers are not supported")
		}
		x := p.number()
		for i := range w {
			v.init = append(v.init, byte(x.imm>>(8*i)))
		}
	}
	put()
	if uint64(len(v.init)) > v.size {
		p.fail(t, "%s has more values than elements", v.name)
	}
}

// number reads an integer, or a float as its bits: 0fhhhhhhhh, 0dhhhhhhhhhhhhhhhh.
func (p *parser) number() operand {
	t := p.peek()
	if t.kind == tokNumber && len(t.text) > 2 {
		kind, digits := operandKind(0), 0
		switch t.text[:2] {
		case "0f", "0F":
			kind, digits = opFloat32, 8
		case "0d", "0D":
			kind, digits = opFloat64, 16
		}
		if digits > 0 {
			v, err := strconv.ParseUint(t.text[2:], 16, 64)
			if err != nil || len(t.text) != 2+digits {
				p.fail(t, "bad number %q", t.text)
			}
			p.next()
			return operand{kind: kind, imm: v}
		}
	}
	return operand{kind: opInteger, imm: p.integer()}
}
