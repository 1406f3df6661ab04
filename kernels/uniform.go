package kernels

// Uniform: u[i] = the top 24 bits of word 0 of Philox 4×32-10 with key seed and counter
// (tick[i]+after, stream[i], purpose, 0), divided by 2²⁴; the sum modulo 2³².
//
// Grid: ⌈rows/128⌉ blocks.
var Uniform = define(Kernel{
	Name:  "uniform",
	File:  "uniform",
	Block: 128,
	Params: []Param{
		{"u", Pointer},      // [rows]
		{"stream", Pointer}, // [rows] of uint32
		{"tick", Pointer},   // [rows] of uint32
		{"rows", U64},
		{"seed", U64},
		{"purpose", U32},
		{"after", U32},
	},
})
