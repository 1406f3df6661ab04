// Package cpu is the compute.Backend that needs no device: gonum for the dense
// reference, generated AVX-512 and AVX2 code for what training spends its time in,
// and plain Go for both where the processor has neither.
//
// The plain Go form of an operation (kernels_go.go and its neighbours) is its
// definition: the loops of the comments in package compute, in the written order.
// The vector forms give the same bits, which the tests hold them to, and so does
// any number of workers: work is split so that no sum is.
//
// From an operation to what runs it: the method of Backend checks the shapes and
// fills in a task; the pool's workers take the task's items; an item calls one
// function of the kernels table.
package cpu
