package trainer

import (
	"testing"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/meter"
)

// allocated returns what a run of a Config takes on a device.
func allocated(t *testing.T, c Config) meter.Usage {
	t.Helper()
	m := meter.New(meter.Options{Async: true, Workers: 4})
	if err := Allocate(c, m); err != nil {
		t.Fatal(err)
	}
	return m.Usage()
}

// TestAllocate compares what Allocate counts with the arrays of the two recipes, and
// expects it to grow with what it must.
func TestAllocate(t *testing.T) {
	units := compute.PadCols(fast.Hidden)
	// W1, its mean squares and gradient; the table and its gradient.
	weights := int64(4 * units * (3*6400 + 2*8214))
	small := allocated(t, fast)
	// entries, z, p, active, action, advantage, weight, d
	row := int64(2*6 + 4 + 4 + 2*units/16 + 1 + 4 + 4 + 4)
	rows := int64(fast.Steps()*fast.Envs + fast.Envs*horizon(fast.Gamma))
	if least := weights + rows*row; small.Device < least || small.Device > least*5/4 {
		t.Errorf("the fast recipe takes %d bytes of a device; its weights and batch are %d", small.Device, least)
	}
	if small.Recordings != 0 || small.Pinned < rows*(2*6+1+4+4) {
		t.Errorf("the fast recipe records %d requests and pins %d bytes", small.Recordings, small.Pinned)
	}
	large := fast
	large.Envs, large.BatchDecisions = 4096, 1_000_000
	if got := allocated(t, large); got.Device < weights+10*rows*row/2 {
		t.Errorf("ten times the batch takes %d bytes, after %d", got.Device, small.Device)
	}
	if got := allocated(t, karpathy); got.Device < weights+100_000*row {
		t.Errorf("the karpathy recipe takes %d bytes", got.Device)
	}
	if err := Allocate(Config{}, meter.New(meter.Options{})); err == nil {
		t.Error("an impossible Config is counted")
	}
}
