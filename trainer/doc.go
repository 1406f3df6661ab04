// Package trainer is the learning: a policy plays many games of Pong at once,
// and REINFORCE (or another algorithm of the policy's gradient, or none) makes the
// actions that led to won points likelier.
//
// Read update.go first: it is the whole of an update on one page, in the order in
// which the data flow. The rest is a file for each of its steps, for each algorithm, and for
// each network (network.go). What a device does is
// in package compute; this package never asks which device it is.
package trainer
