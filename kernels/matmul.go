package kernels

// MatMul: c[i] = op(a[i])·op(b[i]) for each i < batch, where op transposes if its flag is
// not 0. The sums are cut in four; each is in order.
//
// Grid: batch·⌈m/32⌉·⌈n/32⌉ blocks.
var MatMul = define(Kernel{
	Name:   "matmul",
	File:   "matmul",
	Block:  256,
	Shared: 18432,
	Params: []Param{
		{"c", Pointer}, // [batch][m][n]
		{"a", Pointer}, // [batch][m][k], or [batch][k][m] to be transposed
		{"b", Pointer}, // [batch][k][n], or [batch][n][k] to be transposed
		{"m", U32},
		{"n", U32},
		{"k", U32}, // 0 gives zeros
		{"transA", U32},
		{"transB", U32},
	},
})
