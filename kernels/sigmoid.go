package kernels

// Sigmoid: p = 1/(1+e^−z), elementwise. p may be z.
//
// Grid: ⌈n/256⌉ blocks.
var Sigmoid = define(Kernel{
	Name:  "sigmoid",
	File:  "sigmoid",
	Block: 256,
	Params: []Param{
		{"p", Pointer}, // [n]
		{"z", Pointer}, // [n]
		{"n", U64},
	},
})
