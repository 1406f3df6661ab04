package philox

import "testing"

// TestVectorForms compares each vector form that the machine has with Block, not
// only the one that Blocks picks.
func TestVectorForms(t *testing.T) {
	for _, v := range available() {
		for _, n := range []int{8, 16, 17, 48, 100} {
			in := newBlocksInput(n)
			var r [4][]uint32
			for k := range r {
				r[k] = make([]uint32, n)
			}
			done := v.blocks(in.seed, in.purpose, in.tick, in.stream, r[0], r[1], r[2], r[3])
			if v != none && done != n/int(v)*int(v) {
				t.Fatalf("%d lanes: %d blocks of %d done", v, done, n)
			}
			in.check(t, done, r)
		}
	}
}
