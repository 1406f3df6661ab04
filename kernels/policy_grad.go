package kernels

// PolicyGrad: the gradient of the objective at the policy's output, for one output
//
//	d = w·((a−p)·A − β·p·(1−p)·z)
//
// and for several
//
//	d[k] = w·((1[a=k]−p[k])·A − β·p[k]·(ln p[k] + H)),  H = −Σ p ln p
//
// Grid: ⌈rows/128⌉ blocks.
var PolicyGrad = define(Kernel{
	Name:  "policy_grad",
	File:  "policy_grad",
	Block: 128,
	Params: []Param{
		{"d", Pointer},         // [rows][outputs]
		{"z", Pointer},         // [rows][outputs], the logits
		{"p", Pointer},         // [rows][outputs], the probabilities
		{"action", Pointer},    // [rows] of uint8, a
		{"advantage", Pointer}, // [rows], A
		{"weight", Pointer},    // [rows], w
		{"rows", U64},
		{"outputs", U32}, // at least 1
		{"entropy", F32}, // β
	},
})
