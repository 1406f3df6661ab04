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

// CompareLevels fails if what play returns is not the same with every instruction set.
func CompareLevels(t *testing.T, games int, play func() ([]int32, error)) {
	t.Helper()
	var first []int32
	var firstErr error
	for n, l := range levels() {
		force(t, l)
		got, err := play()
		if n == 0 {
			first, firstErr = got, err
			continue
		}
		if (err == nil) != (firstErr == nil) {
			t.Fatalf("%s: error %v; with %s %v", l, err, levels()[0], firstErr)
		}
		for i := range got {
			if got[i] != first[i] {
				t.Fatalf("%s: variable %d of game %d is %d; with %s %d", l, i/games, i%games, got[i], levels()[0], first[i])
			}
		}
	}
}
