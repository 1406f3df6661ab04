// Package parity runs two devices side by side and compares every value that they compute.
//
// Its Backend does each operation on both, from the same inputs, and compares all outputs
// of it bit for bit. The first difference sticks, as a device's error does, and says which
// operation it was, of which call, and where: so that a whole training is a test of a
// device, and a device that is wrong is caught at the operation and not in the weights, a
// thousand operations later.
//
// MatMul, whose order of summation is each device's own, must be within compute.Bound of
// exact; the tested device then goes on with the reference's product, so that what is
// computed from it is compared bit for bit again. Download, which does not know what it
// copies, takes two words for equal that are both NaN as a float32.
//
// What is recorded (compute.Backend.Record) is called again each time instead of being
// replayed, since a comparison waits; and operations of a queue never overlap. A device's
// own replay, and its speed, are tested by training on it alone.
package parity
