package kernels

// PPOGrad: the gradient of the clipped objective at the outputs of a policy and a value,
//
//	r = e^(ln π(a) − l),  g = 0 if A > 0 and r > high, or A < 0 and r < low, else r·A,
//	d[k] = w·((1[a=k]−p[k])·g − β·p[k]·(ln p[k] + H)),  H = −Σ p ln p,
//	d[K] = w·c·(R − v)
//
// for K = 1 with p, H and d[0] those of the outputs (0, z).
//
// Grid: ⌈rows/128⌉ blocks.
var PPOGrad = define(Kernel{
	Name:  "ppo_grad",
	File:  "ppo_grad",
	Block: 128,
	Params: []Param{
		{"d", Pointer},         // [rows][outputs+1]
		{"z", Pointer},         // [rows][outputs+1], the logits and v
		{"action", Pointer},    // [rows] of uint8, a
		{"behaviour", Pointer}, // [rows], l
		{"advantage", Pointer}, // [rows], A
		{"target", Pointer},    // [rows], R
		{"weight", Pointer},    // [rows], w
		{"rows", U64},
		{"outputs", U32}, // of the policy, K, at least 1
		{"low", F32},     // 1−clip
		{"high", F32},    // 1+clip
		{"entropy", F32}, // β
		{"value", F32},   // c
	},
})
