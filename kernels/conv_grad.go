package kernels

// ConvGrad: the gradient at a convolution's weights, summed over each 64 images, products with
// zeros of x left out. SumRows adds the sums.
//
// Grid: ⌈images/64⌉·⌈size·size·channels·filters/128⌉ blocks; limits as Conv's.
var ConvGrad = define(Kernel{
	Name:  "conv_grad",
	File:  "conv_grad",
	Block: 128,
	Params: []Param{
		{"shares", Pointer}, // [⌈images/64⌉][size][size][channels][filters]
		{"x", Pointer},      // [images][height][width][channels]
		{"dy", Pointer},     // [images][oh][ow][filters]
		{"images", U32},
		{"height", U32},
		{"width", U32},
		{"channels", U32},
		{"size", U32},
		{"stride", U32},
		{"filters", U32},
	},
})
