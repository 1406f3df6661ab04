//go:build linux && amd64 && cgo

package cudatest

import (
	"errors"
	"os"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/simgpu"
)

// Simulated opens a backend on a simulated device with every check on. A fault of a
// kernel fails the test when it happens, and what the backend has not given back fails
// it at its end.
func Simulated(t testing.TB, options cuda.Options) *cuda.Backend {
	t.Helper()
	driver, restore := simgpu.Install(simgpu.DriverOptions{
		Devices: []simgpu.Options{{MemoryBytes: 4 << 30}},
		Report:  func(err error) { t.Error(err) },
	})
	t.Cleanup(func() {
		for _, leak := range driver.Leaks() {
			t.Errorf("not given back: %s", leak)
		}
		restore()
	})
	return open(t, options)
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
	return open(t, options)
}

func open(t testing.TB, options cuda.Options) *cuda.Backend {
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
