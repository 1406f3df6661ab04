// Package compute is the contract between the learning and the device it
// runs on: arrays in a device's memory, sparse observations, and Backend, the
// list of operations on them.
//
// The contract is operations, not networks. One operation is one method of
// Backend, one implementation in each device's package and one row of
// computetest's case table, which is its test, its finite-difference check and
// its benchmark at once. A fused operation is an operation of its own, tested
// against its parts. What a forward or a backward pass is made of is written
// once, in package trainer.
//
// Every operation has one written order of summation (see Backend and
// docs/numerics.md), so that its result is the same bits on every backend, with
// any number of threads and any instruction set.
package compute
