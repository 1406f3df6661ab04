package kernels

// ConvTurn: turned[pixel][f][c] = w[pixel][c][f].
//
// Grid: ⌈pixels·channels·filters/128⌉ blocks; the product is below 2³².
var ConvTurn = define(Kernel{
	Name:  "conv_turn",
	File:  "conv_input_grad",
	Block: 128,
	Params: []Param{
		{"turned", Pointer}, // [pixels][filters][channels]
		{"w", Pointer},      // [pixels][channels][filters]
		{"pixels", U32},     // of a window: size·size
		{"channels", U32},
		{"filters", U32},
	},
})

// ConvInputGrad: the gradient at a convolution's input, products with zeros of dy left out.
//
// Grid: images·⌈height·width·channels/128⌉ blocks; limits as Conv's.
var ConvInputGrad = define(Kernel{
	Name:  "conv_input_grad",
	File:  "conv_input_grad",
	Block: 128,
	Params: []Param{
		{"dx", Pointer},     // [images][height][width][channels]
		{"dy", Pointer},     // [images][oh][ow][filters]
		{"turned", Pointer}, // of ConvTurn
		{"height", U32},
		{"width", U32},
		{"channels", U32},
		{"size", U32},
		{"stride", U32},
		{"filters", U32},
	},
})
