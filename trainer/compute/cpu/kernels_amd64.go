package cpu

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"pongpg/trainer/compute"
)

//go:generate go run ./asm -out kernels_amd64.s -stubs stubs_amd64.go -pkg cpu

// available lists the kernels that this machine can run, the fastest first.
func available() []*kernels { return machine }

var machine = func() (list []*kernels) {
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL {
		list = append(list, avx512.kernels())
	}
	if x.HasAVX2 && x.HasFMA {
		list = append(list, avx2.kernels())
	}
	return append(list, &goKernels)
}()

// vectors is the generated functions of an instruction set (stubs_amd64.go). Those
// over elements take whole vectors; strides are in bytes.
type vectors struct {
	name                  string
	lanes, panel, columns int
	gathered              int // vectors that gather and scatter take

	relu          func(n int, y, x *float32)
	reluGrad      func(n int, dx, dy, y *float32)
	sigmoid       func(n int, p, z *float32)
	policyGrad    func(n int, d, z, p *float32, action *uint8, advantage, weight *float32, entropy float32)
	sample        func(n int, action *uint8, p, u *float32)
	uniform       func(n int, u *float32, words *uint32)
	softmax       func(n int, p, z *float32, outputs int, room *float32)
	policyGrads   func(n int, d, z, p *float32, action *uint8, advantage, weight *float32, entropy float32, outputs int, room *float32)
	samples       func(n int, action *uint8, p, u *float32, outputs int)
	rmsProp       func(n int, w, c, g *float32, lr, decay, rest, eps float32)
	adam          func(n int, w, m, v, g *float32, lr, beta1, rest1, correction1, beta2, rest2, correction2, eps float32)
	addScaled     func(n int, y, x *float32, a float32)
	scale         func(n int, x *float32, a float32)
	sumSquares    func(blocks int, x, lanes *float32)
	boxLine       func(dst *float32, dstStride int, src *float32, srcStride, n, radius int, inverse float32, blocks int)
	sparseRows    func(y *float32, yStride int, entries *uint16, rows, rowBytes, cols int, w *float32, wStride, blocks int) int
	scatterRows   func(dw *float32, dwStride int, entries *uint16, rows, rowBytes, cols int, dy *float32, dyStride, bytes int) int
	reluDot       func(z *float32, active *uint16, h, w2 *float32, rows, outputs, bytes int)
	sparseMLP     func(z *float32, active, entries *uint16, rows, rowBytes, cols int, w1 *float32, stride int, w2 *float32, outputs, blocks int) int
	sparseMLPGrad func(dw1, dw2, w1, w2 *float32, stride int, active *uint16, activeStride int, entries *uint16, rows, rowBytes, cols int, d *float32, outputs, blocks int) int
	nonzeros      func(n int, x *float32, at *uint32, values *float32) int
	gather        func(y, w *float32, stride int, visits *int, n int, at *uint32, values *float32, vectors, lanes int)
	scatter       func(dw *float32, stride int, dy *float32, visits *int, n int, at *uint32, values *float32, vectors, lanes int)
	columnGrad    func(dw1, dw2, w1, w2 *float32, stride int, active *uint16, activeStride int, d *float32, links, start *uint32, cols, blocks int)
	hiddenGrad    func(dh, dw2, h *float32, active *uint16, activeStride int, d *float32, dStride int, w2 *float32, w2Stride, rows, outputs, bytes int)
}

var avx512 = &vectors{
	"avx512", 16, 16, 16, 16,
	reluAVX512, reluGradAVX512, sigmoidAVX512, policyGradAVX512, sampleAVX512, uniformAVX512, softmaxAVX512, policyGradsAVX512, samplesAVX512,
	rmsPropAVX512, adamAVX512,
	addScaledAVX512, scaleAVX512, sumSquaresAVX512, boxLineAVX512, sparseRowsAVX512, scatterRowsAVX512, reluDotAVX512, sparseMLPAVX512, sparseMLPGradAVX512,
	nonzerosAVX512, gatherAVX512, scatterAVX512, columnGradAVX512, nil,
}

var avx2 = &vectors{
	"avx2", 8, 5, 5, 13,
	reluAVX2, reluGradAVX2, sigmoidAVX2, policyGradAVX2, sampleAVX2, uniformAVX2, softmaxAVX2, policyGradsAVX2, samplesAVX2,
	rmsPropAVX2, adamAVX2,
	addScaledAVX2, scaleAVX2, sumSquaresAVX2, boxLineAVX2, sparseRowsAVX2, scatterRowsAVX2, reluDotAVX2, nil, nil,
	nonzerosAVX2, gatherAVX2, scatterAVX2, columnGradAVX2, hiddenGradAVX2,
}

// at returns where s starts, also of an empty s, which is not read.
func at[T any](s []T) *T { return unsafe.SliceData(s) }

// whole returns how many of n elements are whole vectors.
func (v *vectors) whole(n int) int { return n / v.lanes * v.lanes }

// size is that of a float32.
const size = 4

// inPanels calls f for equal parts of a row of width numbers, none of more vectors than fit the
// registers: with the part's first number, its vectors, and how many lanes of the last are there.
func (v *vectors) inPanels(width int, f func(u, vectors, lanes int)) {
	all := grain(width, v.lanes)
	each := grain(all, grain(all, v.gathered))
	for lo := 0; lo < all; lo += each {
		hi := min(lo+each, all)
		f(lo*v.lanes, hi-lo, min(width-(hi-1)*v.lanes, v.lanes))
	}
}

// kernels returns the table of v: whole vectors by the generated functions, what is
// over by the plain Go form.
func (v *vectors) kernels() *kernels {
	k := &kernels{
		name:    v.name,
		panel:   v.panel,
		columns: v.columns,
		relu: func(y, x []float32) {
			n := v.whole(len(y))
			v.relu(n, at(y), at(x))
			reluGo(y[n:], x[n:])
		},
		reluGrad: func(dx, dy, y []float32) {
			n := v.whole(len(y))
			v.reluGrad(n, at(dx), at(dy), at(y))
			reluGradGo(dx[n:], dy[n:], y[n:])
		},
		sigmoid: func(p, z []float32) {
			n := v.whole(len(p))
			v.sigmoid(n, at(p), at(z))
			sigmoidGo(p[n:], z[n:])
		},
		policyGrad: func(d, z, p []float32, action []uint8, advantage, weight []float32, entropy float32) {
			n := v.whole(len(d))
			v.policyGrad(n, at(d), at(z), at(p), at(action), at(advantage), at(weight), entropy)
			policyGradGo(d[n:], z[n:], p[n:], action[n:], advantage[n:], weight[n:], entropy)
		},
		sample: func(action []uint8, p, u []float32) {
			n := v.whole(len(action))
			v.sample(n, at(action), at(p), at(u))
			sampleGo(action[n:], p[n:], u[n:])
		},
		uniform: func(u []float32, words []uint32) {
			n := v.whole(len(u))
			v.uniform(n, at(u), at(words))
			uniformGo(u[n:], words[n:])
		},
		softmax: func(p, z []float32, outputs int, room []float32) {
			rows := v.whole(len(z) / outputs)
			v.softmax(rows, at(p), at(z), outputs, at(room))
			softmaxGo(p[rows*outputs:], z[rows*outputs:], outputs, nil)
		},
		policyGrads: func(d, z, p []float32, action []uint8, advantage, weight []float32, entropy float32, outputs int, room []float32) {
			rows := v.whole(len(action))
			v.policyGrads(rows, at(d), at(z), at(p), at(action), at(advantage), at(weight), entropy, outputs, at(room))
			n := rows * outputs
			policyGradsGo(d[n:], z[n:], p[n:], action[rows:], advantage[rows:], weight[rows:], entropy, outputs, nil)
		},
		samples: func(action []uint8, p, u []float32, outputs int) {
			rows := v.whole(len(action))
			v.samples(rows, at(action), at(p), at(u), outputs)
			samplesGo(action[rows:], p[rows*outputs:], u[rows:], outputs)
		},
		rmsProp: func(w, c, g []float32, lr, decay, rest, eps float32) {
			n := v.whole(len(w))
			v.rmsProp(n, at(w), at(c), at(g), lr, decay, rest, eps)
			rmsPropGo(w[n:], c[n:], g[n:], lr, decay, rest, eps)
		},
		adam: func(w, m, square, g []float32, s *adamStep) {
			n := v.whole(len(w))
			v.adam(n, at(w), at(m), at(square), at(g), s.lr, s.beta1, s.rest1, s.correction1, s.beta2, s.rest2, s.correction2, s.eps)
			adamGo(w[n:], m[n:], square[n:], g[n:], s)
		},
		addScaled: func(y, x []float32, a float32) {
			n := v.whole(len(y))
			v.addScaled(n, at(y), at(x), a)
			addScaledGo(y[n:], x[n:], a)
		},
		scale: func(x []float32, a float32) {
			n := v.whole(len(x))
			v.scale(n, at(x), a)
			scaleGo(x[n:], a)
		},
		sumSquares: func(x []float32, lanes *[compute.Lanes]float32) {
			n := len(x) / compute.Lanes
			v.sumSquares(n, at(x), &lanes[0])
			sumSquaresGo(x[n*compute.Lanes:], lanes)
		},
		boxLine: func(dst []float32, dstStride int, src []float32, srcStride, n, radius int, inverse float32, blocks int) {
			v.boxLine(at(dst), size*dstStride, at(src), size*srcStride, n, radius, inverse, blocks)
		},
		sparseRows: func(y []float32, yStride int, entries []uint16, rows, width, cols int, w []float32, wStride, blocks int) int {
			return v.sparseRows(at(y), size*yStride, at(entries), rows, 2*width, cols, at(w), size*wStride, blocks)
		},
		scatterRows: func(dw []float32, dwStride int, entries []uint16, rows, width, cols int, dy []float32, dyStride, blocks int) int {
			return v.scatterRows(at(dw), size*dwStride, at(entries), rows, 2*width, cols, at(dy), size*dyStride, size*compute.Lanes*blocks)
		},
		reluDot: func(z []float32, active []uint16, h, w2 []float32, rows, outputs, blocks int) {
			if outputs == 0 {
				reluDotGo(z, active, h, w2, rows, outputs, blocks)
				return
			}
			v.reluDot(at(z), at(active), at(h), at(w2), rows, outputs, size*compute.Lanes*blocks)
		},
		nonzeros: func(x []float32, places []uint32, values []float32) int {
			n := v.whole(len(x))
			found := v.nonzeros(n, at(x), at(places), at(values))
			for i, x := range x[n:] {
				if x != 0 {
					places[found], values[found] = uint32(n+i), x
					found++
				}
			}
			return found
		},
		gather: func(y, w []float32, stride int, visits []visit, places []uint32, values []float32, width int) {
			v.inPanels(width, func(u, vectors, lanes int) {
				v.gather(&y[u], &w[u], size*stride, (*int)(unsafe.Pointer(at(visits))), len(visits), at(places), at(values), vectors, lanes)
			})
		},
		scatter: func(dw []float32, stride int, dy []float32, visits []visit, places []uint32, values []float32, width int) {
			v.inPanels(width, func(u, vectors, lanes int) {
				v.scatter(&dw[u], size*stride, &dy[u], (*int)(unsafe.Pointer(at(visits))), len(visits), at(places), at(values), vectors, lanes)
			})
		},
		columnGrad: func(dw1, dw2, w1, w2 []float32, stride int, active []uint16, activeStride int, d []float32, links []link, start []uint32, blocks int) {
			v.columnGrad(at(dw1), at(dw2), at(w1), at(w2), size*stride, at(active), 2*activeStride, at(d), (*uint32)(at(links)), at(start), len(start)-1, blocks)
		},
	}
	if v.hiddenGrad != nil {
		k.hiddenGrad = func(dh, dw2, h []float32, active []uint16, activeStride int, d, w2 []float32, w2Stride, rows, outputs, blocks int) {
			const most = 6 // outputs that the generated function takes
			clear(dh[:rows*blocks*compute.Lanes])
			for k := 0; k < outputs; k += most {
				v.hiddenGrad(at(dh), &dw2[k*w2Stride], at(h), at(active), 2*activeStride, at(d[k:]), size*outputs, &w2[k*w2Stride], size*w2Stride,
					rows, min(most, outputs-k), size*compute.Lanes*blocks)
			}
		}
	}
	if v.sparseMLP != nil {
		k.fused = 16
		k.sparseMLP = func(z []float32, active, entries []uint16, rows, width, cols int, w1, w2 []float32, outputs, blocks int) int {
			return v.sparseMLP(at(z), at(active), at(entries), rows, 2*width, cols, at(w1), size*compute.Lanes*blocks, at(w2), outputs, blocks)
		}
	}
	if v.sparseMLPGrad != nil {
		k.fusedGrad = 13
		k.sparseMLPGrad = func(dw1, dw2, w1, w2 []float32, stride int, active []uint16, activeStride int, entries []uint16, rows, width, cols int, d []float32, outputs, blocks int) int {
			return v.sparseMLPGrad(at(dw1), at(dw2), at(w1), at(w2), size*stride, at(active), 2*activeStride, at(entries), rows, 2*width, cols, at(d), outputs, blocks)
		}
	}
	return k
}
