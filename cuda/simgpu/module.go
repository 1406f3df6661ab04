package simgpu

import (
	"errors"
	"fmt"
)

// Module is loaded PTX.
type Module struct {
	d         *Device
	unit      *unit
	programs  map[string]*Function
	globals   map[string]*region
	constants []byte
	byName    map[string]*function // device functions
	unloaded  bool
}

// Function is a kernel of a module.
type Function struct {
	module   *Module
	prog     *program
	params   []Param
	size     uint64
	limit    [3]uint32 // of threads; zeros if there is none
	required bool      // exactly the limit
}

// Param is a parameter of a kernel.
type Param struct {
	Name   string
	Type   string // "u64", "f32", …; "b8" for a struct
	Size   int    // in bytes
	Offset int    // in the parameters of Launch
}

// Name is the kernel's name.
func (f *Function) Name() string { return f.prog.name }

// Params returns the kernel's parameters in order.
func (f *Function) Params() []Param { return f.params }

// SharedBytes is the shared memory that each block has without the launch's.
func (f *Function) SharedBytes() int { return int(f.prog.shared) }

// MaxThreads is how many threads a block may have.
func (f *Function) MaxThreads() int {
	if f.limit == [3]uint32{} {
		return maxThreads
	}
	return int(f.limit[0] * f.limit[1] * f.limit[2])
}

func (f *Function) freed() bool { return f.module.unloaded }

// Load reads PTX. All of it is read and decoded at once: an instruction that is not known is an
// error here, with its line and text.
func (d *Device) Load(ptx string) (*Module, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, err := parse(ptx)
	if err != nil {
		return nil, fmt.Errorf("ptx: %w", err)
	}
	m := &Module{d: d, unit: u, programs: map[string]*Function{}, globals: map[string]*region{}, byName: map[string]*function{}}
	if err := m.place(); err != nil {
		return nil, err
	}
	for _, f := range u.funcs {
		if !f.entry {
			m.byName[f.name] = f
		}
	}
	for _, f := range u.funcs {
		if !f.entry {
			continue
		}
		prog, err := decode(m, f)
		if err != nil {
			m.drop()
			return nil, fmt.Errorf("ptx: %w", err)
		}
		m.programs[f.name] = m.function(f, prog)
	}
	return m, nil
}

// function lays out the parameters of an entry.
func (m *Module) function(f *function, prog *program) *Function {
	fn := &Function{module: m, prog: prog, limit: f.maxNTID, required: f.required}
	for _, v := range f.params {
		fn.params = append(fn.params, Param{Name: v.name, Type: v.typ, Size: int(v.size), Offset: int(v.offset)})
		fn.size = v.offset + v.size
	}
	return fn
}

// place gives the module's variables their addresses, and the parameters of entries.
func (m *Module) place() error {
	for _, v := range m.unit.vars {
		switch v.space {
		case spaceConst:
			v.offset = alignUp(uint64(len(m.constants)), v.align)
			m.constants = append(m.constants, make([]byte, v.offset+v.size-uint64(len(m.constants)))...)
			copy(m.constants[v.offset:], v.init)
		case spaceGlobal:
			r, err := m.d.allocate(v.size)
			if err != nil {
				m.drop()
				return fmt.Errorf("variable %s: %w", v.name, err)
			}
			// Variables without a value are zero.
			clear(r.data)
			copy(r.data, v.init)
			r.written, r.name = nil, v.name
			m.globals[v.name] = r
			v.offset = r.base
		}
	}
	if len(m.constants) > 64<<10 {
		m.drop()
		return fmt.Errorf("%d bytes of constants; a module may have 65536", len(m.constants))
	}
	for _, f := range m.unit.funcs {
		if !f.entry {
			continue
		}
		var off uint64
		for _, p := range f.params {
			p.offset = alignUp(off, p.align)
			off = p.offset + p.size
		}
		if off > maxParamSize {
			m.drop()
			return fmt.Errorf("%s has %d bytes of parameters; %d are possible", f.name, off, maxParamSize)
		}
	}
	return nil
}

// address is a variable's address in its space.
func (m *Module) address(v *variable) uint64 { return v.offset }

func (m *Module) drop() {
	m.unloaded = true
	for _, r := range m.globals {
		m.d.release(r)
	}
}

// Function returns the kernel of a name.
func (m *Module) Function(name string) (*Function, error) {
	f := m.programs[name]
	if f == nil {
		return nil, fmt.Errorf("the module has no kernel %q", name)
	}
	return f, nil
}

// Global returns a variable of the module in device memory.
func (m *Module) Global(name string) (addr, size uint64, err error) {
	r := m.globals[name]
	if r == nil {
		return 0, 0, fmt.Errorf("the module has no variable %q in global memory", name)
	}
	return r.base, r.size, nil
}

// Unload frees the module's variables. Its functions cannot be launched any more.
func (m *Module) Unload() error {
	m.d.mu.Lock()
	defer m.d.mu.Unlock()
	if m.unloaded {
		return errors.New("the module was unloaded already")
	}
	m.drop()
	return nil
}
