package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Constants are kept in 32 bytes each, which AVX2 reads whole and of which
// AVX-512 broadcasts the first four; tables in 64.
const constantBytes = 32

var (
	constants []word
	tables    [][16]int32
)

func dataAt(name string, offset int) Mem {
	return NewDataAddr(Symbol{Name: name, Static: true}, offset)
}

// constant returns the address of w in all lanes.
func constant(w word) Mem {
	i := slices.Index(constants, w)
	if i < 0 {
		i = len(constants)
		constants = append(constants, w)
	}
	return dataAt("constants", i*constantBytes)
}

// table returns the address of 16 numbers.
func table(t [16]int32) Mem {
	i := slices.Index(tables, t)
	if i < 0 {
		i = len(tables)
		tables = append(tables, t)
	}
	return dataAt("tables", i*64)
}

func emitConstants() {
	GLOBL("constants", RODATA|NOPTR)
	for i, w := range constants {
		for b := 0; b < constantBytes; b += 4 {
			DATA(i*constantBytes+b, U32(uint32(w)))
		}
	}
	GLOBL("tables", RODATA|NOPTR)
	for i, t := range tables {
		for j, value := range t {
			DATA(i*64+4*j, U32(uint32(value)))
		}
	}
}
