package kernels

// ReLUGrad: dx = dy where y > 0, else 0, elementwise; y is ReLU's output. dx may be dy.
//
// Grid: ⌈n/256⌉ blocks.
var ReLUGrad = define(Kernel{
	Name:  "relu_grad",
	File:  "relu_grad",
	Block: 256,
	Params: []Param{
		{"dx", Pointer}, // [n]
		{"dy", Pointer}, // [n]
		{"y", Pointer},  // [n]
		{"n", U64},
	},
})
