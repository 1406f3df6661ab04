// Package meter is a backend that computes nothing and counts memory: what a program
// would allocate on a device is known before the device is asked for it.
//
// It checks shapes as any backend does, so that a program can be run on it once, from
// its first allocation to its first update, and a run that cannot fit is refused with
// both numbers instead of failing in the middle.
package meter
