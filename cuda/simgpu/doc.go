// Package simgpu is a simulated CUDA device: it runs PTX, the code that a driver
// would compile for a card, on the CPU and under observation. It stands in for a GPU in tests, so that
// the kernels that ship are run, with the arguments that they are really given, on every
// machine; and it finds what a GPU would only suffer from: accesses out of bounds,
// to freed, misaligned or uninitialised memory, races, divergent barriers.
//
// A Device has memory (Malloc, Write, Read, Free), loads PTX (Load), and launches
// functions of it (Launch), synchronously. Results are those that the PTX ISA
// defines, to the bit; an instruction that it leaves to the card (ex2.approx, atomic
// additions of floats) is refused when the module is loaded, as is whatever is
// not known here.
//
// How it works: PTX is parsed (lexer.go, parse.go) and decoded once into
// instructions whose operands are slots of a register file (decode.go). A register is 32 lanes wide;
// an instruction runs for the 32 lanes of a warp at once (alu_*.go, memops.go). Lanes that
// part at a branch are brought together again as early as the order of the blocks
// allows (flowgraph.go). Blocks of a launch run side by side on the cores (launch.go).
// shadow.go remembers who touched which word, and in which interval between barriers.
package simgpu
