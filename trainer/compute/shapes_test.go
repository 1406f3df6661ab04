package compute

import (
	"fmt"
	"testing"
)

func tensor(rows, cols int) Tensor { return Tensor{Rows: rows, Cols: cols} }

func array[T Element](rows, cols int) Array[T] { return Array[T]{Rows: rows, Cols: cols} }

// TestMisfits checks that what does not fit panics with the operation, the operand and
// what it must be.
func TestMisfits(t *testing.T) {
	x := Sparse{Cols: 5, Entries: array[uint16](4, 3)}
	active := array[uint16](4, 1)
	window := Window{Height: 4, Width: 5, Channels: 2, Size: 3, Stride: 1, Filters: 7}
	draw := Draw{Stream: array[uint32](4, 1), Tick: array[uint32](3, 1)}
	for want, call := range map[string]func(){
		"compute: MatMul: b is [3][7]; it must be [5][3]":                                 func() { CheckMatMul(1, tensor(2, 3), tensor(2, 5), tensor(3, 7), false, false) },
		"compute: MatMul: 3 and 4 rows in a batch of 2 matrices; each must be a multiple": func() { CheckMatMul(2, tensor(3, 3), tensor(4, 5), tensor(3, 7), false, false) },
		"compute: ReLU: x is [3][2]; it must be [2][3]":                                   func() { CheckReLU(tensor(2, 3), tensor(3, 2)) },
		"compute: PolicyGrad: weight is [1][1]; it must be [2][1]":                        func() { z := tensor(2, 1); CheckPolicyGrad(z, z, z, array[uint8](2, 1), z, tensor(1, 1)) },
		"compute: LogProb: l is [3][1]; it must be [2][1]":                                func() { CheckLogProb(tensor(3, 1), tensor(2, 4), array[uint8](2, 1)) },
		"compute: LogProb: 0 probabilities; an action is a number from 0 to 255":          func() { CheckLogProb(tensor(2, 1), tensor(2, 0), array[uint8](2, 1)) },
		"compute: Blur: rows of 15 units; pad them to 16 with compute.PadCols":            func() { CheckBlur(tensor(12, 15), 3, 4, 1) },
		"compute: Blur: an image of 3×4 and a radius of -1; none may be negative":         func() { CheckBlur(tensor(12, 16), 3, 4, -1) },
		"compute: SumSquares: 3 rows in 2 slices; they must be of equal size":             func() { CheckSumSquares(tensor(2, 1), tensor(3, 3)) },
		"compute: Adam: v is [2][4]; it must be [2][3]":                                   func() { g := tensor(2, 3); CheckAdam(g, g, tensor(2, 4), g, 1) },
		"compute: Adam: step 0; the first is 1":                                           func() { g := tensor(2, 3); CheckAdam(g, g, g, g, 0) },
		"compute: AddScaled: x is [3][2]; it must be [2][3]":                              func() { CheckAddScaled(tensor(2, 3), tensor(3, 2)) },
		"compute: ClipNorm: squares is [2][3]; it must be [2][1]":                         func() { CheckClipNorm(tensor(2, 3), tensor(2, 3), 1) },
		"compute: ClipNorm: a limit of 0; it must be above 0":                             func() { CheckClipNorm(tensor(2, 3), tensor(2, 1), 0) },
		"compute: Sample: 257 probabilities; an action is a number from 0 to 255":         func() { CheckSample(array[uint8](2, 1), tensor(2, 257), tensor(2, 1)) },
		"compute: SparseMatMul: a sparse batch of 32768 columns; at most 32767 fit":       func() { CheckSparseMatMul(tensor(4, 16), Sparse{MaxSparseCols + 1, x.Entries}, tensor(5, 16)) },
		"compute: SparseMatMulGrad: dy is [3][16]; it must be [4][16]":                    func() { CheckSparseMatMulGrad(tensor(5, 16), x, tensor(3, 16)) },
		"compute: SparseMLP: w2 is [2][16]; it must be [1][16]":                           func() { CheckSparseMLP(tensor(4, 1), active, x, tensor(5, 16), tensor(2, 16)) },
		"compute: PPOGrad: d is [2][3]; it must be [2][4]": func() {
			x := tensor(2, 1)
			CheckPPOGrad(tensor(2, 3), tensor(2, 4), array[uint8](2, 1), x, x, x, x)
		},
		"compute: PPOGrad: z is [2][1]; it must have the columns of the policy, 1 or more, and that of the value": func() {
			x := tensor(2, 1)
			CheckPPOGrad(x, x, array[uint8](2, 1), x, x, x, x)
		},
		"compute: SparseMLPSample: draw.Tick is [3][1]; it must be [4][1]": func() {
			z := tensor(4, 1)
			CheckSparseMLPSample(array[uint8](4, 1), z, z, active, x, tensor(5, 16), tensor(1, 16), draw)
		},
		"compute: SparseMLPGrad: dw2 is [2][16]; it must be [1][16]": func() {
			w := tensor(5, 16)
			CheckSparseMLPGrad(w, tensor(2, 16), x, active, tensor(4, 1), w, tensor(1, 16))
		},
		"compute: SparseImage: 5 columns in 2 channels; they must be of equal size": func() { CheckSparseImage(tensor(8, 2), Sparse{4, x.Entries}, x) },
		"compute: SparseImage: m has 4 rows; it must have 5, x's columns":           func() { CheckSparseImage(tensor(20, 1), x, x) },
		"compute: SparseImage: y is [4][1]; it must be [20][1]":                     func() { CheckSparseImage(tensor(4, 1), Sparse{4, x.Entries}, x) },
		"compute: Conv: y is [6][7]; it must be [12][7]":                            func() { CheckConv(tensor(6, 7), tensor(40, 2), tensor(18, 7), window) },
		"compute: Conv: x has 30 pixels; images have 20":                            func() { CheckConv(tensor(6, 7), tensor(30, 2), tensor(18, 7), window) },
		"compute: Conv: windows of 3×3 pixels in images of 4×2; they must fit":      func() { CheckConv(tensor(6, 7), tensor(20, 2), tensor(18, 7), Window{4, 2, 2, 3, 1, 7}) },
		"compute: Conv: a window {Height:4 Width:5 Channels:2 Size:3 Stride:0 Filters:7}; all of it must be at least 1": func() {
			CheckConv(tensor(6, 7), tensor(20, 2), tensor(18, 7), Window{4, 5, 2, 3, 0, 7})
		},
		"compute: ConvGrad: dw is [18][6]; it must be [18][7]":      func() { CheckConvGrad(tensor(18, 6), tensor(20, 2), tensor(6, 7), window) },
		"compute: ConvInputGrad: dx is [20][1]; it must be [20][2]": func() { CheckConvInputGrad(tensor(20, 1), tensor(6, 7), tensor(18, 7), window) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			call()
		}()
	}
}

// TestDerivedSizes checks what the checks return.
func TestDerivedSizes(t *testing.T) {
	if m, n, k := CheckMatMul(2, tensor(6, 5), tensor(8, 3), tensor(10, 4), true, true); m != 3 || n != 5 || k != 4 {
		t.Errorf("MatMul of %d, %d, %d; want 3, 5, 4", m, n, k)
	}
	if rows := CheckSumSquares(tensor(3, 1), tensor(12, 7)); rows != 4 {
		t.Errorf("slices of %d rows, want 4", rows)
	}
	column := tensor(2, 1)
	if outputs := CheckPPOGrad(tensor(2, 7), tensor(2, 7), array[uint8](2, 1), column, column, column, column); outputs != 6 {
		t.Errorf("%d outputs of a policy with 7 columns, want 6", outputs)
	}
	x := Sparse{Cols: 5, Entries: array[uint16](4, 3)}
	if blocks := CheckSparseMLP(tensor(4, 6), array[uint16](4, 13), x, tensor(5, 208), tensor(6, 208)); blocks != 13 {
		t.Errorf("%d blocks of 208 units, want 13", blocks)
	}
	if pixels := CheckSparseImage(tensor(28, 2), Sparse{Cols: 4, Entries: array[uint16](4, 3)}, Sparse{Cols: 14, Entries: x.Entries}); pixels != 7 {
		t.Errorf("images of %d pixels, want 7", pixels)
	}
	g := Window{Height: 80, Width: 60, Channels: 2, Size: 8, Stride: 4, Filters: 16}
	if g.OutHeight() != 19 || g.OutWidth() != 14 || g.Inputs() != 128 || g.ImageLen() != 9600 || g.OutputLen() != 19*14*16 || g.Flat() != g {
		t.Errorf("%+v gives %d×%d windows of %d inputs", g, g.OutHeight(), g.OutWidth(), g.Inputs())
	}
	if images := CheckConv(tensor(3*19*14, 16), tensor(3*4800, 2), tensor(128, 16), g); images != 3 {
		t.Errorf("%d images, want 3", images)
	}
	if g := (Window{8, 8, 32, 8, 5, 7}).Flat(); g != (Window{1, 1, 2048, 1, 1, 7}) {
		t.Errorf("a window as large as the image is %+v", g)
	}
}
