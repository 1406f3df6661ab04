package kernels

// ReLU: y = max(0, x), elementwise; NaN gives 0. y may be x.
//
// Grid: ⌈n/256⌉ blocks.
var ReLU = define(Kernel{
	Name:  "relu",
	File:  "relu",
	Block: 256,
	Params: []Param{
		{"y", Pointer}, // [n]
		{"x", Pointer}, // [n]
		{"n", U64},
	},
})
