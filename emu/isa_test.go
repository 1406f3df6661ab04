package emu

import (
	"slices"
	"testing"
)

// TestISA checks that the fastest level is in use and that the plain one is there.
func TestISA(t *testing.T) {
	list := levels()
	if !slices.IsSortedFunc(list, func(a, b isa) int { return int(b - a) }) || list[len(list)-1] != plain {
		t.Fatalf("levels %v are not from the fastest to plain Go", list)
	}
	if ISA() != list[0].String() {
		t.Errorf("vectors are stepped with %s, not with %s", ISA(), list[0])
	}
	t.Logf("vectors are stepped with %s", ISA())
}
