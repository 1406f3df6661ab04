package emu

import "testing"

// EachLevel runs a test with each instruction set that the machine has.
func EachLevel(t *testing.T, run func(t *testing.T)) {
	for _, l := range levels() {
		t.Run(l.String(), func(t *testing.T) {
			force(t, l)
			run(t)
		})
	}
}

// EachLevelB runs a benchmark with each instruction set that the machine has.
func EachLevelB(b *testing.B, run func(b *testing.B)) {
	for _, l := range levels() {
		b.Run(l.String(), func(b *testing.B) {
			force(b, l)
			run(b)
		})
	}
}

// force steps vectors with l until the end of the test or benchmark.
func force(t testing.TB, l isa) {
	best := level
	level = l
	t.Cleanup(func() { level = best })
}
