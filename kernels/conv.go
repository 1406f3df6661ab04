package kernels

// Conv: a convolution without padding, the sum over a window in order, products with zeros of x
// left out.
//
// Grid: images·⌈oh·ow·filters/128⌉ blocks, oh = ⌊(height−size)/stride⌋+1, ow likewise; the numbers of
// an image, of its outputs and of w are below 2³².
var Conv = define(Kernel{
	Name:  "conv",
	File:  "conv",
	Block: 128,
	Params: []Param{
		{"y", Pointer}, // [images][oh][ow][filters]
		{"x", Pointer}, // [images][height][width][channels]
		{"w", Pointer}, // [size][size][channels][filters]
		{"height", U32},
		{"width", U32},
		{"channels", U32},
		{"size", U32},
		{"stride", U32},
		{"filters", U32},
	},
})
