package kernels

// AddScaled: y += a·x, elementwise.
//
// Grid: ⌈n/1024⌉ blocks.
var AddScaled = define(Kernel{
	Name:  "add_scaled",
	File:  "add_scaled",
	Block: 256,
	Params: []Param{
		{"y", Pointer}, // [n]
		{"x", Pointer}, // [n]
		{"n", U64},
		{"a", F32},
	},
})
