package simgpu

import (
	"fmt"
	"strings"
)

// inliner puts the bodies of device functions in the place of their calls, so that nothing is
// left to do for calls when a kernel runs. Parameters of a call are variables in local memory
// of the caller; the callee works on the same ones. A function that calls itself is refused.
type inliner struct {
	m      *Module
	body   []statement
	locals []*variable
	shared []*variable
	seen   map[*function]bool // whose shared variables are taken
	calls  int
}

// inlined is an entry's body with its calls replaced, and all the variables that it uses.
func (m *Module) inline(f *function) (body []statement, locals, shared []*variable, err error) {
	in := &inliner{m: m, seen: map[*function]bool{}}
	if err := in.add(f, nil, nil, ""); err != nil {
		return nil, nil, nil, err
	}
	return in.body, in.locals, in.shared, nil
}

// copyOf is the renaming of one inlined call.
type copyOf struct {
	regs map[*register]*register
	vars map[*variable]*variable
}

// add appends the body of f. stack is the functions around it; vars the renaming of its parameters, nil for
// an entry; suffix makes its labels unique.
func (in *inliner) add(f *function, stack []*function, vars map[*variable]*variable, suffix string) error {
	for _, g := range stack {
		if g == f {
			return fmt.Errorf("%s calls itself; recursion is not supported", f.name)
		}
	}
	stack = append(stack, f)
	if !in.seen[f] {
		in.seen[f] = true
		in.shared = append(in.shared, f.shared...)
	}
	c := copyOf{regs: map[*register]*register{}, vars: vars}
	for _, v := range f.local {
		if c.vars[v] != nil {
			continue
		}
		if f.entry {
			in.locals = append(in.locals, v)
			continue
		}
		w := *v
		c.vars[v] = &w
		in.locals = append(in.locals, &w)
	}
	end := "$return" + suffix
	for _, s := range f.body {
		if !f.entry {
			s = c.statement(s, suffix)
			if s.op == "ret" || s.op == "ret.uni" {
				s.op, s.args = "bra", []operand{{kind: opName, name: end}}
			}
		}
		if s.label != "" || !strings.HasPrefix(s.op, "call") {
			in.body = append(in.body, s)
			continue
		}
		if err := in.call(s, stack); err != nil {
			return fmt.Errorf("%s, line %d: %w: %q", f.name, s.line, err, s.text)
		}
	}
	if !f.entry {
		in.body = append(in.body, statement{label: end})
	}
	return nil
}

// call replaces call[.uni] [(results),] f [, (arguments)].
func (in *inliner) call(s statement, stack []*function) error {
	if s.op != "call" && s.op != "call.uni" {
		return fmt.Errorf("unknown instruction %s", s.op)
	}
	args := s.args
	var results, params []operand
	if len(args) > 0 && args[0].kind == opGroup {
		results, args = args[0].list, args[1:]
	}
	if len(args) == 0 || args[0].kind != opName {
		return fmt.Errorf("only calls of a named function are supported")
	}
	f := in.m.byName[args[0].name]
	if f == nil {
		return fmt.Errorf("the module has no function %s", args[0].name)
	}
	if len(args) == 2 && args[1].kind == opGroup {
		params = args[1].list
	} else if len(args) != 1 {
		return fmt.Errorf("only calls of a named function are supported")
	}
	vars := map[*variable]*variable{}
	match := func(formal []*variable, actual []operand) error {
		if len(formal) != len(actual) {
			return fmt.Errorf("%s has %d parameters or results, not %d", f.name, len(formal), len(actual))
		}
		for i, v := range formal {
			a := actual[i]
			if a.kind != opVariable || a.vr.size != v.size {
				return fmt.Errorf("%s needs %d bytes of .param for %s", f.name, v.size, v.name)
			}
			vars[v] = a.vr
		}
		return nil
	}
	if err := match(f.results, results); err != nil {
		return err
	}
	if err := match(f.params, params); err != nil {
		return err
	}
	in.calls++
	suffix := fmt.Sprintf("$%d", in.calls)
	if s.guard != nil { // step over the body
		skip := statement{line: s.line, text: s.text, guard: s.guard, guardNot: !s.guardNot, op: "bra",
			args: []operand{{kind: opName, name: "$return" + suffix}}}
		in.body = append(in.body, skip)
	}
	return in.add(f, stack, vars, suffix)
}

// statement is a statement of the callee with its names renamed.
func (c copyOf) statement(s statement, suffix string) statement {
	s.device = true
	if s.label != "" {
		s.label += suffix
	}
	s.guard = c.register(s.guard)
	s.args = c.operands(s.args, suffix, s.op)
	return s
}

func (c copyOf) register(r *register) *register {
	if r == nil {
		return nil
	}
	if c.regs[r] == nil {
		w := *r
		c.regs[r] = &w
	}
	return c.regs[r]
}

func (c copyOf) operands(list []operand, suffix, op string) []operand {
	out := make([]operand, len(list))
	for i, o := range list {
		o.reg = c.register(o.reg)
		if w := c.vars[o.vr]; w != nil {
			o.vr = w
		}
		if o.kind == opName && strings.HasPrefix(op, "bra") {
			o.name += suffix
		}
		o.list = c.operands(o.list, suffix, op)
		out[i] = o
	}
	return out
}
