package kernels

// BlurReach is what BlurLines has memory for: n + radius must be below it.
const BlurReach = 128

// BlurLines: each line of an image is filtered twice, in place, by a running sum:
//
//	s = Σ x[0…radius−1];  y[i] = s·inverse, with s += x[i+radius] and then
//	s −= x[i−radius−1] before it, where those exist.
//
// Down the columns of an image [height·width][units], lineStep is units and step
// width·units; along its rows, lineStep is width·units and step units.
//
// Grid: lines·⌈units/32⌉ blocks.
var BlurLines = define(Kernel{
	Name:   "blur_lines",
	File:   "blur",
	Block:  32,
	Shared: 16384,
	Params: []Param{
		{"g", Pointer},    // the image
		{"units", U32},    // of a pixel
		{"n", U32},        // pixels of a line, at least 1
		{"lineStep", U64}, // from line to line, in elements
		{"step", U64},     // from pixel to pixel of a line, in elements
		{"radius", U32},   // at most n: larger ones add nothing
		{"inverse", F32},  // 1/(2·radius+1), of the true radius
	},
})

// BlurPass: each line is filtered once, from src to dst, which do not overlap; for lines
// that BlurLines has no memory for.
//
// Grid: lines·⌈units/32⌉ blocks.
var BlurPass = define(Kernel{
	Name:  "blur_pass",
	File:  "blur",
	Block: 32,
	Params: []Param{
		{"dst", Pointer},  // the filtered image
		{"src", Pointer},  // the image
		{"units", U32},    // of a pixel
		{"n", U32},        // pixels of a line, at least 1
		{"lineStep", U64}, // from line to line, in elements
		{"step", U64},     // from pixel to pixel of a line, in elements
		{"radius", U32},   // at most n: larger ones add nothing
		{"inverse", F32},  // 1/(2·radius+1), of the true radius
	},
})
