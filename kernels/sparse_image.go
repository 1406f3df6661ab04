package kernels

// SparseImage: y = x·m as images, the value at column c at pixel c mod pixels, channel c div pixels.
//
// Grid: rows blocks.
var SparseImage = define(Kernel{
	Name:   "sparse_image",
	File:   "sparse_image",
	Block:  256,
	Shared: 1024,
	Params: []Param{
		{"y", Pointer}, // [rows][pixels][channels]
		{"x", Pointer}, // [rows][width] entries
		{"m", Pointer}, // [cols][mWidth] entries
		{"width", U32},
		{"cols", U32},
		{"mWidth", U32},
		{"pixels", U32},
		{"channels", U32},
	},
})
