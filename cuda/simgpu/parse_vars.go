package simgpu

import (
	"math/bits"
	"strconv"
	"strings"
)

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
