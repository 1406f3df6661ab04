package arena

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestActive orders the units that are active, and leaves the others out.
func TestActive(t *testing.T) {
	if got := active([]float32{0, 1, 3, 0, 2, 3}); !slices.Equal(got, []int{2, 5, 4, 1}) {
		t.Errorf("units %d", got)
	}
	if got := active([]float32{0, 0}); len(got) != 0 {
		t.Errorf("units %d", got)
	}
}

// TestRanking gives places to units whose activities change: always the most active ones have
// them, and none that keeps one is moved.
func TestRanking(t *testing.T) {
	r := newRanking(3)
	for _, test := range []struct {
		hidden []float32
		want   ranking
	}{
		{nil, ranking{-1, -1, -1}},
		{[]float32{1, 0, 2, 0, 0}, ranking{2, 0, -1}},
		{[]float32{3, 0, 2, 0, 0}, ranking{2, 0, -1}},
		{[]float32{3, 4, 2, 0, 0}, ranking{2, 0, 1}},
		{[]float32{3, 4, 2, 5, 0}, ranking{3, 0, 1}},
		{[]float32{0, 0, 0, 0, 1}, ranking{4, -1, -1}},
		{[]float32{0, 0}, ranking{-1, -1, -1}}, // of a policy with fewer
	} {
		if n := r.follow(test.hidden); !slices.Equal(r, test.want) || n != len(active(test.hidden)) {
			t.Errorf("after %v: %v, %d of them active; want %v", test.hidden, r, n, test.want)
		}
	}
	const seed, units, places = 1, 20, 6
	random := rand.New(rand.NewPCG(seed, 0))
	r = newRanking(places)
	hidden := make([]float32, units)
	for range 1000 {
		for i := range hidden {
			hidden[i] = max(0, hidden[i]+random.Float32()-0.55)
		}
		before := slices.Clone(r)
		r.follow(hidden)
		top := active(hidden)
		top = top[:min(places, len(top))]
		for i, unit := range before {
			if slices.Contains(top, unit) && r[i] != unit {
				t.Fatalf("seed %d: unit %d has lost its place: %v after %v", seed, unit, r, before)
			}
		}
		for _, unit := range top {
			if !slices.Contains(r, unit) {
				t.Fatalf("seed %d: %v has no place for %v", seed, r, top)
			}
		}
		if empty := places - len(top); len(slices.DeleteFunc(slices.Clone(r), func(unit int) bool { return unit >= 0 })) != empty {
			t.Fatalf("seed %d: %v, want %d empty places", seed, r, empty)
		}
	}
}
