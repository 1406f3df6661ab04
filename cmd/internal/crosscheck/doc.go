// Package crosscheck trains the same run on two devices and compares them: together,
// operation by operation, and apart, each as it trains by itself.
//
// The first says where a device goes wrong. The second sees what the first cannot:
// recorded operations that are replayed, and tiles of games in flight side by side
// (trainer/compute/parity).
package crosscheck
