package kernels

// SparseSort sorts the entries of each part of 2,048 places of a sparse batch by column.
//
// Grid: ⌈rows·width/2048⌉ blocks, the parts; rows·width is below 2³².
var SparseSort = define(Kernel{
	Name:   "sparse_sort",
	File:   "sparse_sort",
	Block:  512,
	Shared: 8192,
	Params: []Param{
		{"keys", Pointer}, // [parts][2048]
		{"runs", Pointer}, // [parts][cols], set to 0 before
		{"x", Pointer},    // [rows][width] entries
		{"skip", Pointer}, // [rows], or 0
		{"rows", U32},
		{"width", U32},
		{"cols", U32},
	},
})

// SparseOffsets sums, for each column, its entries in the parts before.
//
// Grid: ⌈cols/64⌉ blocks.
var SparseOffsets = define(Kernel{
	Name:  "sparse_offsets",
	File:  "sparse_sort",
	Block: 64,
	Params: []Param{
		{"offsets", Pointer}, // [parts][cols]
		{"totals", Pointer},  // [cols]
		{"runs", Pointer},    // [parts][cols]
		{"parts", U32},
		{"cols", U32},
	},
})

// SparseStarts sums the entries of the columns before each.
//
// Grid: 1 block.
var SparseStarts = define(Kernel{
	Name:   "sparse_starts",
	File:   "sparse_sort",
	Block:  1024,
	Shared: 4096,
	Params: []Param{
		{"starts", Pointer}, // [cols+1]
		{"totals", Pointer}, // [cols]
		{"cols", U32},
	},
})

// SparseLinks writes the rows of the entries of each column, in order.
//
// Grid: ⌈rows·width/2048⌉ blocks, the parts.
var SparseLinks = define(Kernel{
	Name:  "sparse_links",
	File:  "sparse_sort",
	Block: 512,
	Params: []Param{
		{"links", Pointer},   // [rows·width]
		{"keys", Pointer},    // [parts][2048]
		{"runs", Pointer},    // [parts][cols]
		{"offsets", Pointer}, // [parts][cols]
		{"starts", Pointer},  // [cols+1]
		{"x", Pointer},       // [rows][width] entries
		{"width", U32},
		{"cols", U32},
	},
})
