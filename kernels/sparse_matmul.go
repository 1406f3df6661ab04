package kernels

// SparseMatMul: y = x·w, the sum over a sparse row's entries in order.
//
// Grid: ⌈rows·units/256⌉ blocks; rows·units and cols·units are below 2³².
var SparseMatMul = define(Kernel{
	Name:  "sparse_matmul",
	File:  "sparse_matmul",
	Block: 256,
	Params: []Param{
		{"y", Pointer}, // [rows][units]
		{"x", Pointer}, // [rows][width] entries
		{"w", Pointer}, // [cols][units]
		{"rows", U32},
		{"width", U32},
		{"cols", U32},
		{"units", U32},
	},
})
