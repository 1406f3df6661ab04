// Package computetest is the contract of package compute as tests: Run holds any
// backend to it, Benchmark measures any backend with the same cases, Calls is for tests
// that only call.
//
// An operation is one row of the table in operations.go: the shapes it is tested
// with (awkward ones on purpose), the shapes it is measured with, and a function that
// makes up an instance: inputs, a call, and for each output what it must be. That is
// given twice. The loops of reference.go follow the written order of summation in
// float32, one operation at a time, and an output must be the same bits. Loops in
// float64 follow the formula only, and an output must be within compute.Bound of
// them, so that a mistake in the written order cannot hide. How much of the
// bound was used is logged: a case about to fail is seen early.
//
// Beside the table, gradients.go checks each gradient against finite differences
// of a float64 forward pass, fused.go each fused operation against its parts, ppo.go
// PPOGrad against PolicyGrad, which it is for the policy that took the actions, and
// contract.go what all operations have in common: memory, queues and panics.
package computetest
