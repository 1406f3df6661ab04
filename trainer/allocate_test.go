package trainer

import (
	"sync/atomic"
	"testing"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
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

// TestAllocateAlgorithms compares what Allocate counts with what is by itself in each
// algorithm's memory.
func TestAllocateAlgorithms(t *testing.T) {
	for _, recipe := range []string{"win", "a2c", "ppo", "trpo", "imitate"} {
		c := mustRecipe(recipe)
		units := compute.PadCols(c.Hidden)
		outputs := c.Actions
		if c.hasValue() {
			outputs++
		}
		// W1 and W2 thrice, and twice more where steps are searched for; the table and its gradient.
		copies := 3
		if c.Algorithm == TRPO {
			copies = 5
		}
		weights := int64(4 * units * (copies*(2*6400+outputs) + 2*2*8214))
		// entries, z, p, active, action, advantage, weight, d
		row := 2*6 + 4*2*c.Actions + 2*units/16 + 1 + 4 + 4 + 4*outputs
		switch {
		case c.hasValue(): // all outputs, ln π, target
			row += 4*outputs + 4 + 4
		case c.Algorithm == TRPO: // z, p, active
			row += 4*2*c.Actions + 2*units/16
		}
		rows := c.Steps()*c.Envs + c.Envs*c.horizon()
		least := weights + int64(rows*row)
		if got := allocated(t, c).Device; got < least || got > least*21/20 {
			t.Errorf("the %s recipe takes %d bytes of a device; its weights and batch are %d", recipe, got, least)
		}
	}

	// Of each guess W1, W2, the table, and a batch of one decision of each of 16 games.
	c := mustRecipe("cem")
	units := compute.PadCols(guessedHidden)
	least := int64(c.Population * (4*units*(2*6400+3+2*8214) + 16*(4*2*3+2*units/16+4+4)))
	if got := allocated(t, c).Device; got < least || got > least*21/20 {
		t.Errorf("the cem recipe takes %d bytes of a device; its guesses are %d", got, least)
	}
}

// allocator is a CPU that counts what is allocated on it as package meter does.
type allocator struct {
	compute.Backend
	device *atomic.Int64
}

func (a allocator) Malloc(bytes int) compute.Memory {
	a.device.Add(int64((bytes + 511) / 512 * 512))
	return a.Backend.Malloc(bytes)
}

func (a allocator) Shared(bytes int) compute.Memory { return a.Malloc(bytes) }
func (a allocator) Queue() compute.Backend          { return allocator{a.Backend.Queue(), a.device} }

// TestAllocated: a training takes what Allocate has said, and its updates take no more; with
// whole episodes, whose length is not known before, not more than it has said.
func TestAllocated(t *testing.T) {
	forRecipes(t, func(t *testing.T, c Config) {
		const workers = 3
		a := allocator{newCPU(t, cpu.Options{Workers: workers}), new(atomic.Int64)}
		trainer, err := New(c, a)
		if err != nil {
			t.Fatal(err)
		}
		updates(t, trainer, 4)
		said := allocator{meter.New(meter.Options{Workers: workers}), new(atomic.Int64)}
		if err := Allocate(c, said); err != nil {
			t.Fatal(err)
		}
		took, expected := a.device.Load(), said.device.Load()
		whole := c.BatchEpisodes > 0 && c.Algorithm != CEM
		if took > expected || !whole && took != expected {
			t.Errorf("the training took %d bytes, Allocate said %d", took, expected)
		}
	})
}
