package kernels

// Softmax: p[i][k] = e^(z[i][k]−max z[i]) / Σ e^(z[i][·]−max z[i]). p may be z.
//
// Grid: ⌈rows/128⌉ blocks.
var Softmax = define(Kernel{
	Name:  "softmax",
	File:  "softmax",
	Block: 128,
	Params: []Param{
		{"p", Pointer}, // [rows][cols]
		{"z", Pointer}, // [rows][cols]
		{"rows", U64},
		{"cols", U32}, // at least 1
	},
})
