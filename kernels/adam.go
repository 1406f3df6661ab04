package kernels

// Adam: m = beta1·m + rest1·g, v = beta2·v + rest2·g²,
// w += lr·(m/correction1)/(√(v/correction2)+eps), elementwise.
//
// Grid: ⌈n/1024⌉ blocks.
var Adam = define(Kernel{
	Name:  "adam",
	File:  "adam",
	Block: 256,
	Params: []Param{
		{"w", Pointer}, // [n]
		{"m", Pointer}, // [n]
		{"v", Pointer}, // [n]
		{"g", Pointer}, // [n]
		{"n", U64},
		{"lr", F32},
		{"beta1", F32},
		{"rest1", F32},       // 1−beta1, rounded to float32
		{"correction1", F32}, // 1−beta1ᵗ
		{"beta2", F32},
		{"rest2", F32},       // 1−beta2, rounded to float32
		{"correction2", F32}, // 1−beta2ᵗ
		{"eps", F32},
	},
})
