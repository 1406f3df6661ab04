package simgpu

import "fmt"

// inline is an entry's body with its calls.
func (m *Module) inline(f *function) (body []statement, locals, shared []*variable, err error) {
	for _, s := range f.body {
		if s.label == "" && len(s.op) >= 4 && s.op[:4] == "call" {
			return nil, nil, nil, fmt.Errorf("%s, line %d: calls are not supported yet: %q", f.name, s.line, s.text)
		}
	}
	return f.body, f.local, f.shared, nil
}
