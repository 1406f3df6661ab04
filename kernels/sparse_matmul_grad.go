package kernels

// SparseMatMulGrad: dw += xᵀ·dy, with the entries of x sorted by column (SparseSort).
//
// Grid: cols·⌈units/64⌉ blocks.
var SparseMatMulGrad = define(Kernel{
	Name:  "sparse_matmul_grad",
	File:  "sparse_matmul_grad",
	Block: 64,
	Params: []Param{
		{"dw", Pointer},     // [cols][units], added to
		{"dy", Pointer},     // [rows][units]
		{"links", Pointer},  // of SparseLinks
		{"starts", Pointer}, // [cols+1]
		{"units", U32},
	},
})
