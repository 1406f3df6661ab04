package kernels

// SparseMLPGradColumns: q[column] += Σ ±d∘active, for one output.
//
// Grid: cols·⌈units/64⌉ blocks.
var SparseMLPGradColumns = define(Kernel{
	Name:   "sparse_mlp_grad_columns",
	File:   "sparse_mlp_grad",
	Block:  64,
	Shared: 1536,
	Params: []Param{
		{"q", Pointer},      // [cols][units], added to
		{"d", Pointer},      // [rows][1]
		{"active", Pointer}, // [rows][units/16]
		{"links", Pointer},  // of SparseLinks
		{"starts", Pointer}, // [cols+1]
		{"units", U32},
	},
})

// SparseMLPGradWeights: dw1 = q∘w2, and w1∘q summed over each 32 columns.
//
// Grid: ⌈⌈cols/32⌉·units/128⌉ blocks; cols·units is below 2³².
var SparseMLPGradWeights = define(Kernel{
	Name:  "sparse_mlp_grad_weights",
	File:  "sparse_mlp_grad",
	Block: 128,
	Params: []Param{
		{"dw1", Pointer},    // [cols][units]
		{"shares", Pointer}, // [⌈cols/32⌉][units]
		{"q", Pointer},      // [cols][units]
		{"w1", Pointer},     // [cols][units]
		{"w2", Pointer},     // [1][units]
		{"cols", U32},
		{"units", U32},
	},
})

// SparseMLPGradOutputs: dw1[column] += Σ ±(d·w2)∘active, for several outputs.
//
// Grid: cols·⌈units/64⌉ blocks.
var SparseMLPGradOutputs = define(Kernel{
	Name:   "sparse_mlp_grad_outputs",
	File:   "sparse_mlp_grad",
	Block:  64,
	Shared: 9216,
	Params: []Param{
		{"dw1", Pointer},    // [cols][units], added to
		{"d", Pointer},      // [rows][outputs]
		{"active", Pointer}, // [rows][units/16]
		{"w2", Pointer},     // [outputs][units]
		{"links", Pointer},  // of SparseLinks
		{"starts", Pointer}, // [cols+1]
		{"units", U32},
		{"outputs", U32},
	},
})

// SparseMLPGradHidden: dᵀ·ReLU(h) summed over each 4,096 rows.
//
// Grid: ⌈⌈rows/4096⌉·outputs·units/128⌉ blocks.
var SparseMLPGradHidden = define(Kernel{
	Name:  "sparse_mlp_grad_hidden",
	File:  "sparse_mlp_grad",
	Block: 128,
	Params: []Param{
		{"shares", Pointer}, // [⌈rows/4096⌉][outputs][units]
		{"h", Pointer},      // [rows][units]
		{"d", Pointer},      // [rows][outputs]
		{"rows", U32},
		{"units", U32},
		{"outputs", U32},
	},
})

// SumRows: sum = Σ x[row], the rows in order.
//
// Grid: ⌈n/128⌉ blocks.
var SumRows = define(Kernel{
	Name:  "sum_rows",
	File:  "sparse_mlp_grad",
	Block: 128,
	Params: []Param{
		{"sum", Pointer}, // [n]
		{"x", Pointer},   // [rows][n]
		{"rows", U32},
		{"n", U32},
	},
})
