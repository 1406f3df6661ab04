package cpu

import (
	"testing"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/computetest"
)

// TestNoAllocations calls every operation again and again on a pool and on a queue,
// with sizes of more than one item each.
func TestNoAllocations(t *testing.T) {
	for _, isa := range ISAs() {
		b := open(t, Options{Workers: 3, ISA: isa})
		for name, on := range map[string]compute.Backend{"pool": b, "queue": b.Queue()} {
			for op, call := range computetest.Calls(on) {
				if n := testing.AllocsPerRun(5, call); n != 0 {
					t.Errorf("%s on a %s of %s: %v allocations per call", op, name, b.Name(), n)
				}
			}
		}
	}
}
