package kernels

// RMSProp: c = decay·c + rest·g², w += lr·g/(√c+eps), elementwise.
//
// Grid: ⌈n/1024⌉ blocks.
var RMSProp = define(Kernel{
	Name:  "rms_prop",
	File:  "rms_prop",
	Block: 256,
	Params: []Param{
		{"w", Pointer}, // [n]
		{"c", Pointer}, // [n]
		{"g", Pointer}, // [n]
		{"n", U64},
		{"lr", F32},
		{"decay", F32},
		{"rest", F32}, // 1−decay, rounded to float32
		{"eps", F32},
	},
})
