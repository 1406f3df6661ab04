package simgpu

import (
	"strconv"
	"strings"
)

// function reads an entry or a device function after its directive.
func (p *parser) function(entry bool) {
	f := &function{entry: entry}
	p.scopes = append(p.scopes, map[string]any{})
	p.fn = f
	defer func() {
		p.scopes = p.scopes[:len(p.scopes)-1]
		p.fn = nil
	}()
	if !entry && p.is("(") {
		f.results = p.parameters(spaceLocal)
	}
	name := p.word()
	f.name, f.line = name.text, name.line
	if p.is("(") {
		sp := spaceParam
		if !entry {
			sp = spaceLocal
		}
		f.params = p.parameters(sp)
	}
	f.local = append(f.local, f.results...)
	if !entry {
		f.local = append(f.local, f.params...)
	}
	for {
		t := p.next()
		switch t.text {
		case ";":
			return // only announced
		case "{":
			p.unit.funcs = append(p.unit.funcs, f)
			p.body()
			return
		case ".maxntid", ".reqntid":
			f.required = t.text == ".reqntid"
			f.maxNTID = [3]uint32{1, 1, 1}
			for i := range 3 {
				f.maxNTID[i] = uint32(p.integer())
				if !p.accept(",") {
					break
				}
			}
		case ".minnctapersm", ".maxnreg":
			p.integer()
		case ".noreturn":
		default:
			p.fail(t, "unknown directive %s", t.text)
		}
	}
}

func (p *parser) parameters(sp space) []*variable {
	var list []*variable
	p.expect("(")
	for !p.accept(")") {
		t := p.expect(".param")
		v := p.declaration(sp)
		p.declare(t, v.name, v)
		list = append(list, v)
		if !p.is(")") {
			p.expect(",")
		}
	}
	return list
}

// body reads statements up to the closing brace.
func (p *parser) body() {
	for {
		t := p.peek()
		switch {
		case p.accept("}"):
			return
		case p.accept("{"):
			p.scopes = append(p.scopes, map[string]any{})
			p.body()
			p.scopes = p.scopes[:len(p.scopes)-1]
		case t.kind == tokImplicit:
			p.next()
			if r, ok := p.lookup(t.text).(*register); ok {
				r.any = true
			}
		case t.kind == tokWord && strings.HasPrefix(t.text, "."):
			p.next()
			p.directive(t)
		case t.kind == tokWord && p.toks[p.i+1].text == ":":
			p.i += 2
			p.fn.body = append(p.fn.body, statement{label: t.text, line: t.line})
		default:
			p.instruction()
		}
	}
}

func (p *parser) directive(t token) {
	switch t.text {
	case ".reg":
		p.registers()
	case ".shared", ".local", ".param":
		p.variable(t, false)
	case ".pragma":
		p.next()
		p.expect(";")
	case ".loc":
		for range 3 {
			p.integer()
		}
	default:
		p.fail(t, "unknown directive %s", t.text)
	}
}

// registers reads .reg .type name, name<n>, …;
func (p *parser) registers() {
	t := p.word()
	typ := strings.TrimPrefix(t.text, ".")
	c, ok := map[uint64]class{2: class16, 4: class32, 8: class64}[width(typ)]
	if typ == "pred" {
		c, ok = classPred, true
	}
	if !ok {
		p.fail(t, "registers of type %s are not supported", t.text)
	}
	for {
		name := p.word()
		if p.accept("<") {
			n := p.integer()
			p.expect(">")
			if n > 1<<20 {
				p.fail(name, "%d registers are too many", n)
			}
			for i := range n {
				s := name.text + strconv.FormatUint(i, 10)
				p.declare(name, s, &register{name: s, class: c})
			}
		} else {
			p.declare(name, name.text, &register{name: name.text, class: c})
		}
		if !p.accept(",") {
			break
		}
	}
	p.expect(";")
}

// instruction reads [@[!]p] op operands;
func (p *parser) instruction() {
	first := p.peek()
	s := statement{line: first.line}
	if p.accept("@") {
		s.guardNot = p.accept("!")
		t := p.word()
		r, ok := p.lookup(t.text).(*register)
		if !ok || r.class != classPred {
			p.fail(t, "%s is no predicate", t.text)
		}
		s.guard = r
	}
	s.op = p.word().text
	for !p.is(";") {
		s.args = append(s.args, p.operand())
		if !p.is(";") {
			p.expect(",")
		}
	}
	end := p.expect(";")
	s.text = strings.Join(strings.Fields(p.src[first.start:end.start]), " ")
	p.fn.body = append(p.fn.body, s)
}

func (p *parser) operand() operand {
	t := p.peek()
	switch {
	case p.accept("["):
		o := p.operand()
		switch o.kind {
		case opRegister, opVariable, opInteger:
		default:
			p.fail(t, "bad address")
		}
		switch {
		case p.accept("+"):
			o.imm += p.integer()
		case p.is("-"):
			o.imm += p.integer()
		}
		p.expect("]")
		return operand{kind: opAddress, reg: o.reg, vr: o.vr, imm: o.imm}
	case p.accept("{"):
		return operand{kind: opList, list: p.operands("}")}
	case p.accept("("):
		return operand{kind: opGroup, list: p.operands(")")}
	case p.accept("!"):
		o := p.operand()
		o.not = !o.not
		return o
	case t.kind == tokNumber || p.is("-"):
		return p.number()
	}
	t = p.word()
	if t.text == "_" {
		return operand{kind: opSink}
	}
	switch s := p.lookup(t.text).(type) {
	case *register:
		o := operand{kind: opRegister, reg: s}
		if p.accept("|") {
			return operand{kind: opPair, list: []operand{o, p.operand()}}
		}
		return o
	case *variable:
		o := operand{kind: opVariable, vr: s}
		if p.fn != nil && p.is("+") && p.toks[p.i+1].kind == tokNumber && p.toks[p.i+2].text != "]" {
			p.next()
			o.imm = p.integer()
		}
		return o
	}
	return operand{kind: opName, name: t.text}
}

func (p *parser) operands(end string) []operand {
	var list []operand
	for !p.accept(end) {
		list = append(list, p.operand())
		if !p.is(end) {
			p.expect(",")
		}
	}
	return list
}
