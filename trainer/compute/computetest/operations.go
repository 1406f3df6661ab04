package computetest

// operation is one row of the table: an operation of compute.Backend and how to
// test and measure it. What the dimensions of a shape are is said in build.
type operation struct {
	name    string
	shapes  [][]int // tested
	special [][]int // tested with special values among the inputs
	bench   [][]int // measured
	unit    string  // what instance.work counts
	build   func(e *env, dim []int) instance
}

// instance is one call of an operation on arrays of the backend.
type instance struct {
	call    func()
	outputs []output
	work    int
}

// The sizes that break careless code: none, one, around a vector, around a warp,
// around two, and the two of the policy.
var awkward = [][]int{{0, 5}, {1, 1}, {2, 3}, {1, 31}, {33, 1}, {3, 127}, {31, 33}, {2, 200}, {1, 6400}, {129, 200}}

var operations = []operation{
	{"Zero", awkward, nil, [][]int{{pongCols, pongUnits}}, "elements", buildZero},
	{"MatMul", [][]int{
		// batch, m, n, k, transA, transB
		{1, 1, 1, 1, 0, 0}, {1, 2, 31, 33, 0, 0}, {1, 33, 2, 31, 1, 0}, {1, 31, 33, 2, 0, 1}, {1, 2, 2, 2, 1, 1},
		{1, 0, 3, 2, 0, 0}, {1, 3, 0, 2, 0, 0}, {1, 3, 2, 0, 0, 0}, {1, 127, 200, 33, 0, 0}, {1, 65, 193, 129, 1, 0},
		{1, 129, 129, 65, 0, 1}, {1, 66, 300, 31, 1, 1}, {1, 2, 31, 6400, 0, 0}, {3, 31, 33, 2, 0, 0}, {2, 65, 1, 127, 1, 0}, {5, 1, 200, 1, 0, 1},
	}, nil, [][]int{{1, 512, 200, 6400, 0, 0}, {1, 6400, 200, 512, 1, 0}}, "multiply-adds", buildMatMul},
	{"ReLU", awkward, [][]int{{3, 127}}, [][]int{{4096, pongUnits}}, "elements", buildReLU},
	{"ReLUGrad", awkward, [][]int{{3, 127}}, [][]int{{4096, pongUnits}}, "elements", buildReLUGrad},
	{"Sigmoid", awkward, [][]int{{3, 127}, {1, 16}}, [][]int{{64, 1}, {65536, 1}}, "elements", buildSigmoid},
	{"Softmax", append([][]int{{33, 16}, {33, 17}}, awkward...), [][]int{{127, 3}}, [][]int{{65536, 6}}, "rows", buildSoftmax},
	{"PolicyGrad", [][]int{{0, 1}, {1, 1}, {31, 1}, {33, 1}, {127, 1}, {6400, 1}, {1, 2}, {33, 3}, {200, 6}, {33, 16}, {33, 17}}, [][]int{{127, 1}, {127, 6}},
		[][]int{{65536, 1}, {65536, 6}}, "rows", buildPolicyGrad},
	{"LogProb", [][]int{{0, 1}, {1, 1}, {31, 1}, {33, 1}, {127, 1}, {6400, 1}, {1, 2}, {33, 3}, {200, 6}, {3, 256}}, [][]int{{127, 1}, {127, 6}},
		[][]int{{65536, 1}, {65536, 6}}, "rows", buildLogProb},
	{"PPOGrad", [][]int{{0, 1}, {1, 1}, {31, 1}, {33, 1}, {127, 1}, {6400, 1}, {1, 2}, {33, 3}, {200, 6}, {3, 256}}, [][]int{{400, 1}, {400, 6}},
		[][]int{{65536, 1}, {65536, 6}}, "rows", buildPPOGrad},
	{"RMSProp", awkward, [][]int{{3, 127}}, [][]int{{6400, pongUnits}}, "elements", buildRMSProp},
	{"Adam", awkward, [][]int{{3, 127}}, [][]int{{6400, pongUnits}}, "elements", buildAdam},
	{"AddScaled", awkward, [][]int{{3, 127}}, [][]int{{6400, pongUnits}}, "elements", buildAddScaled},
	{"ClipNorm", [][]int{
		{0, 5, 1, normAbove}, {1, 1, 1, normAbove}, {2, 3, 2, normBelow}, {1, 31, 31, normAbove}, {33, 1, 32, normAbove}, {3, 127, 33, normAbove},
		{31, 33, 21, normBelow}, {2, 200, 21, normAbove}, {1, 6400, 200, normAbove}, {129, 200, 21, normAbove}, {129, 200, 1, normBelow},
		{3, 127, 5, normEqual}, {3, 127, 5, normJustAbove}, {3, 127, 5, normZero}, {3, 127, 5, normInfinite}, {3, 127, 5, normNaN}, {3, 127, 5, normRootless}, {2, 3, 0, normNone},
	}, [][]int{{3, 127, 21, normAbove}, {3, 127, 21, normInfinite}}, [][]int{{6400, pongUnits, 21, normJustAbove}}, "elements", buildClipNorm},
	{"Blur", [][]int{
		// height, width, units, radius
		{0, 3, 16, 1}, {1, 1, 16, 1}, {2, 1, 1, 1}, {1, 7, 31, 2}, {5, 3, 33, 0}, {9, 4, 127, 3}, {8, 8, 200, 1}, {3, 3, 16, 7}, {80, 80, 16, 2}, {1, 130, 16, 3}, {3, 200, 2, 5}, {2, 63, 16, 200},
	}, [][]int{{5, 5, 16, 1}}, [][]int{{80, 80, pongUnits, 2}}, "elements", buildBlur},
	{"SumSquares", [][]int{
		// rows, cols, slices
		{0, 5, 1}, {1, 1, 1}, {2, 3, 2}, {1, 31, 1}, {33, 1, 3}, {3, 127, 1}, {31, 33, 1}, {2, 200, 1}, {1, 6400, 1}, {129, 200, 1}, {129, 200, 3}, {160, 207, 4}, {8, 1024, 8}, {1_064_965, 1, 1},
	}, [][]int{{3, 127, 3}}, [][]int{{6400, pongUnits, 1}, {6400, pongUnits, 20}}, "elements", buildSumSquares},
	{"Uniform", [][]int{{0}, {1}, {2}, {15}, {16}, {31}, {33}, {127}, {200}, {6400}}, nil, [][]int{{64}, {65536}}, "rows", buildUniform},
	{"Sample", [][]int{{0, 1}, {1, 1}, {15, 1}, {33, 1}, {127, 1}, {200, 1}, {6400, 1}, {33, 2}, {200, 3}, {127, 6}, {33, 16}, {33, 17}}, [][]int{{127, 1}, {127, 6}},
		[][]int{{64, 1}, {65536, 1}, {65536, 6}}, "rows", buildSample},
	{"SparseMatMul", sparseShapes, [][]int{{33, 6, 31, 16}}, [][]int{{pongCols, 0, pongCols, pongUnits}}, "rows", buildSparseMatMul},
	{"SparseMatMulGrad", sparseShapes, [][]int{{33, 6, 31, 16}}, [][]int{{65536, 0, pongCols, pongUnits}}, "rows", buildSparseMatMulGrad},
	{"SparseMLP", mlpShapes, [][]int{{33, 6, 31, 16, 1}, {33, 6, 31, 200, 6}},
		[][]int{{64, 0, pongCols, pongUnits, 1}, {65536, 0, pongCols, pongUnits, 1}, {65536, 0, pongCols, pongUnits, 6}}, "rows", buildSparseMLP},
	{"SparseMLPSample", mlpShapes, [][]int{{33, 6, 31, 16, 1}, {33, 6, 31, 200, 6}},
		[][]int{{64, 0, pongCols, pongUnits, 1}, {16384, 0, pongCols, pongUnits, 1}, {16384, 0, pongCols, pongUnits, 6}}, "rows", buildSparseMLPSample},
	{"SparseMLPGrad", mlpShapes, [][]int{{33, 6, 31, 16, 1}, {33, 6, 31, 200, 6}},
		[][]int{{65536, 0, pongCols, pongUnits, 1}, {65536, 0, pongCols, pongUnits, 6}}, "rows", buildSparseMLPGrad},
	{"SparseImage", [][]int{
		// rows, width, columns, width of m, pixels, channels
		{0, 3, 5, 2, 7, 1}, {1, 1, 1, 1, 1, 1}, {2, 0, 3, 2, 31, 2}, {3, 2, 0, 1, 5, 1}, {3, 6, 31, 20, 33, 2}, {2, 4, 7, 300, 257, 3}, {5, 6, 127, 16, 1600, 1}, {2, 3, 9, 4, 6400, 2}, {2, 3, 9, 0, 16, 1},
	}, nil, [][]int{{64, 6, 8214, 16, 6400, 1}, {1024, 6, 8214, 16, 6400, 2}}, "rows", buildSparseImage},
	{"Conv", convShapes, convSpecial, convLayers, "images", buildConv},
	{"ConvGrad", convShapes, convSpecial, convLayers, "images", buildConvGrad},
	{"ConvInputGrad", convShapes, convSpecial, convLayers, "images", buildConvInputGrad},
}

// rows, width, columns, units; width 0 stands for Pong's observations
var sparseShapes = [][]int{
	{0, 3, 5, 16}, {1, 1, 1, 1}, {2, 0, pongCols, 1}, {31, 1, 2, 33}, {33, 6, 127, 127}, {127, 31, 200, 200},
	{200, 6, 31, 256}, {3, 2, 200, 257}, {3, 2, 6400, 16}, {65, 33, 33, 600}, {2, 3, 0, 16}, {129, 0, pongCols, 31},
}

// rows, width, columns, units, outputs
var mlpShapes = [][]int{
	{0, 3, 5, 16, 1}, {0, 3, 5, 16, 2}, {1, 1, 1, 1, 1}, {60, 4, 300, 200, 1}, {31, 1, 2, 33, 1}, {33, 6, 127, 127, 1},
	{200, 6, 31, 256, 1}, {3, 2, 513, 257, 1}, {65, 33, 33, 600, 1}, {2, 3, 0, 16, 1}, {300, 0, pongCols, 31, 1},
	{1, 1, 1, 1, 2}, {33, 6, 127, 127, 2}, {31, 2, 31, 200, 6}, {17, 3, 200, 300, 3}, {20, 3, 31, 33, 13}, {129, 0, pongCols, 16, 6},
	{40, 5, 33, 48, 1}, {40, 5, 33, 64, 1}, {40, 5, 33, 80, 1}, {40, 5, 33, 96, 1}, {40, 5, 33, 112, 1}, {40, 5, 33, 144, 1},
	{40, 5, 33, 160, 1}, {40, 5, 33, 176, 1}, {40, 5, 33, 192, 1}, {40, 5, 33, 224, 1}, {40, 5, 33, 240, 1}, {4100, 2, 9, 16, 3},
}
