package kernels

// SparseMLPSample: SparseMLP, sigmoid or softmax, a random number and an action.
//
// Grid: rows blocks; cols·units and outputs·units are below 2³².
var SparseMLPSample = define(Kernel{
	Name:   "sparse_mlp_sample",
	File:   "sparse_mlp_sample",
	Block:  256,
	Shared: 9284,
	Params: []Param{
		{"action", Pointer}, // [rows]
		{"z", Pointer},      // [rows][outputs]
		{"p", Pointer},      // [rows][outputs]
		{"active", Pointer}, // [rows][units/16]
		{"x", Pointer},      // [rows][width] entries
		{"w1", Pointer},     // [cols][units]
		{"w2", Pointer},     // [outputs][units]
		{"stream", Pointer}, // [rows]
		{"tick", Pointer},   // [rows]
		{"seed", U64},
		{"purpose", U32},
		{"after", U32},
		{"width", U32},
		{"cols", U32},
		{"units", U32},
		{"outputs", U32},
	},
})
