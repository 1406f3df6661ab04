package computetest

import (
	"math"

	"pongpg/trainer/compute"
)

// specials are the values that break careless code.
var specials = []float32{
	float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)),
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 1e-39, math.MaxFloat32, -math.MaxFloat32, 88, 89, -88, -104, 1,
}

// normal returns n normally distributed numbers times scale, a third of them special
// values if the case is about those.
func (e *env) normal(n int, scale float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(e.rng.NormFloat64() * scale)
		if e.special && e.rng.IntN(3) == 0 {
			x[i] = specials[e.rng.IntN(len(specials))]
		}
	}
	return x
}

// unit returns n numbers in [0, 1).
func (e *env) unit(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = e.rng.Float32()
		if e.special && e.rng.IntN(3) == 0 {
			x[i] = specials[e.rng.IntN(len(specials))]
		}
	}
	return x
}

// words returns n random words.
func (e *env) words(n int) []uint32 {
	x := make([]uint32, n)
	for i := range x {
		x[i] = e.rng.Uint32()
	}
	return x
}

// below returns n numbers below limit.
func (e *env) below(n, limit int) []uint8 {
	x := make([]uint8, n)
	for i := range x {
		x[i] = uint8(e.rng.IntN(limit))
	}
	return x
}

// weights returns rows of cols numbers padded with zeros to units.
func (e *env) weights(rows, cols int, scale float64) (x []float32, units int) {
	units = compute.PadCols(cols)
	x = make([]float32, rows*units)
	for r := range rows {
		copy(x[r*units:], e.normal(cols, scale))
	}
	return x, units
}

// rows returns sparse rows of up to width entries in cols columns: full and empty
// ones, repeated columns and, behind the End, what must not be read.
func (e *env) rows(rows, width, cols int) []uint16 {
	x := make([]uint16, rows*width)
	for i := range rows {
		n := e.rng.IntN(width + 1)
		if cols == 0 {
			n = 0
		}
		row := x[i*width : (i+1)*width]
		for j := range row {
			switch {
			case j < n:
				row[j] = compute.Entry(e.rng.IntN(cols), e.rng.IntN(2) == 0)
				if j > 0 && e.rng.IntN(8) == 0 {
					row[j] = row[j-1]
				}
			case j == n:
				row[j] = compute.End
			default:
				row[j] = compute.Entry(compute.MaxSparseCols-1, false)
			}
		}
	}
	return x
}

// upload returns data as an array of the backend.
func upload[T compute.Element](e *env, data []T, rows, cols int) compute.Array[T] {
	a := compute.New[T](e.b, rows, cols)
	compute.Upload(e.b, a, data)
	return a
}

// sparse returns entries as a batch of the backend.
func (e *env) sparse(entries []uint16, rows, width, cols int) compute.Sparse {
	x := compute.NewSparse(e.b, rows, width, cols)
	compute.Upload(e.b, x.Entries, entries)
	return x
}
