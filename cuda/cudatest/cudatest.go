//go:build linux && amd64 && cgo

package cudatest

import (
	"errors"
	"os"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/simgpu"
)

// Simulate puts a simulated driver in the real one's place for the length of a test. A fault
// of a kernel fails the test when it happens, and what is not given back fails it at its
// end.
func Simulate(t testing.TB, options simgpu.DriverOptions) *simgpu.Driver {
	t.Helper()
	options.Report = func(err error) { t.Error(err) }
	driver, restore := simgpu.Install(options)
	t.Cleanup(func() {
		for _, leak := range driver.Leaks() {
			t.Errorf("not given back: %s", leak)
		}
		restore()
	})
	return driver
}

// Simulated opens a backend on a simulated device with every check on.
func Simulated(t testing.TB, options cuda.Options) *cuda.Backend {
	t.Helper()
	Simulate(t, simgpu.DriverOptions{Devices: []simgpu.Options{{MemoryBytes: 8 << 30}}})
	return Open(t, options)
}

// Real opens a backend on the machine's first GPU. Without one it skips the test, or fails it
// if PONGPG_REQUIRE_CUDA is 1.
func Real(t testing.TB, options cuda.Options) *cuda.Backend {
	t.Helper()
	if _, err := cuda.Devices(); errors.Is(err, cuda.ErrNoDevice) {
		if os.Getenv("PONGPG_REQUIRE_CUDA") == "1" {
			t.Fatalf("PONGPG_REQUIRE_CUDA=1, and %v", err)
		}
		t.Skip(err)
	}
	return Open(t, options)
}

// Open opens a backend, which is closed at the end of the test.
func Open(t testing.TB, options cuda.Options) *cuda.Backend {
	t.Helper()
	b, err := cuda.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// Devices runs a test on both, each a subtest.
func Devices(t *testing.T, options cuda.Options, test func(t *testing.T, b *cuda.Backend)) {
	t.Run("sim", func(t *testing.T) { test(t, Simulated(t, options)) })
	t.Run("cuda", func(t *testing.T) { test(t, Real(t, options)) })
}
