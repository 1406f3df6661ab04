package cpu

import "pongpg/trainer/compute"

// kernels is one instruction set's form of the functions that operations spend
// their time in. All sets give the same bits. Lengths have been checked; "blocks"
// counts vectors of compute.Lanes units; a stride is the distance of rows in
// elements.
type kernels struct {
	name string

	// panel is the largest number of blocks that the functions with a parameter
	// blocks take at once, but for columnGrad, which takes columns: what fits the
	// registers.
	panel, columns int

	relu       func(y, x []float32)
	reluGrad   func(dx, dy, y []float32)
	sigmoid    func(p, z []float32)
	policyGrad func(d, z, p []float32, action []uint8, advantage, weight []float32, entropy float32)
	sample     func(action []uint8, p, u []float32)
	uniform    func(u []float32, words []uint32)

	// Several outputs; room is for compute.Lanes float32 of each.
	softmax     func(p, z []float32, outputs int, room []float32)
	policyGrads func(d, z, p []float32, action []uint8, advantage, weight []float32, entropy float32, outputs int, room []float32)
	samples     func(action []uint8, p, u []float32, outputs int)

	rmsProp     func(w, c, g []float32, lr, decay, rest, eps float32)
	adam        func(w, m, v, g []float32, s *adamStep)
	addScaled   func(y, x []float32, a float32)
	scale       func(x []float32, a float32)
	sumSquares  func(x []float32, lanes *[compute.Lanes]float32)
	boxLine     func(dst []float32, dstStride int, src []float32, srcStride, n, radius int, inverse float32, blocks int)
	sparseRows  func(y []float32, yStride int, entries []uint16, rows, width, cols int, w []float32, wStride, blocks int) int
	scatterRows func(dw []float32, dwStride int, entries []uint16, rows, width, cols int, dy []float32, dyStride, blocks int) int
	reluDot     func(z []float32, active []uint16, h, w2 []float32, rows, outputs, blocks int)

	// sparseMLP is sparseRows and reluDot in one, for at most fused blocks.
	sparseMLP func(z []float32, active, entries []uint16, rows, width, cols int, w1, w2 []float32, outputs, blocks int) int
	fused     int

	// Of window.go, where the plain forms say what they do.
	nonzeros func(x []float32, at []uint32, v []float32) int
	gather   func(y, w []float32, stride int, visits []visit, at []uint32, v []float32, width int)
	scatter  func(dw []float32, stride int, dy []float32, visits []visit, at []uint32, v []float32, width int)

	columnGrad func(dw1, dw2, w1, w2 []float32, stride int, active []uint16, activeStride int, d []float32, links []link, start []uint32, blocks int)

	// sparseMLPGrad is sparseRows, hiddenGrad and scatterRows in one, for at most fusedGrad
	// blocks, but for rows whose d is 0. dw1, dw2, w1 and w2 have rows of stride elements.
	sparseMLPGrad func(dw1, dw2, w1, w2 []float32, stride int, active []uint16, activeStride int, entries []uint16, rows, width, cols int, d []float32, outputs, blocks int) int
	fusedGrad     int

	hiddenGrad func(dh, dw2, h []float32, active []uint16, activeStride int, d, w2 []float32, w2Stride, rows, outputs, blocks int)
}

// goKernels is the definition of the others, and what runs where there is no
// vector form.
var goKernels = kernels{
	name:        "go",
	panel:       16,
	columns:     16,
	relu:        reluGo,
	reluGrad:    reluGradGo,
	sigmoid:     sigmoidGo,
	policyGrad:  policyGradGo,
	sample:      sampleGo,
	uniform:     uniformGo,
	softmax:     softmaxGo,
	policyGrads: policyGradsGo,
	samples:     samplesGo,
	rmsProp:     rmsPropGo,
	adam:        adamGo,
	addScaled:   addScaledGo,
	scale:       scaleGo,
	sumSquares:  sumSquaresGo,
	boxLine:     boxLineGo,
	sparseRows:  sparseRowsGo,
	scatterRows: scatterRowsGo,
	reluDot:     reluDotGo,
	nonzeros:    nonzerosGo,
	gather:      gatherGo,
	scatter:     scatterGo,
	columnGrad:  columnGradGo,
	hiddenGrad:  hiddenGradGo,
}

// tasks holds the arguments of each operation while the pool runs it, so that no
// operation allocates.
type tasks struct {
	zero       zeroTask
	matMul     matMulTask
	relu       reluTask
	reluGrad   reluGradTask
	softmax    softmaxTask
	sigmoid    sigmoidTask
	policyGrad policyGradTask
	logProb    logProbTask
	ppoGrad    ppoGradTask
	sample     sampleTask
	uniform    uniformTask
	rmsProp    rmsPropTask
	adam       adamTask
	addScaled  addScaledTask
	scale      scaleTask
	blur       blurTask
	sumSquares sumSquaresTask
	sparse     sparseTask
	sparseGrad sparseGradTask
	mlp        mlpTask
	columns    columnsTask
	hidden     hiddenTask

	sparseImage   sparseImageTask
	conv          convTask
	convGrad      convGradTask
	convInputGrad convInputGradTask
	turn          turnTask
}

// scratch is memory that one worker reuses.
type scratch struct {
	buffer []float32
	lanes  [compute.Lanes]float32
	words  [3][uniformBatch]uint32
	places places
}

// floats returns n float32 of whatever was there before.
func (s *scratch) floats(n int) []float32 {
	if cap(s.buffer) < n {
		s.buffer = floats(n)
	}
	return s.buffer[:n]
}

// reserve gives every worker n floats. Which of them will take an item is not known, and an
// operation of the same sizes as before is to allocate nothing, whichever does.
func (b *Backend) reserve(n int) {
	for i := range b.scratch {
		b.scratch[i].floats(n)
	}
}

// reserveVisits gives every worker places for a list of so many numbers, met in so many visits.
func (b *Backend) reserveVisits(numbers, visits int) {
	for i := range b.scratch {
		b.scratch[i].places.reserve(numbers, visits)
	}
}
