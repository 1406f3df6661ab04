package kernels

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
)

// Type is that of a kernel's parameter.
type Type uint8

// The types of parameters. A Pointer is an address on the device, 8 bytes.
const (
	Pointer Type = iota
	U32
	S32
	U64
	F32
)

// Size returns how many bytes a parameter takes.
func (t Type) Size() int {
	if t == Pointer || t == U64 {
		return 8
	}
	return 4
}

// String returns the name that messages use.
func (t Type) String() string {
	if names := [...]string{"pointer", "u32", "s32", "u64", "f32"}; int(t) < len(names) {
		return names[t]
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// Param is a parameter of a kernel.
type Param struct {
	Name string
	Type Type
}

// Kernel describes an entry of a PTX module. Grids and blocks have one dimension;
// how many blocks a launch has is said where the kernel is defined.
type Kernel struct {
	Name   string // of the entry
	File   string // "relu" for relu.cu and relu.ptx
	Params []Param
	Block  int // threads a block
	Shared int // bytes of shared memory a block, all of it static
}

//go:embed *.ptx
var modules embed.FS

var all []*Kernel

func define(k Kernel) *Kernel {
	all = append(all, &k)
	return &k
}

// PTX returns the text of the module that k is in, zero or more other kernels of
// the same file with it.
func (k *Kernel) PTX() string {
	text, err := modules.ReadFile(k.File + ".ptx")
	if err != nil {
		panic(fmt.Sprintf("kernels: %s: %v; its description names a file that was not built in", k.Name, err))
	}
	return string(text)
}

// All returns every kernel, sorted by file and name.
func All() []*Kernel {
	return slices.SortedFunc(slices.Values(all), func(a, b *Kernel) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Name, b.Name))
	})
}
