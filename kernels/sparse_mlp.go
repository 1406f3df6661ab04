package kernels

// SparseMLP: h = ReLU(x·w1), z = h·w2ᵀ.
//
// Grid: rows blocks; cols·units and outputs·units are below 2³².
var SparseMLP = define(Kernel{
	Name:   "sparse_mlp",
	File:   "sparse_mlp",
	Block:  256,
	Shared: 9280,
	Params: []Param{
		{"z", Pointer},      // [rows][outputs]
		{"active", Pointer}, // [rows][units/16]
		{"x", Pointer},      // [rows][width] entries
		{"w1", Pointer},     // [cols][units]
		{"w2", Pointer},     // [outputs][units]
		{"width", U32},
		{"cols", U32},
		{"units", U32},
		{"outputs", U32},
	},
})
