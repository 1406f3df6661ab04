// Command asm generates the vector forms of package cpu's kernels:
//
//	go generate ./trainer/compute/cpu
//
// Every function is written once, for a vector width; the two sets differ where
// AVX-512 has mask registers. The plain Go forms in package cpu say what the
// functions compute, in the same order and with the same roundings: a product that
// is added is rounded first, but for the products with ±1, which are exact and may be
// fused.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64")
	for _, v := range []isa{
		{name: "AVX512", lanes: 16, vectors: 1, vec: ZMM, panel: 16, columns: 16, gathered: 16},
		{name: "AVX2", lanes: 8, vectors: 2, vec: YMM, panel: 5, columns: 5, gathered: 13},
	} {
		v.reluAll()
		v.reluGrad()
		v.sigmoid()
		v.policyGrad()
		v.sample()
		v.uniform()
		v.softmax()
		v.policyGrads()
		v.samples()
		v.rmsProp()
		v.adam()
		v.addScaled()
		v.scaleAll()
		v.sumSquares()
		v.boxLine()
		v.sparseRows()
		v.scatterRows()
		v.reluDot()
		if v.masks() {
			v.sparseMLP()
			v.sparseMLPGrad()
		} else {
			v.hiddenGrad()
		}
		v.nonzeros()
		v.gather()
		v.scatter()
		v.columnGrad()
	}
	Generate()
}
