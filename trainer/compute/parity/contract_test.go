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

// TestContract holds two backends as one to what each is held to. Its own arrays are not
// in host memory, so that a pair is also a device whose memory must be fetched: beside a
// CPU, on either side.
func TestContract(t *testing.T) {
	for name, b := range map[string]*parity.Backend{
		"two CPUs":      pairOf(t),
		"device":        parity.New(open(t, cpu.Options{Workers: 2}), pairOf(t)),
		"on a device":   parity.New(pairOf(t), open(t, cpu.Options{Workers: 1})),
		"two devices":   parity.New(pairOf(t), pairOf(t)),
		"another queue": pairOf(t).Queue().(*parity.Backend),
	} {
		t.Run(name, func(t *testing.T) {
			computetest.Run(t, b)
			operations := b.Operations()
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
