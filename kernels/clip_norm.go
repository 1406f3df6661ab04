package kernels

// ClipNorm: x = s·x, elementwise, where s = limit/√(Σ squares) is below 1.
//
// Grid: ⌈n/1024⌉ blocks.
var ClipNorm = define(Kernel{
	Name:  "clip_norm",
	File:  "clip_norm",
	Block: 256,
	Params: []Param{
		{"x", Pointer}, // [n]
		{"n", U64},
		{"squares", Pointer}, // [sums]
		{"sums", U32},
		{"limit", F32},
	},
})
