package kernels

// SumChunk is how many elements a block of SumSquaresChunks adds up.
const SumChunk = 8192

// SumSquaresChunks: partial[i] = the lane sum of the squares of the i-th 8,192 elements,
// where each slice begins anew: chunks = ⌈elements/8192⌉ of them a slice.
//
// Grid: slices·chunks blocks. With one chunk a slice, partial is what SumSquaresSlices
// would make of it.
var SumSquaresChunks = define(Kernel{
	Name:   "sum_squares_chunks",
	File:   "sum_squares",
	Block:  256,
	Shared: 32768,
	Params: []Param{
		{"partial", Pointer}, // [slices][chunks]
		{"x", Pointer},       // [slices][elements]
		{"elements", U64},    // of a slice
		{"chunks", U32},      // of a slice
	},
})

// SumSquaresSlices: dst[i] = Σ partial[i][·], in order; 0 for none.
//
// Grid: slices blocks.
var SumSquaresSlices = define(Kernel{
	Name:  "sum_squares_slices",
	File:  "sum_squares",
	Block: 32,
	Params: []Param{
		{"dst", Pointer},     // [slices]
		{"partial", Pointer}, // [slices][chunks]
		{"chunks", U32},
	},
})
