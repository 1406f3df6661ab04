package parity_test

import (
	"testing"

	"pongpg/trainer/compute"
	"pongpg/trainer/compute/computetest"
	"pongpg/trainer/compute/cpu"
	"pongpg/trainer/compute/parity"
)

func open(t testing.TB, o cpu.Options) compute.Backend {
	t.Helper()
	b, err := cpu.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pairOf returns two backends on the CPU as one: the plain Go one with a worker, and the
// fastest with three.
func pairOf(t testing.TB) *parity.Backend {
	t.Helper()
	p := parity.New(open(t, cpu.Options{Workers: 1, ISA: "go"}), open(t, cpu.Options{Workers: 3}))
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// device returns a backend whose memory is not the host's, as is that of every pair.
func device(t testing.TB, workers int) *parity.Backend {
	t.Helper()
	return parity.New(open(t, cpu.Options{Workers: workers}), open(t, cpu.Options{Workers: 1}))
}

// TestContract holds two backends as one to what each is held to, with memory of the
// host's and such that must be fetched on either side.
func TestContract(t *testing.T) {
	for name, p := range map[string]*parity.Backend{
		"two CPUs":         pairOf(t),
		"against a device": parity.New(open(t, cpu.Options{Workers: 2}), device(t, 3)),
		"against a CPU":    parity.New(device(t, 2), open(t, cpu.Options{Workers: 1})).Queue().(*parity.Backend),
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "two CPUs" {
				t.Skip("long under the race detector")
			}
			computetest.Run(t, p)
			operations := p.Operations()
			if len(operations) != len(calls)+1 { // and Download
				t.Errorf("%d operations were counted, want %d: %+v", len(operations), len(calls)+1, operations)
			}
			for _, o := range operations {
				if o.Calls < 1 || o.Values < 1 {
					t.Errorf("%+v", o)
				}
			}
		})
	}
}
