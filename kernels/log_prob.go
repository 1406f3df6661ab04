package kernels

// LogProb: l = ln π(a) = z[a] − max z − ln Σ e^(z−max z), for one output z that of (0, z).
//
// Grid: ⌈rows/128⌉ blocks.
var LogProb = define(Kernel{
	Name:  "log_prob",
	File:  "log_prob",
	Block: 128,
	Params: []Param{
		{"l", Pointer},      // [rows]
		{"z", Pointer},      // [rows][outputs], the logits
		{"action", Pointer}, // [rows] of uint8, a
		{"rows", U64},
		{"outputs", U32}, // at least 1
	},
})
