package kernels

// Sample: action[i] = the number of k with u[i] ≥ p[i][0] + … + p[i][k], at most cols−1; for
// one probability 1 if u[i] < p[i], else 0.
//
// Grid: ⌈rows/128⌉ blocks.
var Sample = define(Kernel{
	Name:  "sample",
	File:  "sample",
	Block: 128,
	Params: []Param{
		{"action", Pointer}, // [rows] of uint8
		{"p", Pointer},      // [rows][cols]
		{"u", Pointer},      // [rows]
		{"rows", U64},
		{"cols", U32}, // 1 to 256
	},
})
