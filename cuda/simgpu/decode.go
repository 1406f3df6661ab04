package simgpu

import (
	"fmt"
	"strings"
)

// decoder turns a parsed function into a program.
type decoder struct {
	m      *Module
	p      *program
	slots  map[*register]int32
	consts map[constant]int32
	labels map[string]int32
	branch map[int]string // instructions whose target is a label
	cc     int32          // the carry, a predicate
}

type constant struct {
	class class
	bits  uint64
}

// unsupported is panicked inside the decoder.
type unsupported string

func refuse(format string, args ...any) {
	panic(unsupported(fmt.Sprintf(format, args...)))
}

// decode builds the program of an entry. Errors name the line and the instruction.
func decode(m *Module, f *function) (prog *program, err error) {
	body, locals, shared, err := m.inline(f)
	if err != nil {
		return nil, err
	}
	d := &decoder{
		m: m, p: &program{name: f.name, const32: map[int32]uint32{}, const64: map[int32]uint64{}, constPred: map[int32]uint32{}, special: map[string]int32{}},
		slots: map[*register]int32{}, consts: map[constant]int32{}, labels: map[string]int32{}, branch: map[int]string{}, cc: -1,
	}
	d.layout(locals, append(sharedOf(m.unit, body), shared...))
	var at statement
	defer func() {
		if r := recover(); r != nil {
			u, ok := r.(unsupported)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("%s, line %d: %s: %q", f.name, at.line, string(u), at.text)
		}
	}()
	for _, at = range body {
		if at.label != "" {
			if _, ok := d.labels[at.label]; ok {
				refuse("label %s is defined twice", at.label)
			}
			d.labels[at.label] = int32(len(d.p.code))
			continue
		}
		d.statement(at)
	}
	// A body that runs off its end returns.
	d.p.code = append(d.p.code, instr{ctl: ctlExit, guard: -1, line: at.line, text: "ret;"})
	for i, label := range d.branch {
		at.line, at.text = d.p.code[i].line, d.p.code[i].text
		t, ok := d.labels[label]
		if !ok {
			refuse("no label %s", label)
		}
		d.p.code[i].target = t
	}
	numberFlow(d.p.code)
	d.finish()
	proveWritten(d.p)
	return d.p, nil
}

func (d *decoder) statement(s statement) {
	in := instr{guard: -1, d2: -1, line: s.line, text: s.text}
	if s.guard != nil {
		in.guard = d.slot(s.guard)
		in.guardNot = s.guardNot
	}
	if def, ok := ops[s.op]; ok {
		d.compute(&in, def, s.args)
	} else {
		root, _, _ := strings.Cut(s.op, ".")
		f, ok := decoders[root]
		if !ok {
			refuse("unknown instruction %s", s.op)
		}
		f(d, &in, s)
	}
	d.p.code = append(d.p.code, in)
}

// mark is a slot with its class, until finish.
func mark(c class, slot int32) int32 { return int32(c)<<24 | slot }

// compute decodes an instruction of the table.
func (d *decoder) compute(in *instr, def def, args []operand) {
	if len(args) != 1+len(def.src) {
		refuse("%d operands, expected %d", len(args), 1+len(def.src))
	}
	out := args[0]
	if out.kind == opPair {
		if def.dst2 == classNone {
			refuse("two results")
		}
		if out.list[1].kind != opSink {
			in.d2 = d.result(in, out.list[1], def.dst2)
		}
		out = out.list[0]
	}
	in.d = d.result(in, out, def.dst)
	for i, c := range def.src {
		slot := d.source(in, args[1+i], c)
		if args[1+i].not {
			if c != classPred {
				refuse("! before what is no predicate")
			}
			in.flags |= []uint32{flagNotA, flagNotB, flagNotC}[i]
		}
		*[]*int32{&in.a, &in.b, &in.c, &in.e}[i] = slot
	}
	in.exec = def.exec
}
